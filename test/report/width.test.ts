import stringWidth from "string-width";
import { expect, test } from "vitest";
import { width } from "../../src/report/text/width.ts";

test("a text is as wide as string-width says, whatever letters it is made of", () => {
  const said: string[] = [];
  for (let code = 0; code < 0x3000; code++) {
    const text = `a${String.fromCodePoint(code)}b`;
    if (width(text) !== stringWidth(text)) said.push(code.toString(16));
  }
  expect(said).toEqual([]);
  for (const text of ["", "plain", "語", "👩‍💻", "e\u0301", "\u001b[1mbold\u001b[0m"])
    expect(width(text)).toBe(stringWidth(text));
});
