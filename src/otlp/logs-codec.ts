import { ProtobufLogsSerializer } from "@opentelemetry/otlp-transformer";
import type { ReadableLogRecord } from "@opentelemetry/sdk-logs";

/** OpenTelemetry's own serializer of log records. A file beside the program: who sends no logs does not load it. */
export function encodeLogs(records: readonly ReadableLogRecord[]): Uint8Array {
  const bytes = ProtobufLogsSerializer.serializeRequest([...records]);
  if (bytes === undefined) throw new Error("The log records could not be serialized.");
  return bytes;
}
