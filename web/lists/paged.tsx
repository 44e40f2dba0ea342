import type { ComponentChildren } from "preact";
import { useMemo, useState } from "preact/hooks";
import { plural } from "../format.ts";

/** How many lines a list shows at a time. */
const PAGE_LINES = 200;

export interface Column<T> {
  title: string;
  /** `num` is aligned to the right; `minor` is hidden on narrow screens; `rest` has the width that is left. */
  style?: "num" | "minor" | "num minor" | "rest";
  /** Sorts the list by this number. Lines without one are always last. */
  by?: (row: T) => number | undefined;
}

interface Sort {
  title: string;
  down: boolean;
}

/** A table that shows one page of lines at a time: a session may have tens of thousands. */
export function Paged<T>(props: {
  rows: readonly T[];
  head: readonly (string | Column<T>)[];
  /** The title of the column that the list is sorted by at first, the largest on top. */
  sortedBy?: string;
  children: (row: T, index: number) => ComponentChildren;
}) {
  const { rows, head, sortedBy, children } = props;
  const [shown, setShown] = useState(PAGE_LINES);
  const [sort, setSort] = useState<Sort | undefined>(
    sortedBy === undefined ? undefined : { title: sortedBy, down: true },
  );
  const columns = head.map((one): Column<T> => (typeof one === "string" ? { title: one } : one));
  const sorted = useMemo(() => {
    const by = columns.find(({ title }) => title === sort?.title)?.by;
    return by === undefined ? rows : sortedRows(rows, by, sort?.down === true);
  }, [rows, sort]);
  return (
    <div class="scroll">
      <table>
        <thead>
          <tr>
            {columns.map(({ title, style = "", by }) => (
              <th
                key={title}
                scope="col"
                class={style}
                aria-sort={by === undefined ? undefined : sortOf(title, sort)}
              >
                {by === undefined ? (
                  title
                ) : (
                  <button
                    type="button"
                    onClick={() => setSort({ title, down: sort?.title !== title || !sort.down })}
                  >
                    {title}
                    {sort?.title === title ? (sort.down ? " ↓" : " ↑") : ""}
                  </button>
                )}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>{sorted.slice(0, shown).map(children)}</tbody>
      </table>
      {rows.length > shown && (
        <button type="button" class="noprint" onClick={() => setShown(shown + PAGE_LINES)}>
          Show more ({plural(rows.length - shown, "line")} left)
        </button>
      )}
    </div>
  );
}

function sortOf(title: string, sort: Sort | undefined) {
  if (sort?.title !== title) return "none";
  return sort.down ? "descending" : "ascending";
}

function sortedRows<T>(rows: readonly T[], by: (row: T) => number | undefined, down: boolean): T[] {
  return rows
    .map((row) => ({ row, value: by(row) }))
    .sort((a, b) => {
      if (a.value === undefined || b.value === undefined)
        return Number(a.value === undefined) - Number(b.value === undefined);
      return down ? b.value - a.value : a.value - b.value;
    })
    .map(({ row }) => row);
}
