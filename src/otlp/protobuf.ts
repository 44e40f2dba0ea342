/** Up to this many seconds since 1970 (until 2115), the calculation in `time` is exact. */
const EXACT_SECONDS = 4_600_000_000;

/**
 * Texts of up to this length are copied character by character, because a native call costs more. Together with the
 * bytes before it in a pair, the length must fit into one byte, so it must be below 120.
 */
const SHORT_TEXT = 64;

const TAG_TEXT = 0x0a;
const TAG_VALUE = 0x12;

/** Number of encoded attribute keys that are cached. A user can define any number of keys. */
const MOST_KEYS = 1000;

/** The value of a hexadecimal digit, by its character code. */
const HEX = Uint8Array.from(
  { length: 128 },
  (_, code) => Number.parseInt(String.fromCharCode(code), 16) || 0,
);

const DOUBLE = new Float64Array(1);
/** The bytes of `DOUBLE`. Claude Code runs only on little-endian machines, and protobuf is little-endian. */
const DOUBLE_BYTES = new Uint8Array(DOUBLE.buffer);

/** Size of the pieces of memory that taken messages share. */
const PIECE_BYTES = 262_144;

/**
 * Writes protobuf messages into one piece of memory, without intermediate objects. A message's length is known only at
 * its end: `open` leaves bytes for it, and `close` moves the message if the length needs another number of bytes.
 */
export class ProtobufWriter {
  #bytes: Buffer = Buffer.allocUnsafeSlow(16_384);
  /** Where the current message starts, and where the next byte goes. */
  #from = 0;
  #at = 0;
  readonly #keys = new Map<string, Uint8Array>();

  /** Returns what has been written and starts a new message. The writer does not change the returned bytes again. */
  take(): Buffer {
    const taken = this.#bytes.subarray(this.#from, this.#at);
    this.#from = this.#at;
    return taken;
  }

  /**
   * Starts a message in a field. Returns the value that `close` needs. `lengthBytes`: the expected number of bytes of
   * its length; pass the same to `close`.
   */
  open(field: number, lengthBytes = 1): number {
    this.#tag(field, 2);
    this.#need(lengthBytes);
    // The bytes may move to another piece of memory; the distance from the start does not change.
    const start = this.#at - this.#from;
    this.#at += lengthBytes;
    return start;
  }

  close(start: number, lengthBytes = 1): void {
    const lengthAt = this.#from + start;
    const length = this.#at - lengthAt - lengthBytes;
    const more = varintSize(length) - lengthBytes;
    if (more !== 0) {
      this.#need(Math.max(0, more));
      const from = this.#from + start + lengthBytes;
      this.#bytes.copyWithin(from + more, from, from + length);
    }
    this.#at = this.#from + start;
    this.#varint(length);
    this.#at += length;
  }

