import { patternOf } from "./words.ts";

/** The first word of a query in a text, and the text around it, on one line, with `…` where it goes on. */
export interface Match {
  before: string;
  match: string;
  after: string;
}

const AROUND_CHARS = 60;

/**
 * Returns a function that finds the first word in a text that holds all of them, in any case. `words`: as from
 * `wordsOf`, at least one.
 */
export function matcherOf(words: readonly string[]): (text: string) => Match | undefined {
  const [first, ...others] = words.map((word) => new RegExp(patternOf(word), "iu"));
  return (text) => {
    const found = first?.exec(text);
    if (found == null || !others.every((pattern) => pattern.test(text))) return undefined;
    return around(text, found.index, found[0]);
  };
}

function around(text: string, at: number, match: string): Match {
  const end = at + match.length;
  return {
    before: `${at > AROUND_CHARS ? "…" : ""}${flat(text.slice(Math.max(0, at - AROUND_CHARS), at))}`,
    match: flat(match),
    after: `${flat(text.slice(end, end + AROUND_CHARS))}${text.length > end + AROUND_CHARS ? "…" : ""}`,
  };
}

function flat(text: string): string {
  return text.replace(/\s+/g, " ");
}
