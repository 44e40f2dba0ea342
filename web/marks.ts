import { patternOf } from "../src/search/words.ts";

/** A long text may have a common word thousands of times. */
const MOST_MARKS = 500;

/** Splits a text at words and phrases, in any case. Every second part is one of them. */
export function splitAt(text: string, words: readonly string[]): string[] {
  if (words.length === 0) return [text];
  const parts = text.split(new RegExp(`(${words.map(patternOf).join("|")})`, "giu"));
  const most = 2 * MOST_MARKS + 1;
  return parts.length <= most ? parts : [...parts.slice(0, most - 1), parts.slice(most - 1).join("")];
}
