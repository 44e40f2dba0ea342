import { join } from "node:path";
import { freePort, type Running, start } from "../programs.ts";
import { ROOT } from "../tool.ts";
import { type OtlpTraces, type StoredSpan, spansIn } from "./stored.ts";

export interface Jaeger extends Running {
  /** Its OTLP endpoint. */
  url: string;
  services(): Promise<string[]>;
  /** All spans, read trace by trace with its HTTP API. */
  spans(): Promise<StoredSpan[]>;
  /** All stored spans of the traces of these spans. */
  spansOf(spans: StoredSpan[]): Promise<StoredSpan[]>;
  /** Jaeger's warnings on the spans of a trace, by span id. They come from its API v3, which its newer pages use. */
  warnings(traceId: string): Promise<Map<string, string[]>>;
  /** Ids of the traces that a search by these tags finds. */
  find(tags: Record<string, string>): Promise<string[]>;
}

/** Starts Jaeger with an unchanged file of `collector-config/jaeger/`. `data`: folder for Badger. */
export async function startJaeger(file: "memory.yaml" | "badger.yaml", data = ""): Promise<Jaeger> {
  const [otlp, ui, grpc, health] = await Promise.all([freePort(), freePort(), freePort(), freePort()]);
  const api = `http://127.0.0.1:${ui}/api`;
  const running = await start(
    "jaeger",
    () => ["--config", join(ROOT, "collector-config/jaeger", file)],
    async () => (await fetch(`http://127.0.0.1:${health}/status`)).ok,
    {
      env: () => ({
        OTLP_HTTP: `127.0.0.1:${otlp}`,
        JAEGER_UI: `127.0.0.1:${ui}`,
        JAEGER_GRPC: `127.0.0.1:${grpc}`,
        HEALTH: `127.0.0.1:${health}`,
        JAEGER_DATA: data,
      }),
    },
  );
  return { ...running, url: `http://127.0.0.1:${otlp}`, ...jaegerApi(api) };
}

/** Queries with Jaeger's HTTP API, which other backends also have. */
export function jaegerApi(api: string): Omit<Jaeger, "url" | keyof Running> {
  return {
    services: async () => get<string[]>(`${api}/services`),
    async spans() {
      const traces = await get<JaegerTrace[]>(`${api}/traces?${search({})}`);
      const whole = await Promise.all(
        traces.map(({ traceID }) => get<JaegerTrace[]>(`${api}/traces/${traceID}`)),
      );
      return whole.flat().flatMap(toSpans);
    },
    async spansOf(spans) {
      const ids = [...new Set(spans.map(({ traceId }) => traceId))];
      const traces = await Promise.all(ids.map((id) => get<JaegerTrace[]>(`${api}/traces/${id}`)));
      return traces.flat().flatMap(toSpans);
    },
    async warnings(traceId) {
      const { result } = (await (await fetch(`${api}/v3/traces/${traceId}`)).json()) as {
        result: OtlpTraces;
      };
      return new Map(
        spansIn(result).map(({ spanId, attributes }) => [
          spanId,
          (attributes["@jaeger@warnings"] as string[] | undefined) ?? [],
        ]),
      );
    },
    async find(tags) {
      const traces = await get<JaegerTrace[]>(`${api}/traces?${search(tags)}`);
      return traces.map(({ traceID }) => traceID).sort();
    },
  };
}

/** Parameters of a search by tags. A search needs a time range, which includes the weeks of the recordings. */
function search(tags: Record<string, string>): URLSearchParams {
  const day = Date.parse("2026-11-21T00:00:00Z") * 1000;
  return new URLSearchParams({
    service: "claude-code",
    start: String(day),
    end: String(day + 30 * 86_400_000_000),
    limit: "1000",
    ...(Object.keys(tags).length > 0 ? { tags: JSON.stringify(tags) } : {}),
  });
}

async function get<T>(url: string): Promise<T> {
  const response = await fetch(url);
  const { data, errors } = (await response.json()) as { data: T; errors: unknown };
  if (!response.ok) throw new Error(`${url}: ${response.status} ${JSON.stringify(errors)}`);
  return data;
}

interface JaegerTrace {
  traceID: string;
  spans: {
    traceID: string;
    spanID: string;
    operationName: string;
    references: { refType: string; spanID: string; traceID: string }[];
    startTime: number;
    duration: number;
    tags: JaegerTag[];
    processID: string;
  }[];
  processes: Record<string, { serviceName: string; tags: JaegerTag[] }>;
}

interface JaegerTag {
  key: string;
  type: string;
  value: unknown;
}

function toSpans({ spans, processes }: JaegerTrace): StoredSpan[] {
  return spans.map((span) => {
    const tags = plainTags(span.tags);
    const process = processes[span.processID];
    const parent = span.references.find(
      ({ refType, traceID }) => refType === "CHILD_OF" && traceID === span.traceID,
    );
    return {
      traceId: span.traceID,
      spanId: span.spanID,
      parentSpanId: parent?.spanID ?? "",
      name: span.operationName,
      startNs: BigInt(span.startTime) * 1000n,
      endNs: BigInt(span.startTime + span.duration) * 1000n,
      status: tags["otel.status_code"] === "ERROR" || tags.error === "true" ? "error" : "unset",
      attributes: tags,
      resource: { "service.name": process?.serviceName, ...plainTags(process?.tags ?? []) },
    };
  });
}

/** Tags as plain values. Jaeger returns lists as JSON in a string. */
function plainTags(tags: JaegerTag[]): Record<string, unknown> {
  return Object.fromEntries(
    tags.map(({ key, value }) => [
      key,
      typeof value === "string" && value.startsWith("[") ? JSON.parse(value) : value,
    ]),
  );
}
