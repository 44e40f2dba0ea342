/** Splits a query into words and quoted phrases: `"two words" one`. */
export function wordsOf(query: string): string[] {
  return [...query.matchAll(/"([^"]+)"|(\S+)/g)]
    .map(([, phrase, word]) => phrase ?? word ?? "")
    .filter((word) => word.trim() !== "");
}

/**
 * The source of a pattern for a word or a phrase. White space of any kind may stand between the words of a phrase, such
 * as the end of a line. An accent may be part of its letter or follow it, as in the names of files on macOS.
 */
export function patternOf(word: string): string {
  const forms = formsOf(word).map((form) =>
    form
      .trim()
      .split(/\s+/)
      .map((part) => part.replace(/[.*+?^${}()|[\]\\/]/g, "\\$&"))
      .join("\\s+"),
  );
  return forms.join("|");
}

/** The texts that look like this one in Unicode: with composed and with decomposed letters. */
export function formsOf(text: string): string[] {
  return [...new Set([text.normalize("NFC"), text.normalize("NFD")])];
}
