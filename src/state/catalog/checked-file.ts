import { checksum } from "../../checksum.ts";
import { writeAtomic } from "../../disk/atomic-write.ts";
import { tryReadText } from "../../disk/read.ts";

/**
 * Reads a text that `writeChecked` wrote. Undefined if the file is missing, damaged, or larger than `maxBytes`.
 */
export function readChecked(file: string, maxBytes: number): string | undefined {
  const whole = tryReadText(file, maxBytes);
  if (whole === undefined) return undefined;
  const at = whole.indexOf(" ");
  const text = whole.slice(at + 1);
  return sumOf(text) === whole.slice(0, at) ? text : undefined;
}

/**
 * Writes a text after its checksum, without waiting for the disk: a crash may lose the content, and the checksum then
 * does not match. Throws a file system error.
 */
export function writeChecked(file: string, text: string): void {
  writeAtomic(file, `${sumOf(text)} ${text}`, { isFlushed: false });
}

function sumOf(text: string): string {
  return checksum(text).toString(36);
}
