import stringWidth from "string-width";

/** A Markdown table, padded as the formatter pads it. The first row is the header. */
export function markdownTable([head = [], ...rows]: readonly (readonly string[])[]): string {
  const cells = [head, ...rows].map((row) => row.map((cell) => cell.replaceAll("|", "\\|")));
  const widths = head.map((_, column) => Math.max(3, ...cells.map((row) => stringWidth(row[column] ?? ""))));
  const lines = cells.map((row) => lineOf(widths.map((width, column) => padded(row[column] ?? "", width))));
  return [lines[0], lineOf(widths.map((width) => "-".repeat(width))), ...lines.slice(1)].join("\n");
}

function padded(text: string, width: number): string {
  return text + " ".repeat(width - stringWidth(text));
}

function lineOf(cells: readonly string[]): string {
  return `| ${cells.join(" | ")} |`;
}
