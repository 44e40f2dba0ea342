/**
 * The fields of Claude Code's JSON that the delivery needs. No other field, such as the last answer, is written to the
 * inbox.
 */
const KEPT = ["session_id", "transcript_path", "prompt_id", "hook_event_name"];

/** An event needs these fields. */
const NEEDED = ["session_id", "transcript_path", "hook_event_name"];

/** Number of bytes of the input that are read. Large values come after the needed fields. */
export const MAX_INPUT_BYTES = 65_536;

/** A string, which may be cut off by the end of the text, or a character of the JSON structure. */
const TOKEN = /"((?:[^"\\]|\\.)*)("|\\?$)|[{}[\]:,]/gs;

/**
 * Returns the event with only the kept fields, as JSON, or undefined if the text holds no event. The text may be cut
 * off after those fields. `hook.sh` does the same.
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