  /** Writes text as UTF-8. An unpaired surrogate becomes U+FFFD. */
  text(field: number, text: string): void {
    const { length } = text;
    this.#need(length * 3 + 20);
    const before = this.#at;
    this.#tag(field, 2);
    if (length <= SHORT_TEXT) {
      this.#bytes[this.#at++] = length;
      if (this.#ascii(text)) return;
      this.#at = before;
      this.#tag(field, 2);
    }
    const size = Buffer.byteLength(text);
    this.#varint(size);
    this.#at += this.#bytes.write(text, this.#at, size, "utf8");
  }

  /**
   * Writes an attribute in one pass: a message with `key` in field 1 and, in field 2, a message with `text` in field 1.
   * `field`: a number whose tag takes one byte.
   */
  textPair(field: number, key: string, text: string): void {
    const head = this.#keys.get(key) ?? this.#keyOf(key);
    const { length } = text;
    this.#need(head.length + length * 3 + 30);
    const before = this.#at;
    if (length <= SHORT_TEXT) {
      this.#pairHead(field, head, length + 2);
      const bytes = this.#bytes;
      bytes[this.#at] = TAG_TEXT;
      bytes[this.#at + 1] = length;
      this.#at += 2;
      if (this.#ascii(text)) return;
      this.#at = before;
    }
    const size = Buffer.byteLength(text);
    this.#pairHead(field, head, 1 + varintSize(size) + size);
    this.#bytes[this.#at++] = TAG_TEXT;
    this.#varint(size);
    this.#at += this.#bytes.write(text, this.#at, size, "utf8");
  }

  /** Like `textPair`, with a whole number of at least 0 in field `kind` of the inner message. */
  countPair(field: number, key: string, kind: number, value: number): void {
    const head = this.#keys.get(key) ?? this.#keyOf(key);
    this.#need(head.length + 30);
    this.#pairHead(field, head, 1 + varintSize(value));
    this.#bytes[this.#at++] = kind * 8;
    this.#varint(value);
  }

  /** Like `textPair`, with a double in field `kind` of the inner message. */
  doublePair(field: number, key: string, kind: number, value: number): void {
    const head = this.#keys.get(key) ?? this.#keyOf(key);
    this.#need(head.length + 30);
    this.#pairHead(field, head, 9);
    this.#bytes[this.#at++] = kind * 8 + 1;
    this.#rawDouble(value);
  }

  /** Writes a pair up to its inner message, which has `size` bytes. */
  #pairHead(field: number, head: Uint8Array, size: number): void {
    this.#bytes[this.#at++] = field * 8 + 2;
    this.#varint(head.length + 1 + varintSize(size) + size);
    const bytes = this.#bytes;
    const at = this.#at;
    for (let index = 0; index < head.length; index++) bytes[at + index] = head[index] as number;
    bytes[at + head.length] = TAG_VALUE;
    this.#at = at + head.length + 1;
    this.#varint(size);
  }

  /** Encodes and caches a key, because there are few keys. */
  #keyOf(key: string): Uint8Array {
    const text = Buffer.from(key);
    const head: number[] = [TAG_TEXT];
    for (let rest = text.length; ; rest >>>= 7) {
      head.push(rest > 0x7f ? (rest & 0x7f) | 0x80 : rest);
      if (rest <= 0x7f) break;
    }
    const bytes = Uint8Array.from([...head, ...text]);
    if (this.#keys.size >= MOST_KEYS) this.#keys.clear();
    this.#keys.set(key, bytes);
    return bytes;
  }

  /** Writes ASCII text. Returns false if the text has another character; it may then have written a part. */
  #ascii(text: string): boolean {
    const bytes = this.#bytes;
    const at = this.#at;
    const { length } = text;
    for (let index = 0; index < length; index++) {
      const code = text.charCodeAt(index);
      if (code > 0x7f) return false;
      bytes[at + index] = code;
    }
    this.#at = at + length;
    return true;
  }

  /** Writes an id of hexadecimal digits as bytes. */
  hex(field: number, digits: string): void {
    const size = digits.length >>> 1;
    this.#need(size + 10);
    this.#tag(field, 2);
    this.#varint(size);
    const bytes = this.#bytes;
    for (let index = 0; index < size; index++) {
      const high = HEX[digits.charCodeAt(2 * index)] as number;
      bytes[this.#at + index] = (high << 4) | (HEX[digits.charCodeAt(2 * index + 1)] as number);
    }
    this.#at += size;
  }

  /** Writes a whole number within 64 bits as a varint. A negative number takes ten bytes. */
  int(field: number, value: number): void {
    this.#need(15);
    this.#tag(field, 0);
    if (value >= 0 && value <= Number.MAX_SAFE_INTEGER) this.#varint(value);
    else this.#wideVarint(BigInt.asUintN(64, BigInt(value)));
  }

  double(field: number, value: number): void {
    this.#need(13);
    this.#tag(field, 1);
    this.#rawDouble(value);
  }

  #rawDouble(value: number): void {
    DOUBLE[0] = value;
    const bytes = this.#bytes;
    for (let index = 0; index < 8; index++) bytes[this.#at + index] = DOUBLE_BYTES[index] as number;
    this.#at += 8;
  }

  /** Writes 32 bits, the lowest byte first. */
  #word(value: number): void {
    const bytes = this.#bytes;
    const at = this.#at;
    bytes[at] = value;
    bytes[at + 1] = value >>> 8;
    bytes[at + 2] = value >>> 16;
    bytes[at + 3] = value >>> 24;
    this.#at = at + 4;
  }

  fixed32(field: number, value: number): void {
    this.#need(9);
    this.#tag(field, 5);
    this.#word(value);
  }

  /** Writes a whole number in eight bytes. It may be negative. */
  fixed64(field: number, value: number): void {
    this.#need(13);
    this.#tag(field, 1);
    this.#at = this.#bytes.writeBigInt64LE(BigInt.asIntN(64, BigInt(Math.trunc(value))), this.#at);
  }

  /** Writes epoch milliseconds as nanoseconds. */
  time(field: number, ms: number): void {
    const seconds = Math.floor(ms / 1000);
    const nanos = Math.round((ms - seconds * 1000) * 1e6);
    this.#need(13);
    this.#tag(field, 1);
    if (seconds < 0 || seconds > EXACT_SECONDS) {
      const time = BigInt(seconds) * 1_000_000_000n + BigInt(nanos);
      this.#at = this.#bytes.writeBigUInt64LE(BigInt.asUintN(64, time), this.#at);
      return;
    }
    // 10⁹ = 5⁹ · 2⁹. The product seconds · 5⁹ is exact, and 2⁹ moves 23 bits of it into the low word.
    const scaled = seconds * 1_953_125;
    const low = (scaled % 0x80_0000) * 512 + nanos;
    const high = Math.floor(scaled / 0x80_0000) + (low > 0xffff_ffff ? 1 : 0);
    this.#word(low % 0x1_0000_0000);
    this.#word(high);
  }

  /** Writes doubles as one packed field. */
  packedDoubles(field: number, values: readonly number[]): void {
    this.#packed(field, new Float64Array(values));
  }

  /** Writes whole numbers of eight bytes each as one packed field. Most of them are zero: buckets of a histogram. */
  packedFixed64(field: number, values: readonly number[]): void {
    const wide = new BigUint64Array(values.length);
    for (const [index, value] of values.entries())
      if (value !== 0) wide[index] = BigInt.asUintN(64, BigInt(Math.trunc(value)));
    this.#packed(field, wide);
  }

  /** Copies the values as they are in memory, which is the order of protobuf (see `DOUBLE_BYTES`). */
  #packed(field: number, { buffer, byteLength }: Float64Array | BigUint64Array): void {
    if (byteLength === 0) return;
    this.#need(byteLength + 15);
    this.#tag(field, 2);
    this.#varint(byteLength);
    this.#bytes.set(new Uint8Array(buffer), this.#at);
    this.#at += byteLength;
  }

  #tag(field: number, wireType: number): void {
    this.#need(5);
    this.#varint(field * 8 + wireType);
  }

