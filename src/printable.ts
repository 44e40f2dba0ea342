/**
 * Makes text safe to print. Names, paths, messages and answers come from other people's files and servers: they must
 * not control a terminal, hide or reorder text, or start a new line.
 */

/**
 * Control characters (C0, C1, DEL), invisible formatting characters (bidi marks and isolates, zero-width characters,
 * tags), line and paragraph separators, lone surrogates, and fillers that look empty.
 */
const unseen = () => /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\u115f\u1160\u3164\uffa0]/gu;

/**
 * The character that joins symbols into one emoji. Terminals disagree on its width, so the symbols are printed
 * separately.
 */
const joined = () =>
  /(?<=\p{Extended_Pictographic}|\p{Emoji_Modifier}|\ufe0f)\u200d(?=\p{Extended_Pictographic})/gu;

/**
 * Texts without any of these. Most are, and the patterns above take a millisecond. They are functions because V8 looks
 * up the classes of characters of a pattern as soon as it is made.
 */
const PLAIN = /^[\x20-\x7e]*$/;
const PLAIN_LINES = /^[\t\n\x20-\x7e\u2500-\u259f]*$/;

/** Makes a name or other text safe to print on one line. */
export function printable(text: string): string {
  if (PLAIN.test(text)) return text;
  return text.replace(joined(), "").replace(unseen(), "?");
}

/** Makes whole lines safe to print. Keeps line ends, tabs and the colors that `paint` writes. */
export function printableLines(text: string): string {
  if (PLAIN_LINES.test(text)) return text;
  return text
    .replace(joined(), "")
    .replace(colorOrUnseen(), (found) =>
      found.length > 1 || found === "\n" || found === "\t" ? found : "?",
    );
}

/** What `styleText` writes for bold, dim, red and green, and to end them. */
const colorOrUnseen = () => new RegExp(`\\u001b\\[(?:1|2|22|31|32|39)m|${unseen().source}`, "gu");

/** Returns a value as JSON, on one line or indented. Escapes invisible characters, so the JSON keeps its meaning. */
export function toJson(value: unknown, indent?: number): string {
  return `${printableJson(JSON.stringify(value, null, indent))}\n`;
}

/** Escapes JSON text in the same way. Keeps line ends: in JSON they can only be indentation. */
export function printableJson(json: string): string {
  return json.replace(unseen(), (found) => (found === "\n" ? found : escapeUnits(found)));
}

function escapeUnits(character: string): string {
  return Array.from(
    { length: character.length },
    (_, index) => `\\u${character.charCodeAt(index).toString(16).padStart(4, "0")}`,
  ).join("");
}
