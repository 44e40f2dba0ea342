import { describe, expect, it } from "vitest";
import { wrap, wrapBehind } from "../../src/report/text/wrap.ts";
import {
  clock,
  count,
  dollarColumn,
  dollars,
  duration,
  grouped,
  offset,
  percent,
  plural,
} from "../../src/units.ts";

describe("numbers as text", () => {
  it.each([
    [0, "0ms"],
    [999.4, "999ms"],
    [999.6, "1.0s"],
    [59_949, "59.9s"],
    [59_950, "1m 00s"],
    [245_000, "4m 05s"],
    [3_599_600, "1h 00m"],
    [4_320_000, "1h 12m"],
    [86_399_999, "1d 0h"],
    [183_600_000, "2d 3h"],
  ])("%d ms last %s", (ms, text) => {
    expect(duration(ms)).toBe(text);
  });

  it.each([
    [0, "0.0s"],
    [59_949, "59.9s"],
    [59_990, "1:00"],
    [725_000, "12:05"],
    [97_925_000, "27:12:05"],
  ])("%d ms after the start is %s", (ms, text) => {
    expect(offset(ms)).toBe(text);
  });

  it.each([
    [0, "0"],
    [999, "999"],
    [1000, "1.0k"],
    [99_949, "99.9k"],
    [99_950, "100k"],
    [999_499, "999k"],
    [999_500, "1.0m"],
    [1_234_567_890, "1.2b"],
  ])("%d tokens are %s", (tokens, text) => {
    expect(count(tokens)).toBe(text);
  });

  it.each([
    [0, "$0.0000"],
    [0.000_01, "<$0.0001"],
    [0.0645, "$0.0645"],
    [0.999_96, "$1.00"],
    [12.345, "$12.35"],
    [1_234.5, "$1,234.50"],
    [12_345_678, "$12,345,678.00"],
    [-0.5, "-$0.5000"],
  ])("%d dollars are %s", (usd, text) => {
    expect(dollars(usd)).toBe(text);
  });

  it.each([
    [0, "0%"],
    [0.0004, "<0.1%"],
    [0.0914, "9.1%"],
    [0.0996, "10%"],
    [0.97, "97%"],
    [1, "100%"],
  ])("a share of %d is %s", (share, text) => {
    expect(percent(share)).toBe(text);
  });

  it("puts commas between the thousands of a whole number", () => {
    const numbers = [0, 12, 999, 1000, 12345, 1234567].map(grouped);
    expect(numbers).toEqual(["0", "12", "999", "1,000", "12,345", "1,234,567"]);
  });

  it("prints times in the time zone of this system, and numbers with their noun", () => {
    const at = new Date(2026, 10, 21, 23, 6, 58, 873);
    expect(clock(at.getTime())).toBe("2026-11-21 23:06:58");
    expect([plural(0, "turn"), plural(1, "turn"), plural(2, "turn")]).toEqual([
      "0 turns",
      "1 turn",
      "2 turns",
    ]);
  });
});

describe("wrap", () => {
  it("breaks between words, never within one", () => {
    expect(wrap("one two three", 7)).toEqual(["one two", "three"]);
    expect(wrap("incomprehensible a b", 4)).toEqual(["incomprehensible", "a b"]);
    expect(wrap("", 10)).toEqual([""]);
  });

  it("does not break at a no-break space", () => {
    expect(wrap("a 8.0k\u00a0cache\u00a0read", 12)).toEqual(["a", "8.0k cache read"]);
  });
});

describe("a column of money", () => {
  it("has two decimals everywhere if an amount is a dollar or more", () => {
    expect([12.3, 0.297, 0.001, 0, -0.5].map(dollarColumn([12.3, 0.297]))).toEqual([
      "$12.30",
      "$0.30",
      "<$0.01",
      "$0.00",
      "-$0.50",
    ]);
  });

  it("has four decimals if all amounts are less", () => {
    expect([0.297, 0.001].map(dollarColumn([0.297, 0.001]))).toEqual(["$0.2970", "$0.0010"]);
  });
});

it("wrapBehind keeps the lines of a text below each other", () => {
  expect(wrapBehind("name  ", "a value of several words", 20 + 6)).toEqual([
    "name  a value of several",
    "      words",
  ]);
});
