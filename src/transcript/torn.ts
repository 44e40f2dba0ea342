/** Where a record begins. A quote inside of a text has a backslash before it, and blocks within a record stand in a list. */
const START = /\{"parentUuid":|(?<![[,:]\s?)\{"type":/g;

/**
 * The values of a line that is not one: two processes that write to one file leave records without a line feed between
 * them, or half a record with a whole one right behind it.
 */
export function valuesInTorn(text: string): unknown[] {
  const starts = [...text.matchAll(START)].map(({ index }) => index);
  if (starts.every((start) => start === 0)) return [];
  const ends = starts.filter((start) => start > 0);
  return [0, ...ends].flatMap((start, index) => {
    try {
      return [JSON.parse(text.slice(start, ends[index])) as unknown];
    } catch {
      return [];
    }
  });
}
