import {
  type Attributes,
  big,
  hex,
  type ReceivedScope,
  shared,
  typed,
  type Value,
  type ValueType,
  type WithAttributes,
  withAttributes,
} from "./decode.ts";
import { logsService } from "./schema.ts";

/** The log records of one resource and scope, as received. */
export interface ReceivedLogs {
  readonly resource: Attributes;
  readonly resourceTypes: Readonly<Record<string, ValueType>>;
  readonly scope: ReceivedScope;
  readonly records: readonly ReceivedRecord[];
}

export interface ReceivedRecord extends WithAttributes {
  readonly timeNs: bigint;
  readonly severity: number;
  readonly severityText: string;
  readonly body: Value;
  readonly eventName: string;
  /** Lower-case hex. */
  readonly traceId: string;
  readonly spanId: string;
}

/** Decodes the body of a POST to /v1/logs. Throws if the bytes are not such a request. */
export function decodeLogs(bytes: Uint8Array): ReceivedLogs[] {
  return logsService.request.decode(bytes).resourceLogs.flatMap(({ resource, scopeLogs }) =>
    scopeLogs.map(({ scope, logRecords }) => ({
      ...shared(resource?.attributes, scope),
      records: logRecords.map((record) => ({
        ...withAttributes(record.attributes),
        timeNs: big(record.timeUnixNano),
        severity: record.severityNumber ?? 0,
        severityText: record.severityText ?? "",
        body: typed(record.body)[1],
        eventName: record.eventName ?? "",
        traceId: hex(record.traceId),
        spanId: hex(record.spanId),
      })),
    })),
  );
}
