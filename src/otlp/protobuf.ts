/** 1970 to 2116: what whole seconds may be for their share of the nanoseconds to stay an exact number. */
const EXACT_SECONDS = 4_600_000_000;

/**
 * Texts up to here are copied character by character: a call out of JavaScript costs more. Their length must fit into one
 * byte, so below 128.
 */
const SHORT_TEXT = 64;

/**
 * Writes protobuf messages into one growing buffer, without an object in between. A length is known only once the message
 * is written: `open` leaves a byte for it, and `close` moves the message where the length needs more.
 */
export class ProtobufWriter {
  #bytes: Buffer;
  #at = 0;

  constructor(size = 16_384) {
    this.#bytes = Buffer.allocUnsafe(size);
  }

  /** How many bytes have been written since `take`. */
  get length(): number {
    return this.#at;
  }

  /** A copy of what has been written; the writer begins anew. */
  take(): Buffer {
    const taken = Buffer.from(this.#bytes.subarray(0, this.#at));
    this.#at = 0;
    return taken;
  }

  /** Begins a message in a field; returns what `close` must be given. */
  open(field: number): number {
    this.#tag(field, 2);
    this.#need(1);
    return this.#at++;
  }

  close(start: number): void {
    const length = this.#at - start - 1;
    const more = varintSize(length) - 1;
    if (more > 0) {
      this.#need(more);
      this.#bytes.copyWithin(start + 1 + more, start + 1, this.#at);
    }
    this.#at = start;
    this.#varint(length);
    this.#at += length;
  }

  /** Text as UTF-8. Half a surrogate pair becomes U+FFFD, as everywhere. */
  text(field: number, text: string): void {
    const { length } = text;
    this.#need(length * 3 + 20);
    if (length > SHORT_TEXT || !this.#shortText(field, text)) {
      const size = Buffer.byteLength(text);
      this.#tag(field, 2);
      this.#varint(size);
      this.#at += this.#bytes.write(text, this.#at, size, "utf8");
    }
  }

  /** Text of ASCII; otherwise writes nothing that stays, and says false. */
  #shortText(field: number, text: string): boolean {
    const before = this.#at;
    this.#tag(field, 2);
    this.#bytes[this.#at++] = text.length;
    for (let index = 0; index < text.length; index++) {
      const code = text.charCodeAt(index);
      if (code > 0x7f) {
        this.#at = before;
        return false;
      }
      this.#bytes[this.#at++] = code;
    }
    return true;
  }

  /** An id of hexadecimal digits as bytes. */
  hex(field: number, digits: string): void {
    const size = digits.length >>> 1;
    this.#need(size + 10);
    this.#tag(field, 2);
    this.#varint(size);
    this.#at += this.#bytes.write(digits, this.#at, size, "hex");
  }

  raw(bytes: Uint8Array): void {
    this.#need(bytes.length);
    this.#bytes.set(bytes, this.#at);
    this.#at += bytes.length;
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
    this.#at = this.#bytes.writeDoubleLE(value, this.#at);
  }

  fixed32(field: number, value: number): void {
    this.#need(9);
    this.#tag(field, 5);
    this.#at = this.#bytes.writeUInt32LE(value, this.#at);
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
    this.#at = this.#bytes.writeUInt32LE(low % 0x1_0000_0000, this.#at);
    this.#at = this.#bytes.writeUInt32LE(high, this.#at);
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
    let rest = value;
    for (; rest > 0x7fff_ffff; rest = Math.floor(rest / 128)) this.#bytes[this.#at++] = (rest % 128) | 0x80;
    for (; rest > 0x7f; rest >>>= 7) this.#bytes[this.#at++] = (rest & 0x7f) | 0x80;
    this.#bytes[this.#at++] = rest;
  }

  #wideVarint(value: bigint): void {
    let rest = value;
    for (; rest > 0x7fn; rest >>= 7n) this.#bytes[this.#at++] = Number(rest & 0x7fn) | 0x80;
    this.#bytes[this.#at++] = Number(rest);
  }

  #need(size: number): void {
    const needed = this.#at + size;
    if (needed <= this.#bytes.length) return;
    const larger = Buffer.allocUnsafe(Math.max(needed, this.#bytes.length * 2));
    this.#bytes.copy(larger, 0, 0, this.#at);
    this.#bytes = larger;
  }
}

/** How many bytes a length takes. */
export function varintSize(value: number): number {
  let size = 1;
  for (let rest = value; rest > 0x7f; rest = Math.floor(rest / 128)) size++;
  return size;
}
