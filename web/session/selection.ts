import { useLayoutEffect, useState } from "preact/hooks";
import type { PageSession } from "../../src/page/model.ts";
import type { Hit } from "../data.ts";
import { listOf } from "./items.ts";
import type { ItemRef } from "./rows.ts";

const KINDS = ["turn", "request", "call", "compaction"] as const;
/** The kind of the item that has a text. A turn has the other texts. */
const ITEM_OF: Partial<Record<Hit["kind"], string>> = {
  answer: "request",
  thinking: "request",
  call: "call",
  result: "call",
};

/** A selected item. `words`: the query that found it, if any. Its text is then shown, with the words marked. */
export interface Selection {
  item: ItemRef;
  words?: string;
}

/** Selects an item, or none. */
export type Select = (item: ItemRef | undefined, words?: string) => void;

/**
 * The selected item. The address names it (`#SESSION/KIND/ID` or `#SESSION/KIND/ID/WORDS`), so that a reload, a copy of
 * the address and the way back from another session lead to it.
 */
export function useSelection(page: PageSession): [Selection | undefined, Select] {
  const [selected, setSelected] = useState(() => selectionIn(page, location.hash));
  useLayoutEffect(() => {
    const onChange = () => setSelected(selectionIn(page, location.hash));
    addEventListener("hashchange", onChange);
    return () => removeEventListener("hashchange", onChange);
  }, [page]);
  const select: Select = (item, words) => {
    const session = location.hash.slice(1).split("/")[0] ?? "";
    const id = item && listOf(page, item.kind)[item.index]?.id;
    const hash = id === undefined || item === undefined ? session : hashOf(session, item.kind, id, words);
    // Another selection is no step in the browser's history: Back leads to the list.
    history.replaceState(history.state, "", hash === "" ? location.pathname : `#${hash}`);
    setSelected(item && { item, ...(words === undefined ? {} : { words }) });
  };
  return [selected, select];
}

/** Returns the address of a place that a search found, without `#`. */
export function hashOfHit(session: string, { kind, id }: Hit, words: string): string {
  return hashOf(session, ITEM_OF[kind] ?? "turn", id, words);
}

function hashOf(session: string, kind: string, id: string, words?: string): string {
  return [session, kind, id, ...(words === undefined ? [] : [words])].map(encodeURIComponent).join("/");
}

function selectionIn(page: PageSession, hash: string): Selection | undefined {
  const [, name, id = "", words] = hash.split("/").map(decoded);
  const kind = KINDS.find((one) => one === name);
  if (kind === undefined) return undefined;
  const index = listOf(page, kind).findIndex((item) => item.id === id);
  if (index === -1) return undefined;
  return { item: { kind, index }, ...(words === undefined ? {} : { words }) };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
