import { join } from "node:path";
import { freePort, type Running, start } from "../programs.ts";
import { hexOf, type OtlpAttribute, type StoredSpan, spansIn } from "./stored.ts";

export interface DatadogTestAgent extends Running {
  /** Its OTLP endpoint. */
  url: string;
  /** All received spans, including repetitions. */
  spans(): Promise<StoredSpan[]>;
  /** The received requests with their paths and headers. */
  requests(): Promise<{ path: string; headers: Record<string, string> }[]>;
  /** The received metrics. */
  metrics(): Promise<{ name: string; temporality: string | undefined }[]>;
}

/** Starts Datadog's test agent, which checks and keeps received data and forwards nothing. */
export async function startDatadogTestAgent(): Promise<DatadogTestAgent> {
  const [port, http, grpc, web] = await Promise.all([freePort(), freePort(), freePort(), freePort()]);
  const url = `http://127.0.0.1:${http}`;
  const running = await start(
    "ddapm-test-agent",
    (folder) => [
      ...["--host", "127.0.0.1", "--port", String(port), "--web-ui-port", String(web)],
      ...["--otlp-http-port", String(http), "--otlp-grpc-port", String(grpc)],
      ...["--vcr-cassettes-directory", join(folder, "cassettes"), "--disable-llmobs-data-forwarding"],
    ],
    async () => (await fetch(`http://127.0.0.1:${port}/info`)).ok,
  );
  const session = async <T>(what: string) => {
    const response = await fetch(`${url}/test/session/${what}`);
    if (!response.ok) throw new Error(`${what}: ${response.status} ${await response.text()}`);
    return (await response.json()) as T;
  };
  return {
    ...running,
    url,
    spans: async () => (await session<AgentTraces[]>("traces")).flatMap(toSpans),
    async requests() {
      const requests = await session<{ url: string; headers: Record<string, string> }[]>("requests");
      return requests.map((request) => ({
        path: new URL(request.url).pathname,
        headers: Object.fromEntries(
          Object.entries(request.headers).map(([name, value]) => [name.toLowerCase(), value]),
        ),
      }));
    },
    async metrics() {
      const requests = await session<AgentMetrics[]>("metrics");
      return requests.flatMap(({ resource_metrics }) =>
        resource_metrics.flatMap(({ scope_metrics }) =>
          scope_metrics.flatMap(({ metrics }) =>
            metrics.map(({ name, sum, histogram }) => ({
              name,
              temporality: (sum ?? histogram)?.aggregation_temporality,
            })),
          ),
        ),
      );
    },
  };
}

/** OTLP JSON as Python's protobuf writes it: snake case, ids in base64. */
interface AgentTraces {
  resource_spans: {
    resource: { attributes?: AgentAttribute[] };
    scope_spans: { spans: AgentSpan[] }[];
  }[];
}

interface AgentSpan {
  trace_id: string;
  span_id: string;
  parent_span_id?: string;
  name: string;
  start_time_unix_nano: string;
  end_time_unix_nano: string;
  status?: { code?: string };
  attributes?: AgentAttribute[];
}

interface AgentAttribute {
  key: string;
  value: {
    string_value?: string;
    int_value?: string;
    double_value?: number;
    bool_value?: boolean;
    array_value?: { values?: AgentAttribute["value"][] };
  };
}

interface AgentMetrics {
  resource_metrics: { scope_metrics: { metrics: AgentMetric[] }[] }[];
}

interface AgentMetric {
  name: string;
  sum?: { aggregation_temporality: string };
  histogram?: { aggregation_temporality: string };
}

function toSpans({ resource_spans }: AgentTraces): StoredSpan[] {
  return spansIn({
    resourceSpans: resource_spans.map(({ resource, scope_spans }) => ({
      resource: { attributes: (resource.attributes ?? []).map(toAttribute) },
      scopeSpans: scope_spans.map(({ spans }) => ({
        spans: spans.map((span) => ({
          traceId: hexOf(span.trace_id),
          spanId: hexOf(span.span_id),
          parentSpanId: hexOf(span.parent_span_id),
          name: span.name,
          startTimeUnixNano: span.start_time_unix_nano,
          endTimeUnixNano: span.end_time_unix_nano,
          status: { code: span.status?.code === "STATUS_CODE_ERROR" ? 2 : 0 },
          attributes: (span.attributes ?? []).map(toAttribute),
        })),
      })),
    })),
  });
}

function toAttribute({ key, value }: AgentAttribute): OtlpAttribute {
  return { key, value: toValue(value) };
}

function toValue(value: AgentAttribute["value"]): OtlpAttribute["value"] {
  if (value.array_value !== undefined) {
    return { arrayValue: { values: (value.array_value.values ?? []).map(toValue) } };
  }
  if (value.int_value !== undefined) return { intValue: value.int_value };
  if (value.double_value !== undefined) return { doubleValue: value.double_value };
  if (value.bool_value !== undefined) return { boolValue: value.bool_value };
  return { stringValue: value.string_value ?? "" };
}
