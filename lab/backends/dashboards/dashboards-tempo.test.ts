import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { eventually } from "../support/eventually.ts";
import { differences } from "../support/monitoring/figures.ts";
import { freePort, has, start } from "../support/programs.ts";
import { type OtlpTraces, type StoredSpan, spansIn } from "../support/stores/stored.ts";
import { ccotel, RECORDINGS, ROOT, temporaryFolder } from "../support/tool.ts";

// Tempo has no package. This suite runs if a `tempo` is in the folder of the other programs.

interface Panel {
  type: string;
  title: string;
  targets?: { query: string }[];
}

const file = readFileSync(join(ROOT, "examples/grafana/ccotel-tempo.json"), "utf8");
const QUERIES = new Map(
  (JSON.parse(file) as { panels: Panel[] }).panels.flatMap(({ title, targets = [] }) =>
    targets.map(({ query }) => [title, query]),
  ),
);

/** Tempo finds older spans only in blocks, which it writes minutes later. */
const RECENT_S = 840;

describe.skipIf(!has("tempo"))("the dashboard of spans over a real Tempo", () => {
  let tempo: Awaited<ReturnType<typeof startTempo>>;
  let spans: Seen[] = [];
  beforeAll(async () => {
    tempo = await startTempo();
    const requests = await turnsOfNow();
    spans = requests.flatMap(seenIn);
    for (const request of requests) await post(tempo.otlp, request);
    // Tempo shows spans when it considers their traces complete.
    await eventually(async () => {
      const counted = await ask(tempo.api, "{} | count_over_time()");
      expect(counted).toEqual({ "": spans.length });
    }, 150_000);
  }, 240_000);
  afterAll(() => tempo?.stop());

  test("each query has an expected figure", () => {
    expect([...Object.keys(EXPECTED), ...Object.keys(ABOUT), SEARCH].sort()).toEqual(
      [...QUERIES.keys()].sort(),
    );
  });

  test.each(Object.keys(EXPECTED))("%s", async (title) => {
    const expected = EXPECTED[title]?.(spans) ?? {};
    expect(Object.keys(expected)).not.toEqual([]);
    expect(differences(await ask(tempo.api, QUERIES.get(title) ?? ""), expected)).toEqual([]);
  });

  test.each([...QUERIES].filter(([, query]) => /\| (sum|count)_over_time[^|]*$/.test(query)))(
    "%s, bar by bar",
    async (title, query) => {
      // A bar appears at the end of its interval.
      await eventually(async () => {
        expect(differences(await askBars(tempo.api, query), EXPECTED[title]?.(spans) ?? {})).toEqual([]);
      }, 90_000);
    },
  );

  test.each(Object.keys(ABOUT))("%s, to the nearest power of two", async (title) => {
    const answer = await ask(tempo.api, QUERIES.get(title) ?? "");
    const exact = ABOUT[title]?.(spans) ?? {};
    expect(Object.keys(answer).sort()).toEqual(Object.keys(exact).sort());
    for (const [labels, seconds] of Object.entries(exact)) {
      expect(answer[labels], labels).toBeGreaterThanOrEqual(seconds / 2);
      expect(answer[labels], labels).toBeLessThanOrEqual(seconds * 2);
    }
  });

  test("Turns over 1 USD, with a lower limit, because the recordings are cheap", async () => {
    const query = QUERIES.get(SEARCH) ?? "";
    const cost = (span: Seen) => Number(span.attributes["ccotel.cost.usd"] ?? 0);
    expect(await search(tempo.api, query)).toBe(
      spans.filter((span) => isTurn(span) && cost(span) > 1).length,
    );
    const dear = spans.filter((span) => isTurn(span) && cost(span) > 0.05).length;
    expect(dear).toBeGreaterThan(3);
    expect(await search(tempo.api, query.replace("> 1.0", "> 0.05"))).toBe(dear);
  });
});

const SEARCH = "Turns over 1 USD";

interface Seen extends StoredSpan {
  events: string[];
}

type Figure = (spans: Seen[]) => Record<string, number>;

const isChat = ({ attributes }: Seen) => attributes["gen_ai.operation.name"] === "chat";
const isTool = ({ attributes }: Seen) => attributes["gen_ai.operation.name"] === "execute_tool";
const isAgent = ({ attributes }: Seen) => attributes["gen_ai.operation.name"] === "invoke_agent";
const isTurn = (span: Seen) => isAgent(span) && span.attributes["gen_ai.agent.name"] === "claude-code";
const seconds = ({ startNs, endNs }: Seen) => Number(endNs - startNs) / 1e9;

const MODEL = "gen_ai.request.model";

