import { describe, expect, test } from "vitest";
import { createOwnRules, UNCHECKED } from "../../src/delivery/load/own-rules.ts";
import { parseOwnRules } from "../../src/redact/own-rules.ts";
import { cpuMs } from "../support/cpu-time.ts";

describe("the user's file of rules", () => {
  test("has a regular expression on each line, comments and empty lines", () => {
    const { rules, problems } = parseOwnRules("\ufeff# customers\nACME-\\d+\r\n\n  /jane doe/i  \n# end");
    expect(problems).toEqual([]);
    expect(rules).toEqual([
      { line: 2, pattern: /ACME-\d+/g },
      { line: 4, pattern: /jane doe/gi },
    ]);
  });

  test("is checked as a whole: every invalid line is reported", () => {
    const { rules, problems } = parseOwnRules("ok\n(open\n/a/gx\n.*\n/fine/s");
    expect(rules.map(({ line }) => line)).toEqual([1, 5]);
    expect(problems).toEqual([
      "Line 2 is no regular expression: /(open/g: Unterminated group.",
      "Line 3 has the flag g: i, m, s, u and v are known.",
      "Line 4 matches the empty text, so it would match everywhere.",
    ]);
  });
});

describe("own rules", () => {
  const apply = (file: string, text: string, limits?: { aText: number; inAll: number }) =>
    createOwnRules(parseOwnRules(file).rules, limits)(text);

  test("replace each match with the number of the rule's line", () => {
    expect(apply("# first\nACME-\\d+\n/jane/i", "ACME-12 and JANE and ACME-3")).toBe(
      "[own rule: line 2] and [own rule: line 3] and [own rule: line 2]",
    );
  });

  test("replace the whole match if they have a group", () => {
    expect(apply("a(b)", "xaby")).toBe("x[own rule: line 1]y");
  });

  test("that take too long are stopped, and the unchecked text is replaced", () => {
    const rules = createOwnRules(parseOwnRules("(a+)+$").rules, { aText: 50, inAll: 10_000 });
    const tookMs = cpuMs(() => expect(rules(`${"a".repeat(60)}b`)).toBe(UNCHECKED));
    expect(tookMs).toBeLessThan(1000);
    expect(rules("bbb")).toBe("bbb");
  });

  test("that have used up their time are not run again, and every text is replaced", () => {
    const rules = createOwnRules(parseOwnRules("(a+)+$").rules, { aText: 50, inAll: 60 });
    const hostile = `${"a".repeat(60)}b`;
    const tookMs = cpuMs(() => {
      for (let n = 0; n < 100; n++) expect(rules(hostile)).toBe(UNCHECKED);
    });
    // Each run would take 50 ms.
    expect(tookMs).toBeLessThan(2000);
    expect(rules("bbb")).toBe(UNCHECKED);
  });
});
