/** Where a record begins. A quote inside of a text has a backslash before it, and blocks within a record stand in a list. */
const START = /\{"parentUuid":|(?<![[,:]\s?)\{"type":/g;

/**
 * The values of a line that is not one. A Windows tool leaves a byte order mark, a crash fills a file with zeros, and the
 * client goes on writing right behind them; two processes that write to one file leave records without a line feed between
 * them, or half a record with a whole one right behind it.
 */
export function valuesInTorn(text: string): unknown[] {
  return text.split(/\0+/).flatMap((part) => valuesIn(part.trim()));
}

function valuesIn(text: string): unknown[] {
  const starts = [...text.matchAll(START)].flatMap(({ index }) => (index > 0 ? [index] : []));
  return [0, ...starts].flatMap((start, index) => {
    try {
      return [JSON.parse(text.slice(start, starts[index])) as unknown];
    } catch {
      return [];
    }
  });
}
