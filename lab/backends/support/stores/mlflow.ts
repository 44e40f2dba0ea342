import { join } from "node:path";
import { freePort, type Running, start } from "../programs.ts";
import { hexOf, type OtlpAttribute, type StoredSpan, spansIn } from "./stored.ts";

export interface Mlflow extends Running {
  /** Its OTLP endpoint, which needs the header `x-mlflow-experiment-id`, and the URL of its pages. */
  url: string;
  traces(): Promise<MlflowTrace[]>;
  /** Traces that its page "Sessions" shows for this session. */
  find(sessionId: string): Promise<string[]>;
}

export interface MlflowTrace {
  /** The id as sent. MLflow's own id has the prefix `tr-`. */
  traceId: string;
  state: string;
  session: string | undefined;
  tokens: Record<string, number> | undefined;
  cost: Record<string, number> | undefined;
  durationMs: number;
  spans: StoredSpan[];
}

const EXPERIMENT = "0";
export const MLFLOW_HEADERS = { "x-mlflow-experiment-id": EXPERIMENT };

/** Starts MLflow with a database in a temporary folder. */
export async function startMlflow(): Promise<Mlflow> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const running = await start(
    "mlflow",
    (folder) => [
      ...["server", "--host", "127.0.0.1", "--port", String(port), "--workers", "1"],
      ...["--backend-store-uri", `sqlite:///${join(folder, "mlflow.db")}`],
      ...["--default-artifact-root", join(folder, "artifacts")],
    ],
    async () => (await fetch(`${url}/health`)).ok,
    { env: () => ({ MLFLOW_DISABLE_TELEMETRY: "true", MLFLOW_SERVER_ENABLE_JOB_EXECUTION: "false" }) },
  );
  return {
    ...running,
    url,
    async traces() {
      const infos = await search(url);
      const spans = await spansOf(
        url,
        infos.map(({ trace_id }) => trace_id),
      );
      return infos.map((info) => ({ ...toTrace(info), spans: spans.get(info.trace_id) ?? [] }));
    },
    async find(sessionId) {
      const infos = await search(url, `metadata.\`mlflow.trace.session\` = '${sessionId}'`);
      return infos.map(({ trace_id }) => trace_id.replace(/^tr-/, "")).sort();
    },
  };
}

interface TraceInfo {
  trace_id: string;
  state: string;
  execution_duration: string;
  trace_metadata: Record<string, string>;
}

async function search(url: string, filter?: string): Promise<TraceInfo[]> {
  const found: TraceInfo[] = [];
  let token: string | undefined;
  do {
    const body = {
      locations: [{ type: "MLFLOW_EXPERIMENT", mlflow_experiment: { experiment_id: EXPERIMENT } }],
      max_results: 100,
      ...(filter === undefined ? {} : { filter }),
      ...(token === undefined ? {} : { page_token: token }),
    };
    const page = await get<{ traces?: TraceInfo[]; next_page_token?: string }>(
      `${url}/api/3.0/mlflow/traces/search`,
      body,
    );
    found.push(...(page.traces ?? []));
    token = page.next_page_token;
  } while (token !== undefined && token !== "");
  return found;
}

async function spansOf(url: string, ids: string[]): Promise<Map<string, StoredSpan[]>> {
  const spans = new Map<string, StoredSpan[]>();
  for (let from = 0; from < ids.length; from += 10) {
    const query = new URLSearchParams(
      ids.slice(from, from + 10).map((id): [string, string] => ["trace_ids", id]),
    );
    const answer = await get<Batch>(`${url}/api/3.0/mlflow/traces/batchGet?${query}`);
    for (const trace of answer.traces) spans.set(trace.trace_info.trace_id, (trace.spans ?? []).map(toSpan));
  }
  return spans;
}

async function get<T>(url: string, body?: unknown): Promise<T> {
  const response = await fetch(
    url,
    body === undefined
      ? {}
      : { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) },
  );
  if (!response.ok) throw new Error(`${url}: ${response.status} ${await response.text()}`);
  return (await response.json()) as T;
}

function toTrace(info: TraceInfo): Omit<MlflowTrace, "spans"> {
  const { trace_metadata: metadata } = info;
  const numbers = (name: string) => {
    const text = metadata[name];
    return text === undefined ? undefined : (JSON.parse(text) as Record<string, number>);
  };
  return {
    traceId: info.trace_id.replace(/^tr-/, ""),
    state: info.state,
    session: metadata["mlflow.trace.session"],
    tokens: numbers("mlflow.trace.tokenUsage"),
    cost: numbers("mlflow.trace.cost"),
    durationMs: Math.round(Number.parseFloat(info.execution_duration) * 1000),
  };
}

interface Batch {
  traces: { trace_info: TraceInfo; spans?: MlflowSpan[] }[];
}

/** OTLP JSON as Python's protobuf writes it: snake case, ids in base64, numbers where they fit. */
interface MlflowSpan {
  trace_id: string;
  span_id: string;
  parent_span_id?: string;
  name: string;
  start_time_unix_nano: number;
  end_time_unix_nano: number;
  status?: { code?: string };
  attributes?: { key: string; value: Record<string, unknown> }[];
}

function toSpan(span: MlflowSpan): StoredSpan {
  const [stored] = spansIn({
    resourceSpans: [
      {
        resource: {},
        scopeSpans: [
          {
            spans: [
              {
                traceId: hexOf(span.trace_id),
                spanId: hexOf(span.span_id),
                parentSpanId: hexOf(span.parent_span_id),
                name: span.name,
                startTimeUnixNano: String(span.start_time_unix_nano),
                endTimeUnixNano: String(span.end_time_unix_nano),
                status: { code: span.status?.code === "STATUS_CODE_ERROR" ? 2 : 0 },
                attributes: (span.attributes ?? []).map(
                  ({ key, value }) => ({ key, value: camelCase(value) }) as OtlpAttribute,
                ),
              },
            ],
          },
        ],
      },
    ],
  });
  return stored as StoredSpan;
}

function camelCase(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(camelCase);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [
      key.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase()),
      camelCase(inner),
    ]),
  );
}
