/**
 * What of a text may be shown. Names, paths, messages and answers come from files and servers of others: nothing in them
 * may steer a terminal, hide or reorder what stands there, or begin a line of its own.
 */

/**
 * Control characters (C0, C1, DEL), everything that is not seen but formats (bidi marks and isolates, zero-width
 * characters, tags), separators of lines and paragraphs, halves of characters, and fillers that look like nothing.
 */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\u115f\u1160\u3164\uffa0]/gu;

/** What joins signs into one emoji. Terminals disagree on how wide that is, so the signs stand beside each other. */
const JOINED =
  /(?<=\p{Extended_Pictographic}|\p{Emoji_Modifier}|\ufe0f)\u200d(?=\p{Extended_Pictographic})/gu;

/** A name, or a text on one line. */
export function printable(text: string): string {
  return text.replace(JOINED, "").replace(UNSEEN, "?");
}

/** Lines of our own: ends of lines and tabs stay, and the colours in which `paint` draws. */
export function printableLines(text: string): string {
  return text
    .replace(JOINED, "")
    .replace(COLOUR_OR_UNSEEN, (found) =>
      found.length > 1 || found === "\n" || found === "\t" ? found : "?",
    );
}

/** What `styleText` writes for bold, dim, red and green, and behind them. */
const COLOUR_OR_UNSEEN = /* @__PURE__ */ new RegExp(`\\u001b\\[(?:1|2|22|31|32|39)m|${UNSEEN.source}`, "gu");

/** A value as JSON, on one line or indented, which says the same to every reader and shows nothing unseen. */
export function toJson(value: unknown, indent?: number): string {
  return `${printableJson(JSON.stringify(value, null, indent))}\n`;
}

/** The same for JSON that is text already: line ends stay, as they can only be those that indent it. */
export function printableJson(json: string): string {
  return json.replace(UNSEEN, (found) => (found === "\n" ? found : escapeUnits(found)));
}

function escapeUnits(character: string): string {
  return Array.from(
    { length: character.length },
    (_, index) => `\\u${character.charCodeAt(index).toString(16).padStart(4, "0")}`,
  ).join("");
}
