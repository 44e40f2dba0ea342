import { freePort, type Running, start } from "../programs.ts";
import type { StoredSpan } from "./stored.ts";

export interface Phoenix extends Running {
  /** Its OTLP endpoint and the URL of its pages. */
  url: string;
  /** All spans of the project "default". */
  spans(): Promise<PhoenixSpan[]>;
  /** All traces, as in its list. */
  traces(): Promise<PhoenixTrace[]>;
  /** The sessions on its page "Sessions", by session id. */
  sessions(): Promise<Map<string, PhoenixSession>>;
  /** Phoenix' own cost of each span, by span id. Spans without a price are missing. */
  costs(): Promise<Map<string, number>>;
}

export interface PhoenixSpan extends StoredSpan {
  /** LLM, TOOL, AGENT, CHAIN or UNKNOWN. It decides icons and filters. */
  kind: string;
}

export interface PhoenixTrace {
  traceId: string;
  startMs: number;
  endMs: number;
  tokens: { prompt: number; completion: number };
}

export interface PhoenixSession {
  traceIds: string[];
  tokens: { prompt: number; completion: number };
}

/** Starts Phoenix with a database in a temporary folder. */
export async function startPhoenix(): Promise<Phoenix> {
  const [port, grpc] = await Promise.all([freePort(), freePort()]);
  const url = `http://127.0.0.1:${port}`;
  const running = await start(
    "phoenix",
    () => ["serve"],
    async () => (await fetch(`${url}/healthz`)).ok,
    {
      env: (folder) => ({
        PHOENIX_WORKING_DIR: folder,
        PHOENIX_HOST: "127.0.0.1",
        PHOENIX_PORT: String(port),
        PHOENIX_GRPC_PORT: String(grpc),
        PHOENIX_TELEMETRY_ENABLED: "false",
      }),
    },
  );
  const project = `${url}/v1/projects/default`;
  return {
    ...running,
    url,
    spans: async () => (await pages<RestSpan>(`${project}/spans`)).map(toSpan),
    traces: async () => (await pages<RestTrace>(`${project}/traces`)).map(toTrace),
    async sessions() {
      const sessions = await pages<RestSession>(`${project}/sessions`);
      return new Map(sessions.map((session) => [session.session_id, toSession(session)]));
    },
    costs: () => costs(url),
  };
}

async function pages<Item>(url: string): Promise<Item[]> {
  const items: Item[] = [];
  let cursor: string | null = null;
  do {
    const query = new URLSearchParams({ limit: "1000", ...(cursor === null ? {} : { cursor }) });
    const response = await fetch(`${url}?${query}`);
    if (!response.ok) throw new Error(`${url}: ${response.status} ${await response.text()}`);
    const page = (await response.json()) as { data: Item[]; next_cursor: string | null };
    items.push(...page.data);
    cursor = page.next_cursor;
  } while (cursor !== null);
  return items;
}

interface RestSpan {
  name: string;
  context: { trace_id: string; span_id: string };
  span_kind: string;
  parent_id: string | null;
  start_time: string;
  end_time: string;
  status_code: "UNSET" | "OK" | "ERROR";
  attributes: Record<string, unknown>;
}

function toSpan(span: RestSpan): PhoenixSpan {
  return {
    traceId: span.context.trace_id,
    spanId: span.context.span_id,
    parentSpanId: span.parent_id ?? "",
    name: span.name,
    startNs: BigInt(Date.parse(span.start_time)) * 1_000_000n,
    endNs: BigInt(Date.parse(span.end_time)) * 1_000_000n,
    status: span.status_code.toLowerCase() as "unset" | "ok" | "error",
    attributes: span.attributes,
    resource: {},
    kind: span.span_kind,
  };
}

interface RestTrace {
  trace_id: string;
  start_time: string;
  end_time: string;
  token_count_prompt: number;
  token_count_completion: number;
}

function toTrace(trace: RestTrace): PhoenixTrace {
  return {
    traceId: trace.trace_id,
    startMs: Date.parse(trace.start_time),
    endMs: Date.parse(trace.end_time),
    tokens: { prompt: trace.token_count_prompt, completion: trace.token_count_completion },
  };
}

interface RestSession {
  session_id: string;
  traces: { trace_id: string }[];
  token_count_prompt: number;
  token_count_completion: number;
}

function toSession(session: RestSession): PhoenixSession {
  return {
    traceIds: session.traces.map(({ trace_id }) => trace_id).sort(),
    tokens: { prompt: session.token_count_prompt, completion: session.token_count_completion },
  };
}

/** Reads costs, which only its GraphQL API returns. */
async function costs(url: string): Promise<Map<string, number>> {
  const query = `{ projects { edges { node { name spans(first: 1000, filterCondition: "span_kind == 'LLM'") {
    edges { node { spanId costSummary { total { cost } } } } } } } } }`;
  const response = await fetch(`${url}/graphql`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ query }),
  });
  const { data, errors } = (await response.json()) as {
    data: { projects: Edges<{ name: string; spans: Edges<CostOfSpan> }> } | null;
    errors?: unknown;
  };
  if (data === null || errors !== undefined) throw new Error(JSON.stringify(errors));
  const project = data.projects.edges.find(({ node }) => node.name === "default")?.node;
  const known = (project?.spans.edges ?? []).flatMap(({ node }) => {
    const cost = node.costSummary?.total.cost;
    return typeof cost === "number" ? [[node.spanId, cost] as const] : [];
  });
  return new Map(known);
}

interface Edges<Node> {
  edges: { node: Node }[];
}

interface CostOfSpan {
  spanId: string;
  costSummary: { total: { cost: number | null } } | null;
}
