import { shorten, width } from "./width.ts";

/** One column of a table. */
export interface Column {
  head: string;
  align: "left" | "right";
  /** Columns with the highest numbers are left out first where the terminal is too narrow; 0 always stays. */
  rank: number;
}

const GAP = 2;
/** A name is cut no shorter than this. */
const MIN_NAME = 12;

/**
 * A table as lines: the head first. Columns that do not fit are left out by rank, then the first column's texts are cut.
 * Without a limit (`columns` infinite, for pipes) nothing is.
 */
export function drawColumns(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  available: number,
): string[] {
  const widths = columns.map(({ head }, index) =>
    rows.reduce((widest, row) => Math.max(widest, width(row[index] ?? "")), width(head)),
  );
  // A column with nothing in it says nothing.
  let shown = [...columns.keys()].filter(
    (index) => columns[index]?.rank === 0 || rows.some((row) => (row[index] ?? "") !== ""),
  );
  const total = () => shown.reduce((sum, index) => sum + (widths[index] ?? 0) + GAP, -GAP);
  while (total() > available) {
    const last = shown.reduce(
      (worst, index) => (rankOf(index) > rankOf(worst) ? index : worst),
      shown[0] ?? 0,
    );
    if (rankOf(last) === 0) break;
    shown = shown.filter((index) => index !== last);
  }
  const [first = 0] = shown;
  const excess = total() - available;
  if (excess > 0) widths[first] = Math.max(MIN_NAME, (widths[first] ?? 0) - excess);

  const line = (cells: readonly string[]) =>
    shown
      .map((index) => {
        const text = shorten(cells[index] ?? "", widths[index] ?? 0);
        const pad = " ".repeat(Math.max(0, (widths[index] ?? 0) - width(text)));
        return columns[index]?.align === "left" ? text + pad : pad + text;
      })
      .join(" ".repeat(GAP))
      .trimEnd();
  return [line(columns.map(({ head }) => head)), ...rows.map(line)];

  function rankOf(index: number): number {
    return columns[index]?.rank ?? 0;
  }
}
