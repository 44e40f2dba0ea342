/** The answer to an OTLP request. */
export interface PartialSuccess {
  /** Number of spans, points or records that the backend dropped. */
  readonly rejected: number;
  readonly message: string;
}

/**
 * Parses an OTLP answer, which has the same form for every signal: field 1 is the partial success, with a count in its
 * field 1 and a text in its field 2. Skips unknown fields. Throws if the bytes are not protobuf.
 */
export function readPartialSuccess(answer: Uint8Array): PartialSuccess {
  let said: PartialSuccess = { rejected: 0, message: "" };
  for (const { field, bytes } of fields(answer)) {
    if (field === 1 && bytes !== undefined) said = readCountAndText(bytes);
  }
  return said;
}

/** Parses a partial success, or the `google.rpc.Status` of an error, which has its code in the place of the count. */
export function readCountAndText(message: Uint8Array): PartialSuccess {
  let [rejected, text] = [0, ""];
  for (const { field, value, bytes } of fields(message)) {
    if (field === 1 && value !== undefined) rejected = value;
    if (field === 2 && bytes !== undefined) text = new TextDecoder().decode(bytes);
  }
  return { rejected, message: text };
}

interface Field {
  field: number;
  value?: number;
  bytes?: Uint8Array;
}

function* fields(message: Uint8Array): Generator<Field> {
  let at = 0;
  const varint = (): number => {
    let value = 0;
    for (let scale = 1; at < message.length; scale *= 128) {
      const byte = message[at++] as number;
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
    }
    throw new Error("A number has no end.");
  };
  while (at < message.length) {
    const tag = varint();
    const [field, wireType] = [Math.floor(tag / 8), tag % 8];
    if (wireType === 0) yield { field, value: varint() };
    else if (wireType === 2) {
      const length = varint();
      if (at + length > message.length) throw new Error("A field is cut.");
      yield { field, bytes: message.subarray(at, at + length) };
      at += length;
    } else if (wireType === 1 || wireType === 5) {
      at += wireType === 1 ? 8 : 4;
      yield { field };
    } else throw new Error(`There is no wire type ${wireType}.`);
  }
}
