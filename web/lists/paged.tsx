import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { plural } from "../format.ts";
import type { ItemRef } from "../session/rows.ts";

/** How many lines a list shows at a time. */
const PAGE_LINES = 200;

export function ItemLink({
  item,
  onSelect,
  children,
}: {
  item: ItemRef;
  onSelect: (item: ItemRef) => void;
  children: ComponentChildren;
}) {
  return (
    <button type="button" class="link" onClick={() => onSelect(item)}>
      {children}
    </button>
  );
}

/** A table that shows one page of lines at a time: a session may have tens of thousands. */
export function Paged<T>(props: {
  rows: readonly T[];
  /** Column titles. A title in `num` is aligned to the right; one in `minor` is hidden on narrow screens. */
  head: readonly (string | { num?: string; minor?: string })[];
  children: (row: T, index: number) => ComponentChildren;
}) {
  const { rows, head, children } = props;
  const [shown, setShown] = useState(PAGE_LINES);
  return (
    <div class="scroll">
      <table>
        <thead>
          <tr>
            {head.map((title, index) => (
              <th
                key={index}
                scope="col"
                class={typeof title === "string" ? "" : Object.keys(title).join(" ")}
              >
                {typeof title === "string" ? title : (title.num ?? title.minor)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>{rows.slice(0, shown).map(children)}</tbody>
      </table>
      {rows.length > shown && (
        <button type="button" class="noprint" onClick={() => setShown(shown + PAGE_LINES)}>
          Show more ({plural(rows.length - shown, "line")} left)
        </button>
      )}
    </div>
  );
}
