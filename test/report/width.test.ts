import fc from "fast-check";
import stringWidth from "string-width";
import { expect, test } from "vitest";
import { shorten, width } from "../../src/report/text/width.ts";

test("the width of a text is that of string-width for every character of the basic plane, and every emoji", () => {
  const wrong: string[] = [];
  const codes = [
    ...Array(0x1_0000).keys(),
    ...Array.from({ length: 0x1000 }, (_, index) => 0x1_f000 + index),
  ];
  for (const code of codes) {
    const text = `a${String.fromCodePoint(code)}b`;
    if (width(text) !== stringWidth(text)) wrong.push(code.toString(16));
  }
  expect(wrong).toEqual([]);
  for (const text of ["", "plain", "語", "👩‍💻", "e\u0301", "\u001b[1mbold\u001b[0m"])
    expect(width(text)).toBe(stringWidth(text));
});

const character = fc.constantFrom(
  ..."aé„─語修复、「かカー각한！ﾞ\u3099\u20e3\u200d\ufe0f\u11a8👩‍💻",
  "e\u0301",
  ..."😀🚀🎉🤔✅✨❌🏽🇩🇪🏴",
);

test("the width of Chinese, Japanese and Korean text is that of string-width, and it is cut between its characters", () => {
  fc.assert(
    fc.property(fc.array(character, { maxLength: 30 }), fc.integer({ min: 1, max: 40 }), (all, room) => {
      const text = all.join("");
      expect(width(text)).toBe(stringWidth(text));
      const short = shorten(text, room);
      if (width(text) <= room) expect(short).toBe(text);
      else expect(short).toBe(cutBySegments(text, Math.max(1, room - 1)));
    }),
  );
});

function cutBySegments(text: string, columns: number): string {
  let kept = "";
  for (const { segment } of new Intl.Segmenter().segment(text)) {
    if (stringWidth(kept + segment) > columns) break;
    kept += segment;
  }
  return `${kept}…`;
}
