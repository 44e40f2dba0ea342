import { ProtobufLogsSerializer } from "@opentelemetry/otlp-transformer";
import type { ReadableLogRecord } from "@opentelemetry/sdk-logs";
import type { Codec } from "./codec.ts";

/** OpenTelemetry's own serializer of log records. A file beside the program: who sends no logs does not load it. */
export function logsCodec(): Codec<readonly ReadableLogRecord[]> {
  return {
    serializer: {
      serializeRequest: (records) => ProtobufLogsSerializer.serializeRequest([...records]),
      deserializeResponse: (bytes) => ProtobufLogsSerializer.deserializeResponse(bytes),
    },
    isEmpty: (records) => records.length === 0,
  };
}