  #varint(value: number): void {
    const bytes = this.#bytes;
    let at = this.#at;
    let rest = value;
    for (; rest > 0x7fff_ffff; rest = Math.floor(rest / 128)) bytes[at++] = (rest % 128) | 0x80;
    for (; rest > 0x7f; rest >>>= 7) bytes[at++] = (rest & 0x7f) | 0x80;
    bytes[at++] = rest;
    this.#at = at;
  }

  #wideVarint(value: bigint): void {
    let rest = value;
    for (; rest > 0x7fn; rest >>= 7n) this.#bytes[this.#at++] = Number(rest & 0x7fn) | 0x80;
    this.#bytes[this.#at++] = Number(rest);
  }

  #need(size: number): void {
    if (this.#at + size > this.#bytes.length) this.#move(size);
  }

  /** Continues in a new piece of memory and copies the current message there. */
  #move(size: number): void {
    const written = this.#at - this.#from;
    const larger = Buffer.allocUnsafeSlow(Math.max(PIECE_BYTES, 2 * (written + size)));
    this.#bytes.copy(larger, 0, this.#from, this.#at);
    this.#bytes = larger;
    this.#from = 0;
    this.#at = written;
  }
}

/** The number of bytes that a varint takes. */
export function varintSize(value: number): number {
  let size = 1;
  for (let rest = value; rest > 0x7f; rest = Math.floor(rest / 128)) size++;
  return size;
}
