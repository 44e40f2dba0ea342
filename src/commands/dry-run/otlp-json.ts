import { JsonTraceSerializer } from "@opentelemetry/otlp-transformer";
import type { ReadableSpan } from "@opentelemetry/sdk-trace-node";
import { printableJson } from "../../printable.ts";

/** Encodes spans in the OTLP File format: one JSON object on one line, with its line feed. */
export function toOtlpJsonLine(spans: readonly ReadableSpan[]): string {
  const bytes = JsonTraceSerializer.serializeRequest([...spans]);
  if (bytes === undefined) throw new Error("The spans could not be serialised.");
  return `${printableJson(Buffer.from(bytes).toString("utf8"))}\n`;
}
