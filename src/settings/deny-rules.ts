/**
 * Writes our rules into `permissions.deny` of a settings text. Only the manifest says which rules are ours: they look
 * like any other.
 */

import { addItem, type Draft, dataAt, edited, ensureContainer } from "./draft.ts";
import type { FilledContainer } from "./manifest.ts";
import { plain, valueAt } from "./text/json-document.ts";
import { removeChild } from "./text/json-edit.ts";

export const DENY_PATH = ["permissions", "deny"];

/**
 * Appends the wanted rules to the list, and removes rules of ours that are no longer wanted. `ours` lists what an
 * earlier change added. Returns the rules that are ours now: a rule that the user had written is not.
 */
export function writeDenied(
  draft: Draft,
  wanted: readonly string[],
  ours: readonly string[],
  filled: Map<string, FilledContainer>,
): [Draft, denied: string[]] {
  let result = removeDenied(
    draft,
    ours.filter((rule) => !wanted.includes(rule)),
  );
  const denied: string[] = [];
  for (const rule of wanted) {
    const isThere = deniedIn(result).includes(rule);
    if (isThere && !ours.includes(rule)) continue;
    denied.push(rule);
    if (isThere) continue;
    result = ensureContainer(result, DENY_PATH.slice(0, 1), {}, filled);
    result = ensureContainer(result, DENY_PATH, [], filled);
    result = addItem(result, DENY_PATH, rule);
  }
  return [result, denied];
}

/** Removes each of these rules once. */
export function removeDenied(draft: Draft, rules: readonly string[]): Draft {
  let result = draft;
  for (const rule of rules.toReversed()) {
    const list = valueAt(result.root, DENY_PATH);
    const item = list?.children?.findLast((child) => plain(result.body, child) === rule);
    if (list?.type === "array" && item !== undefined)
      result = edited(result, removeChild(result.body, list, item));
  }
  return result;
}

function deniedIn(draft: Draft): unknown[] {
  const list = dataAt(draft, DENY_PATH);
  return Array.isArray(list) ? list : [];
}
