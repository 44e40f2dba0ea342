import fc from "fast-check";
import { expect, it } from "vitest";
import { needlesOf } from "../../src/search/scan.ts";

/** All positions of the word in the chunk that the search finds. */
function placesOf(word: string, piece: Buffer): number[] {
  const next = needlesOf([word]).findIn(piece);
  const places: number[] = [];
  for (let at = next(0); at !== undefined; at = next(at + 1)) places.push(at);
  return places;
}

/** The same with a simple search at every position. */
function slowly(word: string, piece: Buffer): number[] {
  const text = piece.toString("latin1").replace(/[A-Z]/g, (letter) => letter.toLowerCase());
  return [...text].flatMap((_, at) => (text.startsWith(word, at) ? [at] : []));
}

const anyCase = (text: string) => fc.mixedCase(fc.constant(text));

it.each([
  ["a rare letter", fc.constantFrom("zeppelin", "cart-total", "x", "a.b[c]", "q9", "--flag")],
  ["only frequent letters", fc.constantFrom("tea", "seat", "e", "a")],
])("a word with %s is found at every position, in any case", (_, words) => {
  const piece = words.chain((word) =>
    fc.tuple(
      fc.constant(word),
      fc.array(
        fc.oneof(
          anyCase(word),
          anyCase(word.slice(0, -1)),
          fc.string({ unit: fc.constantFrom(...'etaEZzqx é😀\\n"'), maxLength: 40 }),
          fc.constant("a line of text with usual letters\n".repeat(30)),
        ),
        { maxLength: 30 },
      ),
    ),
  );
  fc.assert(
    fc.property(piece, ([word, texts]) => {
      const bytes = Buffer.from(texts.join(""), "utf8");
      expect(placesOf(word, bytes)).toEqual(slowly(word, bytes));
    }),
  );
});

it("a letter that is frequent in the chunk does not make the search slow", () => {
  const piece = Buffer.from(`${"z".repeat(1 << 16)}zeppelin`);
  let looks = 0;
  const indexOf = piece.indexOf.bind(piece);
  piece.indexOf = ((...args: Parameters<typeof indexOf>) => {
    looks++;
    return indexOf(...args);
  }) as typeof piece.indexOf;
  expect(placesOf("zeppelin", piece)).toEqual([1 << 16]);
  expect(looks).toBeLessThan(300);
});

it.each([
  ["fix authentication", "authentication"],
  ["content fix", "fix"],
  ["quarterly zeppelin", "zeppelin"],
  ["übersetzung quarterly", "quarterly"],
])("of %s, the search looks for %s, which is rare and found fast", (phrase, word) => {
  expect(needlesOf([phrase]).findIn(Buffer.from(`…${phrase}`))(0)).toBe(
    Buffer.byteLength(`…${phrase.slice(0, phrase.indexOf(word))}`),
  );
});
