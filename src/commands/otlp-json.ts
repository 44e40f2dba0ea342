import { JsonTraceSerializer } from "@opentelemetry/otlp-transformer";
import type { ReadableSpan } from "@opentelemetry/sdk-trace-node";

const LINE_FEED = Buffer.from("\n");

/** Spans in the OTLP File format: one JSON object on a line of its own, as UTF-8. */
export function toOtlpJsonLine(spans: readonly ReadableSpan[]): Uint8Array {
  const bytes = JsonTraceSerializer.serializeRequest([...spans]);
  if (bytes === undefined) throw new Error("The spans could not be serialised.");
  return Buffer.concat([bytes, LINE_FEED]);
}
