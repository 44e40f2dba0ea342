/**
 * A settings text under edit: the few operations of `configure` and `uninstall`. Each parses the result of the one
 * before.
 */

import type { Node } from "jsonc-parser";
import type { FilledContainer, SetValue } from "./manifest.ts";
import { member, plain, raw, readDocument, valueAt } from "./text/json-document.ts";
import { appendItem, appendMember, removeChild, replaceRaw } from "./text/json-edit.ts";

/** A text that holds one JSON object. */
export interface Draft {
  readonly bom: string;
  readonly body: string;
  readonly root: Node;
}

/** Parses a text that our own edits made. Anything but an object is a bug. */
export function draftOf(bom: string, body: string): Draft {
  const document = readDocument(bom + body);
  if (document.kind !== "object")
    throw new Error(`an edit left no object behind: ${JSON.stringify(document)}`);
  return document;
}

/** Returns the whole text, with the byte order mark. */
export function textOf(draft: Draft): string {
  return draft.bom + draft.body;
}

/** Returns the value at a path as plain data, undefined if missing. */
export function dataAt(draft: Draft, path: readonly string[]): unknown {
  const node = valueAt(draft.root, path);
  return node && plain(draft.body, node);
}

/** Returns the keys of the object at a path. Empty if there is no object. */
export function keysAt(draft: Draft, path: readonly string[]): string[] {
  const node = valueAt(draft.root, path);
  if (node?.type !== "object") return [];
  return [...new Set(node.children?.map((property) => String(property.children?.[0]?.value)))];
}

/**
 * Sets a string. The containing object must exist. `was` is the record of an earlier change at this path: while that
 * value is still there, the new record keeps what it replaced. Returns no record if the value was there already and was
 * not ours.
 */
export function setValue(
  draft: Draft,
  path: readonly string[],
  value: string,
  was: SetValue | undefined,
): [Draft, SetValue?] {
  const node = valueAt(draft.root, path);
  const current = node && plain(draft.body, node);
  const ours = was !== undefined && current === was.value;
  if (current === value) return ours ? [draft, was] : [draft];
  if (!node) return [addMember(draft, path, value), { path, value, before: null }];
  const before = ours ? was.before : raw(draft.body, node);
  return [edited(draft, replaceRaw(draft.body, node, JSON.stringify(value))), { path, value, before }];
}

/** Restores the value that was at a path before ours, if our value is still there. */
export function restoreValue(draft: Draft, { path, value, before }: SetValue): Draft {
  const node = valueAt(draft.root, path);
  if (!node || plain(draft.body, node) !== value) return draft;
  return before === null ? removeMember(draft, path) : edited(draft, replaceRaw(draft.body, node, before));
}

/**
 * Ensures that there is an object or list at a path. Records in `filled` if it was missing, null or empty before. Never
 * overwrites a record: a later change does not know what was there first.
 */
export function ensureContainer(
  draft: Draft,
  path: readonly string[],
  empty: object,
  filled: Map<string, FilledContainer>,
): Draft {
  const node = valueAt(draft.root, path);
  const key = JSON.stringify(path);
  if (!node) {
    filled.set(key, { path, before: null });
    return addMember(draft, path, empty);
  }
  if (node.type === "null") {
    filled.set(key, filled.get(key) ?? { path, before: "null" });
    return edited(draft, replaceRaw(draft.body, node, JSON.stringify(empty)));
  }
  if (node.children?.length === 0 && !filled.has(key))
    filled.set(key, { path, before: raw(draft.body, node) });
  return draft;
}

/** Restores each recorded container that is empty now, the innermost first. */
export function restoreContainers(draft: Draft, containers: Iterable<FilledContainer>): Draft {
  let result = draft;
  for (const { path, before } of [...containers].sort((a, b) => b.path.length - a.path.length)) {
    const node = valueAt(result.root, path);
    if (node?.children?.length !== 0) continue;
    result =
      before === null ? removeMember(result, path) : edited(result, replaceRaw(result.body, node, before));
  }
  return result;
}

/** Appends an element to the list at a path. */
export function addItem(draft: Draft, path: readonly string[], value: unknown): Draft {
  const list = valueAt(draft.root, path);
  if (list?.type !== "array") throw new Error(`no list at ${path.join(".")}`);
  return edited(draft, appendItem(draft.body, list, value));
}

/** Returns the draft with another body. */
export function edited(draft: Draft, body: string): Draft {
  return body === draft.body ? draft : draftOf(draft.bom, body);
}

function addMember(draft: Draft, path: readonly string[], value: unknown): Draft {
  const parent = valueAt(draft.root, path.slice(0, -1));
  const key = path.at(-1);
  if (parent?.type !== "object" || key === undefined)
    throw new Error(`no object to put ${path.join(".")} into`);
  return edited(draft, appendMember(draft.body, parent, key, value));
}

function removeMember(draft: Draft, path: readonly string[]): Draft {
  const parent = valueAt(draft.root, path.slice(0, -1));
  const property = parent && member(parent, path.at(-1) ?? "");
  return parent && property ? edited(draft, removeChild(draft.body, parent, property)) : draft;
}
