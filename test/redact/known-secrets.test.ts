import { rules } from "@secretlint/secretlint-rule-preset-recommend";
import { describe, expect, test } from "vitest";
import { isKeptRule, type KeptRule, knownSecrets } from "../../src/redact/tokens/known-secrets.ts";
import { makeCases } from "./cases/make.ts";

const kept: KeptRule[] = (rules as readonly unknown[]).filter(isKeptRule);

describe("the rules of secretlint have the form that ccotel uses", () => {
  test("each of them is a rule with its own id", () => {
    expect(kept.length).toBe(rules.length);
    expect(kept.length).toBeGreaterThan(20);
    expect(new Set(kept.map(({ meta }) => meta.id)).size).toBe(kept.length);
  });

  test.each(kept)("$meta.id is created from a context and works synchronously", (rule) => {
    const { file } = rule.create(
      { sharedOptions: {}, createTranslator: () => () => ({}), ignore: () => {}, report: () => {} },
      {},
    );
    expect(["function", "undefined"]).toContain(typeof file);
    expect(file?.({ content: "text", contentType: "text", ext: ".txt", filePath: "a.txt" })).toBeUndefined();
  });

  test("a finding has a range within the text, and a kind", () => {
    const [github, aws] = makeCases([
      ["github", "token: ghp_§alnum:36§ end"],
      ["aws", "AWS_SECRET_ACCESS_KEY=§b64:40§ end"],
    ]);
    for (const secret of [github, aws]) {
      const { text, core } = secret as NonNullable<typeof secret>;
      const ranges = knownSecrets(text);
      expect(ranges.some(({ start, end }) => text.slice(start, end).includes(core))).toBe(true);
      for (const { start, end, kind } of ranges) {
        expect(start).toBeGreaterThanOrEqual(0);
        expect(end).toBeLessThanOrEqual(text.length);
        expect(kind).toMatch(/^[a-z0-9-]+$/);
      }
    }
  });

  test("a secret of one text is not found in the next one", () => {
    const text = makeCases([["github", "ghp_§alnum:36§"]])[0]?.text ?? "";
    expect(knownSecrets(text).length).toBeGreaterThan(0);
    expect(knownSecrets("nothing of that kind")).toEqual([]);
  });
});
