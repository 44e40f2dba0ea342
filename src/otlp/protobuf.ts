/** 1970 to 2116: what whole seconds may be for their share of the nanoseconds to stay an exact number. */
const EXACT_SECONDS = 4_600_000_000;

/**
 * Texts up to here are copied character by character: a call out of JavaScript costs more. Their length must fit into one
 * byte together with what stands before it in a pair, so below 120.
 */
const SHORT_TEXT = 64;

const TAG_TEXT = 0x0a;
const TAG_VALUE = 0x12;

/** Keys of attributes that are remembered; a user's own may be any number. */
const MOST_KEYS = 1000;

/** The value of a hexadecimal digit, by its character. */
const HEX = Uint8Array.from(
  { length: 128 },
  (_, code) => Number.parseInt(String.fromCharCode(code), 16) || 0,
);

const DOUBLE = new Float64Array(1);
/** Of the same memory; every machine that Node runs on has the lowest byte first, as protobuf. */
const DOUBLE_BYTES = new Uint8Array(DOUBLE.buffer);

/** What is taken shares memory in pieces of this size. */
const PIECE_BYTES = 262_144;

/**
 * Writes protobuf messages into one piece of memory, without an object in between. A length is known only once the message
 * is written: `open` leaves bytes for it, and `close` moves the message where the length needs another number of them.
 */
export class ProtobufWriter {
  #bytes: Buffer = Buffer.allocUnsafeSlow(16_384);
  /** Where the message begins that is being written, and where it goes on. */
  #from = 0;
  #at = 0;
  readonly #keys = new Map<string, Uint8Array>();

  /** What has been written; the writer begins anew, and never touches it again. */
  take(): Buffer {
    const taken = this.#bytes.subarray(this.#from, this.#at);
    this.#from = this.#at;
    return taken;
  }

  /**
   * Begins a message in a field; returns what `close` must be given, too. `lengthBytes`: how many its length will need, as
   * far as one can guess.
   */
  open(field: number, lengthBytes = 1): number {
    this.#tag(field, 2);
    this.#need(lengthBytes);
    // What is written may move to another piece of memory; its distance from the beginning stays.
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

  /** Text as UTF-8. Half a surrogate pair becomes U+FFFD, as everywhere. */
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
   * A message in a field of one byte of tag that has a text in its first field and, in its second, a message that has a text
   * in its first: an attribute, in one pass.
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

  /** The same with a whole number from 0 on in field `kind` of the inner message. */
  countPair(field: number, key: string, kind: number, value: number): void {
    const head = this.#keys.get(key) ?? this.#keyOf(key);
    this.#need(head.length + 30);
    this.#pairHead(field, head, 1 + varintSize(value));
    this.#bytes[this.#at++] = kind * 8;
    this.#varint(value);
  }

  /** The same with a double. */
  doublePair(field: number, key: string, kind: number, value: number): void {
    const head = this.#keys.get(key) ?? this.#keyOf(key);
    this.#need(head.length + 30);
    this.#pairHead(field, head, 9);
    this.#bytes[this.#at++] = kind * 8 + 1;
    this.#rawDouble(value);
  }

  /** Everything of a pair before its inner message, which has `size` bytes. */
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

  /** Keys are few: each is encoded once. */
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

  /** The characters of a text of ASCII; of another one some, and says false. */
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

  /** An id of hexadecimal digits as bytes. */
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

  /** A whole number within 64 bits; a negative one takes ten bytes. */
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

  /** 32 bits, the lowest byte first. */
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

  /** A whole number in eight bytes, also a negative one. */
  fixed64(field: number, value: number): void {
    this.#need(13);
    this.#tag(field, 1);
    this.#at = this.#bytes.writeBigInt64LE(BigInt.asIntN(64, BigInt(Math.trunc(value))), this.#at);
  }

  /** Milliseconds since the epoch as nanoseconds. */
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
    // 10⁹ = 5⁹ · 2⁹: seconds · 5⁹ is exact, and 2⁹ moves 23 bits of it into the low word.
    const scaled = seconds * 1_953_125;
    const low = (scaled % 0x80_0000) * 512 + nanos;
    const high = Math.floor(scaled / 0x80_0000) + (low > 0xffff_ffff ? 1 : 0);
    this.#word(low % 0x1_0000_0000);
    this.#word(high);
  }

  /** Doubles one after the other in one field. */
  packedDoubles(field: number, values: readonly number[]): void {
    this.#packed(field, values, (value) => this.#bytes.writeDoubleLE(value, this.#at));
  }

  /** Whole numbers of eight bytes each in one field. */
  packedFixed64(field: number, values: readonly number[]): void {
    this.#packed(field, values, (value) =>
      this.#bytes.writeBigUInt64LE(BigInt.asUintN(64, BigInt(Math.trunc(value))), this.#at),
    );
  }

  #packed(field: number, values: readonly number[], write: (value: number) => number): void {
    if (values.length === 0) return;
    this.#need(values.length * 8 + 15);
    this.#tag(field, 2);
    this.#varint(values.length * 8);
    for (const value of values) this.#at = write(value);
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

  /** Goes on in a new piece of memory, with the message that is being written. */
  #move(size: number): void {
    const written = this.#at - this.#from;
    const larger = Buffer.allocUnsafeSlow(Math.max(PIECE_BYTES, 2 * (written + size)));
    this.#bytes.copy(larger, 0, this.#from, this.#at);
    this.#bytes = larger;
    this.#from = 0;
    this.#at = written;
  }
}

/** How many bytes a length takes. */
export function varintSize(value: number): number {
  let size = 1;
  for (let rest = value; rest > 0x7f; rest = Math.floor(rest / 128)) size++;
  return size;
}
