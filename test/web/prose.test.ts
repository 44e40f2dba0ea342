import { expect, it } from "vitest";
import { proseParts } from "../../web/prose.ts";

it("finds code and bold text in an answer, and leaves all else as it is", () => {
  const answer = "# Why\nThe **sum** of `total.ts`:\n```ts\nconst a = 2 ** 3;\n\nb();\n```\n- 3 * 4 * 5\n";
  expect(proseParts(answer)).toEqual([
    ["text", "# Why\nThe "],
    ["b", "sum"],
    ["text", " of "],
    ["code", "total.ts"],
    ["text", ":\n"],
    ["block", "const a = 2 ** 3;\n\nb();"],
    ["text", "\n- 3 * 4 * 5\n"],
  ]);
});

it("keeps marks that nothing closes", () => {
  for (const text of ["a ` b", "**bold\nnext**", "```ts\nconst a", "```", "2 ** 3", ""])
    expect(proseParts(text)).toEqual(text === "" ? [] : [["text", text]]);
});
