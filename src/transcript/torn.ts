/** Where a record begins. A quote inside a text has a backslash before it, and blocks within a record are in a list. */
const START = /\{"parentUuid":|(?<![[,:]\s?)\{"type":/g;

/** What an array has before and behind a record. */
const OF_ARRAY = /^\[\s*(?=\{)|(?<=\})\s*[,\]]\s*$/g;

/**
 * The JSON values in a line that is not JSON as a whole. There are four causes:
 * - A Windows tool leaves a byte order mark.
 * - A crash fills a part of the file with zeros, and the client writes right after them.
 * - A program made the file an array, with a record on each line.
 * - Two processes that write to one file leave records without a line feed between them, or half a record followed by a
 *   whole one.
 */
export function valuesInTorn(text: string): unknown[] {
  return text.split(/\0+/).flatMap((part) => valuesIn(part.trim()));
}

function valuesIn(text: string): unknown[] {
  const starts = [...text.matchAll(START)].flatMap(({ index }) => (index > 0 ? [index] : []));
  return [0, ...starts].flatMap((start, index) => {
    try {
      return [JSON.parse(text.slice(start, starts[index]).replace(OF_ARRAY, "")) as unknown];
    } catch {
      return [];
    }
  });
}