const EXPECTED: Record<string, Figure> = {
  "Cost by model": sum(isChat, "gen_ai.usage.cost", MODEL),
  "Cost by project": sum(isTurn, "ccotel.cost.usd", "ccotel.project"),
  "The ten most expensive sessions": (spans) =>
    Object.fromEntries(
      Object.entries(sum(isChat, "gen_ai.usage.cost", "session.id")(spans))
        .sort(([, a], [, b]) => b - a)
        .slice(0, 10),
    ),
  "Input tokens": sum(isChat, "gen_ai.usage.input_tokens", MODEL),
  "Tokens read from the cache": sum(isChat, "gen_ai.usage.cache_read.input_tokens", MODEL),
  "Output tokens": sum(isChat, "gen_ai.usage.output_tokens", MODEL),
  "Turns by outcome": count(isTurn, "ccotel.turn.outcome"),
  "Mean time to first chunk (TTFT)": (spans) => {
    const sums = sum(isChat, "gen_ai.response.time_to_first_chunk", MODEL)(spans);
    const has = (span: Seen) => span.attributes["gen_ai.response.time_to_first_chunk"] !== undefined;
    const counts = count((span) => isChat(span) && has(span), MODEL)(spans);
    return Object.fromEntries(Object.entries(sums).map(([key, value]) => [key, value / (counts[key] ?? 0)]));
  },
  "Tool calls that failed": count(
    (span) => isTool(span) && span.attributes["ccotel.tool.outcome"] === "error",
    "gen_ai.tool.name",
  ),
  "Requests that failed": count((span) => isChat(span) && span.status === "error", "error.type"),
  Retries: count(({ events }) => events.includes("ccotel.retry"), MODEL),
  Compactions: count(({ name }) => name === "claude_code.compaction", "ccotel.compaction.trigger"),
  "Runs of subagents": count((span) => isAgent(span) && !isTurn(span), "gen_ai.agent.name"),
};

/** Approximate figures: Tempo interpolates its quantiles between powers of two. */
const ABOUT: Record<string, Figure> = {
  "Duration of turns": quantiles(isTurn, [0.5, 0.9]),
  "Duration of requests": quantiles(isChat, [0.5, 0.9], MODEL),
  "Duration of tool calls": quantiles(isTool, [0.9], "gen_ai.tool.name"),
};

/** Sums by one attribute, with the labels of `ask`. */
function sum(where: (span: Seen) => boolean, number: string, by: string): Figure {
  return grouped(where, by, (spans) =>
    spans.reduce((total, { attributes }) => total + Number(attributes[number] ?? 0), 0),
  );
}

function count(where: (span: Seen) => boolean, by: string): Figure {
  return grouped(where, by, (spans) => spans.length);
}

function quantiles(where: (span: Seen) => boolean, qs: number[], by?: string): Figure {
  return (spans) =>
    Object.assign(
      {},
      ...qs.map((q) => {
        const figures = grouped(where, by, (group) => {
          const sorted = group.map(seconds).sort((a, b) => a - b);
          return sorted[Math.max(0, Math.ceil(q * sorted.length) - 1)] ?? 0;
        })(spans);
        return Object.fromEntries(
          Object.entries(figures).map(([labels, value]) => [`p=${q}${labels && ` ${labels}`}`, value]),
        );
      }),
    );
}

function grouped(
  where: (span: Seen) => boolean,
  by: string | undefined,
  figure: (spans: Seen[]) => number,
): Figure {
  return (spans) => {
    const groups = new Map<string, Seen[]>();
    for (const span of spans.filter(where)) {
      const key = by === undefined ? "" : `span.${by}=${span.attributes[by] ?? "nil"}`;
      groups.set(key, [...(groups.get(key) ?? []), span]);
    }
    return Object.fromEntries(
      [...groups].map(([key, group]) => [key, figure(group)] as const).filter(([, value]) => value > 0),
    );
  };
}

/** The result of a TraceQL metrics query over the last minutes as a whole. */
async function ask(api: string, query: string): Promise<Record<string, number>> {
  const { series = [] } = await metrics(`${api}/api/metrics/query`, query, {});
  return Object.fromEntries(series.map(({ labels, value = 0 }) => [written(labels), value]));
}

/** The sum of a TraceQL metrics query in steps of a minute, as in the dashboard. */
async function askBars(api: string, query: string): Promise<Record<string, number>> {
  const { series = [] } = await metrics(`${api}/api/metrics/query_range`, query, { step: "60s" });
  return Object.fromEntries(
    series.map(({ labels, samples = [] }) => [
      written(labels),
      samples.reduce((total, { value = 0 }) => total + value, 0),
    ]),
  );
}

