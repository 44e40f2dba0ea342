import { nativeCrc32 } from "./crc32.ts";
import { hash53 } from "./hash53.ts";

let crc32: ReturnType<typeof nativeCrc32> | null = null;

/**
 * Returns a checksum of 32 bits, which detects damaged or changed content, but not a forged one. Versions of Node before
 * 20.15 make another one, so what a later version has saved counts as damaged there.
 */
export function checksum(content: string | Buffer): number {
  if (crc32 === null) crc32 = nativeCrc32();
  if (crc32 !== undefined) return crc32(content);
  return hash53(typeof content === "string" ? content : content.toString("latin1")) % 2 ** 32;
}
