/** Splits a query into words and quoted phrases, in lower case: `"two words" one`. */
export function wordsOf(query: string): string[] {
  return [...query.toLowerCase().matchAll(/"([^"]+)"|(\S+)/g)].map(
    ([, phrase, word]) => phrase ?? word ?? "",
  );
}
