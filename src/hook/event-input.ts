/** What the delivery needs of the client's JSON. Anything else, such as the last answer, does not rest in the inbox. */
const KEPT = ["session_id", "transcript_path", "prompt_id", "hook_event_name"];

/** Without these there is no event. */
const NEEDED = ["session_id", "transcript_path", "hook_event_name"];

/** How much of the input is looked at, in bytes: what a large event says comes before what is large in it. */
export const MAX_INPUT_BYTES = 65_536;

/** A string, closed or cut off by the end of the text, or one of the marks that make the structure. */
const TOKEN = /"((?:[^"\\]|\\.)*)("|\\?$)|[{}[\]:,]/gs;

/**
 * The event with nothing but the kept fields, as JSON; undefined where the text holds none. The text may be cut off
 * behind what is kept. `hook.sh` does the same.
 */
export function keptInput(text: string): string | undefined {
  const found = new Map<string, string>();
  let depth = 0;
  let key: string | undefined;
  let last: string | undefined;
  for (const [token, string, close] of text.matchAll(TOKEN)) {
    if (string !== undefined && close !== '"') break;
    if (string === undefined) {
      key = token === ":" && depth === 1 ? last : undefined;
      last = undefined;
      if (token === "{" || token === "[") depth++;
      if (token === "}" || token === "]") depth--;
      continue;
    }
    if (key !== undefined && KEPT.includes(key) && !found.has(key)) found.set(key, string);
    last = key === undefined ? string : undefined;
    key = undefined;
    if (found.size === KEPT.length) break;
  }
  if (!NEEDED.every((name) => found.has(name))) return undefined;
  return `{${[...found].map(([name, value]) => `"${name}":"${value}"`).join(",")}}`;
}
