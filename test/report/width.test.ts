import stringWidth from "string-width";
import { expect, test } from "vitest";
import { width } from "../../src/report/text/width.ts";

test("the width of a text is that of string-width for every character below U+3000", () => {
  const wrong: string[] = [];
  for (let code = 0; code < 0x3000; code++) {
    const text = `a${String.fromCodePoint(code)}b`;
    if (width(text) !== stringWidth(text)) wrong.push(code.toString(16));
  }
  expect(wrong).toEqual([]);
  for (const text of ["", "plain", "語", "👩‍💻", "e\u0301", "\u001b[1mbold\u001b[0m"])
    expect(width(text)).toBe(stringWidth(text));
});