async function metrics(url: string, query: string, more: Record<string, string>): Promise<MetricsAnswer> {
  const now = Math.ceil(Date.now() / 1000);
  const asked = new URLSearchParams({ q: query, start: String(now - RECENT_S), end: String(now), ...more });
  const response = await fetch(`${url}?${asked}`);
  if (!response.ok) throw new Error(`${query}: ${response.status} ${await response.text()}`);
  return (await response.json()) as MetricsAnswer;
}

function written(labels: Label[] = []): string {
  return labels
    .filter(({ key }) => key !== "__name__")
    .map(({ key, value }) => `${key}=${value.stringValue ?? value.doubleValue ?? "nil"}`)
    .sort()
    .join(" ");
}

interface Label {
  key: string;
  value: { stringValue?: string; doubleValue?: number };
}

interface MetricsAnswer {
  series?: {
    labels?: Label[];
    value?: number;
    samples?: { value?: number }[];
  }[];
}

/** The number of spans that a search finds. */
async function search(api: string, query: string): Promise<number> {
  const now = Math.ceil(Date.now() / 1000);
  const range = { start: String(now - RECENT_S), end: String(now), limit: "1000", spss: "100" };
  const response = await fetch(`${api}/api/search?${new URLSearchParams({ q: query, ...range })}`);
  if (!response.ok) throw new Error(`${query}: ${response.status} ${await response.text()}`);
  const { traces = [] } = (await response.json()) as { traces?: { spanSets?: { matched?: number }[] }[] };
  return traces.flatMap(({ spanSets = [] }) => spanSets).reduce((all, { matched = 0 }) => all + matched, 0);
}

async function startTempo() {
  const [otlp, api, grpc] = await Promise.all([freePort(), freePort(), freePort()]);
  const config = join(ROOT, "collector-config/tempo/tempo.yaml");
  const running = await start(
    "tempo",
    () => ["-target=all", "-config.expand-env=true", `-config.file=${config}`],
    async () => (await fetch(`http://127.0.0.1:${api}/ready`)).ok,
    {
      env: (folder) => ({
        OTLP_HTTP: `127.0.0.1:${otlp}`,
        TEMPO_PORT: String(api),
        TEMPO_GRPC: String(grpc),
        TEMPO_DATA: join(folder, "data"),
      }),
    },
  );
  return { ...running, api: `http://127.0.0.1:${api}`, otlp: `http://127.0.0.1:${otlp}/v1/traces` };
}

/**
 * An export of all recordings with one trace for each turn. The times are moved so that each turn ends now: Tempo shows
 * spans older than 15 minutes only after it has written their block.
 */
async function turnsOfNow(): Promise<OtlpTraces[]> {
  const env = { CCOTEL_TRACE_SCOPE: "turn" };
  const { stdout } = await ccotel(["export", RECORDINGS, "--dry-run"], { home: temporaryFolder(), env });
  const lines = stdout.split("\n").filter((line) => line.startsWith('{"resourceSpans"'));
  const ends = new Map<string, bigint>();
  for (const span of lines.flatMap((line) => spansIn(JSON.parse(line) as OtlpTraces))) {
    const end = ends.get(span.traceId) ?? 0n;
    ends.set(span.traceId, span.endNs > end ? span.endNs : end);
  }
  const nowNs = BigInt(Date.now() - 1_000) * 1_000_000n;
  return lines.map((line) => {
    const request = JSON.parse(line) as OtlpTraces;
    for (const span of request.resourceSpans.flatMap(({ scopeSpans }) =>
      scopeSpans.flatMap(({ spans = [] }) => spans as Timed[]),
    )) {
      const later = nowNs - (ends.get(span.traceId) ?? nowNs);
      const moved = (time: string) => String(BigInt(time) + later);
      span.startTimeUnixNano = moved(span.startTimeUnixNano);
      span.endTimeUnixNano = moved(span.endTimeUnixNano);
      for (const event of span.events ?? []) event.timeUnixNano = moved(event.timeUnixNano);
    }
    return request;
  });
}

interface Timed {
  traceId: string;
  startTimeUnixNano: string;
  endTimeUnixNano: string;
  events?: { name: string; timeUnixNano: string }[];
}

function seenIn(request: OtlpTraces): Seen[] {
  const events = request.resourceSpans.flatMap(({ scopeSpans }) =>
    scopeSpans.flatMap(({ spans = [] }) => (spans as Timed[]).map((span) => span.events ?? [])),
  );
  return spansIn(request).map((span, index) => ({
    ...span,
    events: (events[index] ?? []).map(({ name }) => name),
  }));
}

async function post(url: string, request: OtlpTraces): Promise<void> {
  const headers = { "content-type": "application/json" };
  const response = await fetch(url, { method: "POST", headers, body: JSON.stringify(request) });
  if (!response.ok) throw new Error(`${response.status}: ${await response.text()}`);
}
