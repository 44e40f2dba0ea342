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
/** Names that are equally wide are cut in turn, by so much at a time. */
const CUT = 2;

/**
 * A table as lines: the head first. Columns that do not fit are left out by rank, then the texts
 * of the widest names are cut.
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

/** The widest of the names that can still be cut. */
function widestName(
  columns: readonly Column[],
  shown: readonly number[],
  widths: readonly number[],
): number | undefined {
  const names = shown.filter((index) => columns[index]?.align === "left" && (widths[index] ?? 0) > MIN_NAME);
  return names.sort((a, b) => (widths[b] ?? 0) - (widths[a] ?? 0))[0];
}
