/**
 * Two FNV-1a hashes, each with its bits mixed, as one 53-bit integer that is never zero. It costs a tenth of a
 * cryptographic hash, and ids are random enough for it.
 */
export function hash53(text: string): number {
  let low = 0x811c9dc5;
  let high = 0x9747b28c;
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    low = Math.imul(low ^ unit, 0x01000193);
    high = Math.imul(high ^ unit, 0x010001b3) + index;
  }
  return (mix(high) & 0x1fffff) * 2 ** 32 + mix(low) || 1;
}

/** `hash53` of an ASCII text in bytes, from `from` to `to`. */
export function hash53OfBytes(bytes: Uint8Array, from: number, to: number): number {
  let low = 0x811c9dc5;
  let high = 0x9747b28c;
  for (let index = 0; index < to - from; index++) {
    const unit = bytes[from + index] as number;
    low = Math.imul(low ^ unit, 0x01000193);
    high = Math.imul(high ^ unit, 0x010001b3) + index;
  }
  return (mix(high) & 0x1fffff) * 2 ** 32 + mix(low) || 1;
}

function mix(hash: number): number {
  let mixed = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}
