import { printable } from "../../printable.ts";
import { width as widthOf } from "./width.ts";

/**
 * Breaks a text at spaces into lines of at most `width` columns. A longer word gets its own line. Words joined by a
 * no-break space stay together. `printable` makes the lines safe for a terminal.
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

/** Breaks a text that follows `head` on its line. Later lines begin below its start. */
export function wrapBehind(head: string, text: string, columns: number): string[] {
  const room = Math.max(MIN_ROOM, columns - widthOf(head));
  return wrap(text, room).map((line, index) => `${index === 0 ? head : " ".repeat(widthOf(head))}${line}`);
}

/** Narrower lines than this are harder to read than lines that the terminal breaks. */
const MIN_ROOM = 20;
