import { rules } from "@secretlint/secretlint-rule-preset-recommend";
import type { Range } from "../range.ts";

/**
 * Finds secrets with secretlint's recommended preset. Calls its rules directly, as its core would: the core is
 * asynchronous and four times as slow. A mask also needs more than a linter's finding: the position that secretlint
 * reports for an AWS key is shifted by the length of its name. Therefore this masks every value that a message names,
 * at each of its positions.
 */
export function knownSecrets(text: string): Range[] {
  return CHECKS.flatMap((check) => check(text));
}

/**
 * The part of a rule that this file uses. The package's types need a context that only its core can create. A test
 * compares the rules with this shape (`test/redact/known-secrets.test.ts`).
 */
export interface KeptRule {
  meta: { id: string };
  create(context: RuleContext, options: object): { file?(source: object): unknown };
}

interface RuleContext {
  sharedOptions: object;
  /** Returns the function that makes a message of its values. Here the values themselves are the message. */
  createTranslator(): (id: string, values?: Record<string, unknown>) => Record<string, unknown>;
  ignore(): void;
  report(finding: { range: readonly [number, number]; message: Record<string, unknown> }): void;
}

export function isKeptRule(rule: unknown): rule is KeptRule {
  if (typeof rule !== "object" || rule === null || !("meta" in rule) || !("create" in rule)) return false;
  const { meta, create } = rule;
  return (
    typeof create === "function" &&
    typeof meta === "object" &&
    meta !== null &&
    "id" in meta &&
    typeof meta.id === "string"
  );
}

/** A text may contain a `secretlint-disable` comment. Skip the rule that obeys it. */
const OBEYING_RULE = "filter-comments";

const CHECKS = (rules as readonly unknown[])
  .filter(isKeptRule)
  .map((rule) => ({ rule, kind: rule.meta.id.replace(/^.*secretlint-rule-/, "") }))
  .filter(({ kind }) => kind !== OBEYING_RULE)
  .map(({ rule, kind }) => createCheck(rule, kind));

function createCheck(rule: KeptRule, kind: string): (text: string) => Range[] {
  let found: Range[] = [];
  let checked = "";
  let named = new Set<string>();
  const check = rule.create(
    {
      sharedOptions: {},
      createTranslator: () => (_, values) => values ?? {},
      ignore: () => {},
      report({ range: [start, end], message }) {
        found.push({ start, end: endOfToken(checked, end), kind });
        for (const value of Object.values(message)) {
          if (typeof value !== "string" || named.has(value)) continue;
          named.add(value);
          found.push(...placesOf(value, checked, kind));
        }
      },
    },
    // Off by default, since ids of AWS keys alone are not secrets.
    { enableIDScanRule: true },
  );
  return (text) => {
    found = [];
    checked = text;
    named = new Set();
    // Only the check of `.p12` files is asynchronous, and this is not one.
    void check.file?.({ content: text, contentType: "text", ext: ".txt", filePath: "text.txt" });
    return found;
  };
}

/** Vendors extend their tokens (`glpat-….01.…`, `xapp-1-…-…`), and a rule that is older finds only the beginning. */
const REST = /(?:[A-Za-z0-9_~-]|[.+/](?=[A-Za-z0-9_-]{6}|[0-9a-z]{2}\.[0-9a-z]{7}))*/y;

function endOfToken(text: string, end: number): number {
  REST.lastIndex = end;
  return end + (REST.exec(text)?.[0].length ?? 0);
}

/** Shorter values in a message are names of kinds, such as `ghp`. */
const MIN_VALUE = 8;

function placesOf(value: string, text: string, kind: string): Range[] {
  const places: Range[] = [];
  if (value.length < MIN_VALUE) return places;
  for (let at = text.indexOf(value); at !== -1; at = text.indexOf(value, at + value.length)) {
    places.push({ start: at, end: endOfToken(text, at + value.length), kind });
  }
  return places;
}
