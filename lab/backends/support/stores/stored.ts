/** A span as stored in a backend, in the same form for all backends. */
export interface StoredSpan {
  traceId: string;
  spanId: string;
  /** Empty for a root. */
  parentSpanId: string;
  name: string;
  startNs: bigint;
  endNs: bigint;
  status: "unset" | "ok" | "error";
  attributes: Record<string, unknown>;
  resource: Record<string, unknown>;
}

/** The lines of the OTLP file format. */
export function parseOtlpJson(text: string): StoredSpan[] {
  const lines = text.split("\n").filter((line) => line.startsWith('{"resourceSpans"'));
  return lines.flatMap((line) => spansIn(JSON.parse(line) as OtlpTraces));
}

/** The spans of one request in OTLP JSON, with ids in hex. */
export function spansIn({ resourceSpans }: OtlpTraces): StoredSpan[] {
  return resourceSpans.flatMap(({ resource, scopeSpans }) =>
    scopeSpans.flatMap(({ spans = [] }) =>
      spans.map((span) => ({
        traceId: span.traceId,
        spanId: span.spanId,
        parentSpanId: span.parentSpanId ?? "",
        name: span.name,
        startNs: BigInt(span.startTimeUnixNano),
        endNs: BigInt(span.endTimeUnixNano),
        status: STATUS[span.status?.code ?? 0],
        attributes: plain(span.attributes),
        resource: plain(resource.attributes),
      })),
    ),
  );
}

const STATUS = { 0: "unset", 1: "ok", 2: "error" } as const;

export interface OtlpTraces {
  resourceSpans: {
    resource: { attributes?: OtlpAttribute[] };
    scopeSpans: {
      spans?: {
        traceId: string;
        spanId: string;
        parentSpanId?: string;
        name: string;
        startTimeUnixNano: string;
        endTimeUnixNano: string;
        status?: { code?: 0 | 1 | 2 };
        attributes?: OtlpAttribute[];
      }[];
    }[];
  }[];
}

export interface OtlpAttribute {
  key: string;
  value: OtlpValue;
}

interface OtlpValue {
  stringValue?: string;
  intValue?: string | number;
  doubleValue?: number;
  boolValue?: boolean;
  arrayValue?: { values?: OtlpValue[] };
  kvlistValue?: { values?: OtlpAttribute[] };
}

/** Attributes of OTLP JSON as plain values. */
export function plain(attributes: OtlpAttribute[] = []): Record<string, unknown> {
  return Object.fromEntries(attributes.map(({ key, value }) => [key, plainValue(value)]));
}

function plainValue(value: OtlpValue): unknown {
  if (value.arrayValue !== undefined) return (value.arrayValue.values ?? []).map(plainValue);
  if (value.kvlistValue !== undefined) return plain(value.kvlistValue.values);
  if (value.intValue !== undefined) return Number(value.intValue);
  return value.stringValue ?? value.doubleValue ?? value.boolValue;
}

/** Converts the base64 of bytes in protobuf JSON to hex. */
export function hexOf(base64: string | undefined | null): string {
  return Buffer.from(base64 ?? "", "base64").toString("hex");
}
