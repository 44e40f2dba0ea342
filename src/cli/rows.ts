import { printable } from "../printable.ts";
import { padEnd, width } from "../report/text/width.ts";

/** Aligns two or more columns. Each column is as wide as its widest cell. */
export function alignRows(cells: readonly (readonly string[])[]): string[] {
  const rows = cells.map((row) => row.map(printable));
  const widths = rows.reduce<number[]>((widest, row) => {
    for (const [column, cell] of row.entries()) {
      widest[column] = Math.max(widest[column] ?? 0, width(cell));
    }
    return widest;
  }, []);
  return rows.map((row) =>
    row
      .map((cell, column) => padEnd(cell, widths[column] ?? 0))
      .join("  ")
      .trimEnd(),
  );
}
