import type { ProtobufWriter } from "./protobuf.ts";

/** An attribute value. */
type Value = string | number | boolean | readonly string[];

const INT64_MIN = -(2 ** 63);
const INT64_END = 2 ** 63;

/** Writes attributes as repeated `KeyValue`s. Whole numbers within 64 bits become integers, other numbers doubles. */
export function writeAttributes(
  writer: ProtobufWriter,
  field: number,
  attributes: Readonly<Record<string, Value | undefined>>,
): void {
  for (const key in attributes) {
    const value = attributes[key];
    if (typeof value === "string") writer.textPair(field, key, value);
    else if (typeof value === "number") writeNumberPair(writer, field, key, value);
    else if (typeof value === "boolean") writer.countPair(field, key, 2, value ? 1 : 0);
    else writePair(writer, field, key, value);
  }
}

function writeNumberPair(writer: ProtobufWriter, field: number, key: string, value: number): void {
  if (Number.isSafeInteger(value) && value >= 0) writer.countPair(field, key, 3, value);
  else if (isInt64(value)) writePair(writer, field, key, value);
  else writer.doublePair(field, key, 4, value);
}

function writePair(writer: ProtobufWriter, field: number, key: string, value: Value | undefined): void {
  const pair = writer.open(field);
  writer.text(1, key);
  const inner = writer.open(2);
  writeValue(writer, value);
  writer.close(inner);
  writer.close(pair);
}

function writeValue(writer: ProtobufWriter, value: Value | undefined): void {
  if (typeof value === "string") writer.text(1, value);
  else if (typeof value === "boolean") writer.int(2, value ? 1 : 0);
  else if (typeof value === "number") writeNumber(writer, value);
  else if (value !== undefined) writeList(writer, value);
}

function writeNumber(writer: ProtobufWriter, value: number): void {
  if (isInt64(value)) writer.int(3, value);
  else writer.double(4, value);
}

function isInt64(value: number): boolean {
  return Number.isInteger(value) && value >= INT64_MIN && value < INT64_END;
}

function writeList(writer: ProtobufWriter, values: readonly string[]): void {
  const list = writer.open(5);
  for (const value of values) {
    const item = writer.open(1);
    writeValue(writer, value);
    writer.close(item);
  }
  writer.close(list);
}

/** Writes the resource as field 1 of `ResourceSpans` or `ResourceMetrics`. */
export function writeResource(writer: ProtobufWriter, attributes: Readonly<Record<string, string>>): void {
  const resource = writer.open(1);
  writeAttributes(writer, 1, attributes);
  writer.int(2, 0);
  writer.close(resource);
}

/** Writes the schema URL as field 3 of `ResourceSpans`, `ScopeSpans` and their counterparts for metrics. */
export function writeSchemaUrl(writer: ProtobufWriter, url: string): void {
  writer.text(3, url);
}

/** Writes the instrumentation scope as field 1 of `ScopeSpans` or `ScopeMetrics`. */
export function writeScope(writer: ProtobufWriter, name: string, version?: string): void {
  const scope = writer.open(1);
  writer.text(1, name);
  if (version) writer.text(2, version);
  writer.close(scope);
}
