import { ProtobufLogsSerializer } from "@opentelemetry/otlp-transformer";
import type { ReadableLogRecord } from "@opentelemetry/sdk-logs";

/**
 * Encodes log records with OpenTelemetry's own serializer. The build puts this into a file of its own, so that it is
 * loaded only if logs are sent.
 */
export function encodeLogs(records: readonly ReadableLogRecord[]): Uint8Array {
  const bytes = ProtobufLogsSerializer.serializeRequest([...records]);
  if (bytes === undefined) throw new Error("The log records could not be serialized.");
  return bytes;
}
