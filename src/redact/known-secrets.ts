import { rules } from "@secretlint/secretlint-rule-preset-recommend";
import type { Range } from "./range.ts";

/**
 * The kept rule set: secretlint's recommended preset. Its rules are called directly, as its core would call them, since
 * the core is asynchronous and four times as slow, and a mask needs more than a linter's finding: the reported place of
 * an AWS key is shifted by the length of its name, so every value that a message names is masked wherever it stands.
 */
export function knownSecrets(text: string): Range[] {
  const ranges: Range[] = [];
  findings = [];
  const source = { content: text, contentType: "text", ext: ".txt", filePath: "text.txt" };
  for (const { kind, check } of CHECKS) {
    const from = findings.length;
    // Only the check of `.p12` files is asynchronous, and this is none.
    void check(source);
    for (const { start, end, values } of findings.slice(from)) {
      ranges.push({ start, end, kind });
      for (const value of values) ranges.push(...placesOf(value, text, kind));
    }
  }
  return ranges;
}

interface Finding {
  start: number;
  end: number;
  values: string[];
}

let findings: Finding[] = [];

interface Rule {
  meta: { id: string };
  create(context: object, options: object): { file?(source: object): unknown };
}

/** A text may hold a `secretlint-disable` comment; the rule that obeys it has no place here. */
const OBEYING_RULE = "filter-comments";

const CHECKS = (rules as unknown as Rule[]).flatMap((rule) => {
  const kind = rule.meta.id.replace(/^.*secretlint-rule-/, "");
  if (kind === OBEYING_RULE) return [];
  // Ids of AWS keys are off by default, as they are no secrets by themselves.
  const { file } = rule.create(contextOf(), { enableIDScanRule: true });
  return file === undefined ? [] : [{ kind, check: file }];
});

/** What a rule is told where it runs: it asks for a translator of messages, and reports with what that gave it. */
function contextOf(): object {
  return {
    sharedOptions: {},
    createTranslator: () => (_: string, values: Record<string, unknown> | undefined) => values ?? {},
    ignore: () => {},
    report({ range, message }: { range: [number, number]; message: Record<string, unknown> }) {
      const values = Object.values(message).filter((value) => typeof value === "string");
      findings.push({ start: range[0], end: range[1], values });
    },
  };
}

/** Shorter values of a message are names of kinds, such as `ghp`. */
const MIN_VALUE = 8;

function placesOf(value: string, text: string, kind: string): Range[] {
  const places: Range[] = [];
  if (value.length < MIN_VALUE) return places;
  for (let at = text.indexOf(value); at !== -1; at = text.indexOf(value, at + value.length)) {
    places.push({ start: at, end: at + value.length, kind });
  }
  return places;
}
