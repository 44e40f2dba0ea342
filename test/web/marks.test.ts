import { expect, it } from "vitest";
import { splitAt } from "../../web/marks.ts";

it("splits a text at the words of a query, whatever their case, and at nothing else", () => {
  expect(splitAt("Run the DOOMED task, doomed.", ["doomed", "run"])).toEqual([
    "",
    "Run",
    " the ",
    "DOOMED",
    " task, ",
    "doomed",
    ".",
  ]);
  expect(splitAt("a.b axb (c)", ["a.b", "(c)"])).toEqual(["", "a.b", " axb ", "(c)", ""]);
  expect(splitAt("whole", [])).toEqual(["whole"]);
  expect(splitAt("a cart\n total", ["cart total"])).toEqual(["a ", "cart\n total", ""]);
});

it("keeps the whole of a text with more words than it marks", () => {
  const text = "so ".repeat(2_000);
  const parts = splitAt(text, ["so"]);
  expect(parts.join("")).toBe(text);
  expect(parts).toHaveLength(1_001);
});
