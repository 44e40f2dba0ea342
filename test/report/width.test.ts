import { expect, it } from "vitest";
import { padEnd, shorten, width } from "../../src/report/width.ts";
import { wrap } from "../../src/report/wrap.ts";

it.each([
  ["plain", 5],
  ["日本語", 6],
  ["🚀", 2],
  ["👩‍👩‍👧", 2],
  ["e\u0301", 1],
])("%s takes %i columns of a terminal", (text, columns) => {
  expect(width(text)).toBe(columns);
});

it("cuts by columns and never inside a character", () => {
  expect(shorten("日本語の説明", 7)).toBe("日本語…");
  expect(width(shorten("日本語の説明", 8))).toBeLessThanOrEqual(8);
  expect(shorten("ab👩‍👩‍👧cd", 4)).toBe("ab…");
  expect(shorten("short", 5)).toBe("short");
});

it("fills up and breaks lines by columns", () => {
  expect(padEnd("日本", 6)).toBe("日本  ");
  expect(wrap("日本 日本 日本", 9)).toEqual(["日本 日本", "日本"]);
});
