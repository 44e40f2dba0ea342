import { useEffect, useState } from "preact/hooks";
import type { PageSession } from "../../src/page/model.ts";
import { listOf } from "./items.ts";
import type { ItemRef } from "./rows.ts";

const KINDS = ["turn", "request", "call", "compaction"] as const;

/**
 * The selected item. The address names it (`#SESSION/KIND/ID`), so that a reload, a copy of the address and the way back
 * from another session lead to it.
 */
export function useSelection(page: PageSession): [ItemRef | undefined, (item: ItemRef | undefined) => void] {
  const [selected, setSelected] = useState(() => itemIn(page, location.hash));
  useEffect(() => {
    const onChange = () => setSelected(itemIn(page, location.hash));
    addEventListener("hashchange", onChange);
    return () => removeEventListener("hashchange", onChange);
  }, [page]);
  const select = (item: ItemRef | undefined) => {
    const [session] = location.hash.split("/");
    const id = item && listOf(page, item.kind)[item.index]?.id;
    const hash = id === undefined ? session : `${session || "#"}/${item?.kind}/${encodeURIComponent(id)}`;
    // Another selection is no step in the browser's history: Back leads to the list.
    history.replaceState(null, "", hash || location.pathname);
    setSelected(item);
  };
  return [selected, select];
}

function itemIn(page: PageSession, hash: string): ItemRef | undefined {
  const [, name, id = ""] = hash.split("/");
  const kind = KINDS.find((one) => one === name);
  if (kind === undefined) return undefined;
  const wanted = decoded(id);
  const index = listOf(page, kind).findIndex((item) => item.id === wanted);
  return index === -1 ? undefined : { kind, index };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
