/** Two columns or more, each as wide as its widest cell. */
export function alignRows(rows: readonly (readonly string[])[], indent = ""): string[] {
  const widths = rows.reduce<number[]>((widest, row) => {
    for (const [column, cell] of row.entries()) {
      widest[column] = Math.max(widest[column] ?? 0, cell.length);
    }
    return widest;
  }, []);
  return rows.map((row) =>
    `${indent}${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join("  ")}`.trimEnd(),
  );
}
