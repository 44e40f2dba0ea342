/** Finds, writes and removes our entries in the `hooks` block of a settings text. */

import { isDeepStrictEqual } from "node:util";
import type { Node } from "jsonc-parser";
import { addItem, type Draft, edited, ensureContainer, keysAt } from "../draft.ts";
import type { FilledContainer } from "../manifest.ts";
import { plain, valueAt } from "../text/json-document.ts";
import { removeChild, replaceValue } from "../text/json-edit.ts";
import { guardedScript, type HookRegistration, ownScript } from "./hook-entry.ts";

/** Returns the events under `hooks` that hold an entry of ours. `bins` lists our folders outside `~/.ccotel`. */
export function ownEvents(draft: Draft, bins: readonly string[]): string[] {
  return keysAt(draft, ["hooks"]).filter((event) => ownEntries(draft, event, bins).length > 0);
}

/** Returns the folders whose scripts our entries run, including those of another state folder. */
export function ownBins(draft: Draft): string[] {
  const scripts = keysAt(draft, ["hooks"]).flatMap((event) =>
    handlersOf(draft, event).flatMap(({ handler }) => guardedScript(plain(draft.body, handler)) ?? []),
  );
  return [...new Set(scripts.map((script) => script.replace(/[/\\]hook\.(?:sh|cjs)$/, "")))];
}

/**
 * Makes the `hooks` block hold exactly the wanted entries of ours. Keeps a correct entry, corrects a wrong one in
 * place, and adds a missing one in a new group after the others.
 */
export function writeHooks(
  draft: Draft,
  wanted: readonly HookRegistration[],
  bins: readonly string[],
  filled: Map<string, FilledContainer>,
): Draft {
  let result = draft;
  for (const event of ownEvents(draft, bins)) {
    if (!wanted.some((registration) => registration.event === event))
      result = removeHooks(result, event, bins);
  }
  for (const { event, handler } of wanted) {
    const own = ownEntries(result, event, bins);
    const kept = own.find((entry) => isDeepStrictEqual(plain(result.body, entry.handler), handler)) ?? own[0];
    if (kept) {
      // Start with the last entry, so that the position of the kept one does not change.
      for (const entry of own.toReversed()) {
        const at = locate(result, event, entry);
        result = entry === kept ? withHandler(result, at, handler) : removeEntry(result, at);
      }
      continue;
    }
    result = ensureContainer(result, ["hooks"], {}, filled);
    result = ensureContainer(result, ["hooks", event], [], filled);
    result = addItem(result, ["hooks", event], { hooks: [handler] });
  }
  return result;
}

/** Corrects the handler of an entry, if it is another one. */
function withHandler(draft: Draft, at: OwnEntry, handler: HookRegistration["handler"]): Draft {
  if (isDeepStrictEqual(plain(draft.body, at.handler), handler)) return draft;
  return edited(draft, replaceValue(draft.body, at.handler, handler));
}

/** Removes all our entries from one event. Also removes a group that becomes empty. */
export function removeHooks(draft: Draft, event: string, bins: readonly string[]): Draft {
  const entry = ownEntries(draft, event, bins)[0];
  return entry ? removeHooks(removeEntry(draft, entry), event, bins) : draft;
}

interface OwnEntry {
  readonly groups: Node;
  readonly group: Node;
  readonly handlers: Node;
  readonly handler: Node;
}

function ownEntries(draft: Draft, event: string, bins: readonly string[]): OwnEntry[] {
  return handlersOf(draft, event).filter(
    ({ handler }) => ownScript(plain(draft.body, handler), bins) !== undefined,
  );
}

function handlersOf(draft: Draft, event: string): OwnEntry[] {
  const groups = valueAt(draft.root, ["hooks", event]);
  if (groups?.type !== "array") return [];
  return (groups.children ?? []).flatMap((group) => {
    const handlers = valueAt(group, ["hooks"]);
    if (handlers?.type !== "array") return [];
    return (handlers.children ?? []).map((handler) => ({ groups, group, handlers, handler }));
  });
}

/** Finds the same entry in a text that has changed only after it. */
function locate(draft: Draft, event: string, entry: OwnEntry): OwnEntry {
  const groups = valueAt(draft.root, ["hooks", event]);
  const group = groups?.children?.[entry.groups.children?.indexOf(entry.group) ?? -1];
  const handlers = group && valueAt(group, ["hooks"]);
  const handler = handlers?.children?.[entry.handlers.children?.indexOf(entry.handler) ?? -1];
  if (!groups || !group || !handlers || !handler)
    throw new Error(`a hook entry under ${event} moved during an edit`);
  return { groups, group, handlers, handler };
}

function removeEntry(draft: Draft, { groups, group, handlers, handler }: OwnEntry): Draft {
  const alone = handlers.children?.length === 1;
  return edited(
    draft,
    alone ? removeChild(draft.body, groups, group) : removeChild(draft.body, handlers, handler),
  );
}
