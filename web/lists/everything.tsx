import { useMemo } from "preact/hooks";
import { duration } from "../format.ts";
import { ItemLink } from "../session/item-link.tsx";
import { describeItem, timesOf } from "../session/items.ts";
import type { ItemRef } from "../session/rows.ts";
import { Paged } from "./paged.tsx";
import type { ListProps } from "./props.ts";

/** Shows the content of the canvas as a table, for users who cannot see it. */
export function Everything({ page, at, onSelect }: ListProps) {
  const rows = useMemo(() => {
    const items: ItemRef[] = [
      ...page.requests.map((_, index): ItemRef => ({ kind: "request", index })),
      ...page.calls.map((_, index): ItemRef => ({ kind: "call", index })),
      ...page.compactions.map((_, index): ItemRef => ({ kind: "compaction", index })),
    ];
    return items.map((item) => ({ item, ...timesOf(page, item) })).sort((a, b) => a.startMs - b.startMs);
  }, [page]);
  return (
    <Paged rows={rows} head={["At", { title: "Time", style: "num" }, "Item", "About"]}>
      {({ item, startMs, endMs }) => {
        const [name, , ...rest] = describeItem(page, item);
        return (
          <tr key={`${item.kind} ${item.index}`}>
            <td class="nowrap">{at(startMs)}</td>
            <td class="num">{duration(endMs - startMs)}</td>
            <td class="name">
              <ItemLink item={item} onSelect={onSelect}>
                {name}
              </ItemLink>
            </td>
            <td class="wide">{rest.join(" · ")}</td>
          </tr>
        );
      }}
    </Paged>
  );
}
