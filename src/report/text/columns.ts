import { shorten, width } from "./width.ts";

/** One column of a table. */
export interface Column {
  head: string;
  align: "left" | "right";
  /** If the terminal is too narrow, columns with the highest rank are left out first. Rank 0 is always shown. */
  rank: number;
  /** Before a column is left out, longer texts are cut to this width. */
  enough?: number;
  /** Its texts are never cut: ids are useless then. */
  isWhole?: true;
}

const GAP = 2;
/** Names are cut to at least this width. */
const MIN_NAME = 12;
/** Columns to cut from the widest name at a time, so that equally wide names are cut in turn. */
const CUT = 2;

/**
 * Draws a table as lines, the head first. If it is too wide, columns are left out by rank, then the texts of the widest
 * left-aligned columns are cut. `available`: width in columns; infinite for pipes, so that nothing is cut.
 */
export function drawColumns(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  available: number,
): string[] {
  const widths = columns.map(({ head }, index) =>
    rows.reduce((widest, row) => Math.max(widest, width(row[index] ?? "")), width(head)),
  );
  // Empty columns are left out.
  let shown = [...columns.keys()].filter(
    (index) => columns[index]?.rank === 0 || rows.some((row) => (row[index] ?? "") !== ""),
  );
  const total = (widthOf = (index: number) => widths[index] ?? 0) =>
    shown.reduce((sum, index) => sum + widthOf(index) + GAP, -GAP);
  const enoughOf = (index: number) => Math.min(widths[index] ?? 0, columns[index]?.enough ?? Infinity);
  while (total(enoughOf) > available) {
    const last = shown.reduce(
      (worst, index) => (rankOf(index) > rankOf(worst) ? index : worst),
      shown[0] ?? 0,
    );
    if (rankOf(last) === 0) break;
    shown = shown.filter((index) => index !== last);
  }
  for (let excess = total() - available; excess > 0; excess = total() - available) {
    const widest = widestName(columns, shown, widths);
    if (widest === undefined) break;
    widths[widest] = Math.max(MIN_NAME, (widths[widest] ?? 0) - Math.min(excess, CUT));
  }

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

/** The index of the widest left-aligned column that can still be cut. */
function widestName(
  columns: readonly Column[],
  shown: readonly number[],
  widths: readonly number[],
): number | undefined {
  const names = shown.filter(
    (index) => columns[index]?.align === "left" && !columns[index].isWhole && (widths[index] ?? 0) > MIN_NAME,
  );
  return names.sort((a, b) => (widths[b] ?? 0) - (widths[a] ?? 0))[0];
}
