import { printable } from "../printable.ts";
import { width as widthOf } from "./width.ts";

/**
 * Breaks a text into lines of at most `width` columns, at spaces; a longer word stands alone. Words with a
 * no-break space between them stay together. What may not be shown is not.
 */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(/[ \n]+/)) {
    if (line !== "" && widthOf(line) + 1 + widthOf(word) > width) {
      lines.push(line);
      line = word;
    } else {
      line = line === "" ? word : `${line} ${word}`;
    }
  }
  return [...lines, line].map((full) => printable(full.replaceAll("\u00a0", " ")));
}
