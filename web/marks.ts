/** A long text may have a common word thousands of times. */
const MOST_MARKS = 500;

/** Splits a text at words in lower case. Every second part is one of the words. */
export function splitAt(text: string, words: readonly string[]): string[] {
  if (words.length === 0) return [text];
  const escaped = words.map((word) => word.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  const parts = text.split(new RegExp(`(${escaped.join("|")})`, "gi"));
  const most = 2 * MOST_MARKS + 1;
  return parts.length <= most ? parts : [...parts.slice(0, most - 1), parts.slice(most - 1).join("")];
}
