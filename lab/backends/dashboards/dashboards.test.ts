import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { countsOf } from "../../../src/session/sums/rows.ts";
import { summarize } from "../../../src/session/sums/summary.ts";
import { walk } from "../../../src/session/walk.ts";
import {
  AGENT,
  counts,
  differences,
  type Expected,
  hasError,
  isCacheRead,
  isCacheWrite,
  isDenied,
  isFailure,
  isOutput,
  isPrompt,
  isSubagent,
  MODEL,
  mean,
  quantile,
  ran,
  ratio,
  sums,
  TOOL,
} from "../support/monitoring/figures.ts";
import { type Prometheus, startPrometheus } from "../support/monitoring/prometheus.ts";
import { arrivedIn, DAY, everything, HOUR, MINUTE, push, T0 } from "../support/monitoring/pushed.ts";
import type { Arrival } from "../support/process.ts";
import { has } from "../support/programs.ts";
import { startVictoriaMetrics } from "../support/stores/victoriametrics.ts";
import { ROOT } from "../support/tool.ts";

interface Panel {
  type: string;
  title: string;
  targets?: { expr: string; instant?: boolean }[];
  fieldConfig?: { defaults?: { custom?: { drawStyle?: string } } };
}

const file = readFileSync(join(ROOT, "examples/grafana/ccotel-prometheus.json"), "utf8");
const panels = (JSON.parse(file) as { panels: Panel[] }).panels.filter(({ type }) => type !== "row");

/** All queries by the title of their panel, with a number if the panel has several. */
const QUERIES = new Map(
  panels.flatMap(({ title, targets = [] }) =>
    targets.map(({ expr }, index) => [index === 0 ? title : `${title} ${index + 1}`, expr]),
  ),
);

const WINDOWS = [
  { name: "the 5 minutes in the middle of the first pushes", endMs: T0 + HOUR, lengthMs: 5 * MINUTE },
  { name: "the 5 minutes after the night", endMs: T0 + 20 * HOUR + 2 * MINUTE, lengthMs: 5 * MINUTE },
  { name: "an hour of pushes", endMs: T0 + 90 * MINUTE, lengthMs: HOUR },
  { name: "the hour that the night ends in", endMs: T0 + 20 * HOUR + 30 * MINUTE, lengthMs: HOUR },
  { name: "a day that begins between two pushes", endMs: T0 + 25 * HOUR, lengthMs: DAY },
  { name: "everything", endMs: T0 + 30 * HOUR, lengthMs: 40 * HOUR },
];

test("no query uses increase() or rate() on pushed metrics", () => {
  expect(QUERIES.size).toBeGreaterThan(50);
  for (const expr of QUERIES.values()) expect(expr).not.toMatch(/\b(increase|i?rate|i?delta|resets)\s*\(/);
});

test("each query has an expected figure", () => {
  expect(Object.keys(EXPECTED).sort()).toEqual([...QUERIES.keys()].sort());
});

test("bars and lines use the interval, and other panels the range", () => {
  for (const { title, type, targets = [] } of panels) {
    for (const { expr, instant } of targets) {
      expect(expr.includes("$__interval"), title).toBe(type === "timeseries");
      expect(instant === true, title).toBe(type !== "timeseries");
    }
  }
});

test("queries for Tempo sum only existing attributes, and compare them with numbers of the same type", () => {
  const tempo = readFileSync(join(ROOT, "examples/grafana/ccotel-tempo.json"), "utf8");
  const summed = [...tempo.matchAll(/"query": "(.*?) \| (?:sum|avg)_over_time\(([^)]+)\)/g)];
  expect(summed.length).toBeGreaterThan(5);
  for (const [, spans = "", number = ""] of summed) {
    expect(spans).toContain(`${number} > ${number.includes("tokens") ? "0 " : "0.0 "}`);
  }
});

const STORES = [
  { name: "Prometheus", program: "prometheus", startStore: startPrometheus },
  { name: "VictoriaMetrics", program: "victoria-metrics", startStore: startVictoriaMetrics },
].filter(({ program }) => has(program));

describe.each(STORES)("the dashboard over a real $name", ({ startStore }) => {
  let store: Prometheus;
  const arrivals: Arrival[] = [];
  beforeAll(async () => {
    store = await startStore();
    arrivals.push(...(await push(store.url)));
  });
  afterAll(() => store?.stop());

  test("every query returns a result", async () => {
    for (const [title, expr] of QUERIES) {
      const answer = await store.query(filled(expr, 40 * HOUR), T0 + 30 * HOUR);
      expect(Object.keys(answer), `${title}: ${expr}`).not.toEqual([]);
      for (const value of Object.values(answer)) expect(value, title).not.toBeNaN();
    }
  });

  test("the figures are the totals of the transcripts", async () => {
    const all = everything();
    const ask = async (title: string) =>
      totalOf(await store.query(filled(queryOf(title), 40 * HOUR), T0 + 30 * HOUR));
    const of = countsOf(summarize(all).rows);
    const tokenSum = of.input + of.output + of.cacheRead + of.cacheWrite5m + of.cacheWrite1h;
    for (const title of ["Cost", "Cost by day", "Cost by model", "Cost by model and agent"]) {
      expect(Math.abs((await ask(title)) - of.costUsd), title).toBeLessThan(1e-6);
    }
    for (const title of ["Tokens", "Tokens over time", "Tokens by model and type"]) {
      expect(await ask(title), title).toBe(tokenSum);
    }
    for (const title of ["Tool calls", "Tool calls over time", "Tool calls by tool and outcome"]) {
      expect(await ask(title), title).toBe(of.toolCalls);
    }
    for (const title of ["Turns", "Turns over time", "Turns by source and outcome"]) {
      expect(await ask(title), title).toBe(all.filter(({ type }) => type === "turn").length);
    }
    expect(await ask("Failed requests")).toBe(of.failedRequests);
    // The times of an advisor's requests are unknown, so no histogram of durations contains them.
    expect(await ask("Requests")).toBe(of.requests - advisorsIn(all));
  });

  describe.each(WINDOWS)("$name", ({ endMs, lengthMs }) => {
    test.each([...QUERIES])("%s", async (title, expr) => {
      const observed = arrivedIn(arrivals, endMs - windowOf(expr, lengthMs), endMs);
      const actual = await store.query(filled(expr, lengthMs), endMs);
      expect(differences(actual, EXPECTED[title]?.(observed) ?? {})).toEqual([]);
    });
  });

  const bars = panels.filter(({ fieldConfig }) => fieldConfig?.defaults?.custom?.drawStyle === "bars");
  test.each(bars.map(({ title }) => title))("the bars of %s add up to the total", async (title) => {
    const stepMs = 5 * MINUTE;
    const sum = await sumOfBars(store, filled(queryOf(title), stepMs), T0, T0 + 24 * HOUR, stepMs);
    const expected = EXPECTED[title]?.(arrivals.flatMap(({ observed }) => observed)) ?? {};
    expect(Math.abs(sum - totalOf(expected))).toBeLessThan(1e-6);
  });
});

const REQUEST = "gen_ai.client.operation.duration";
const FIRST_CHUNK = "gen_ai.client.operation.time_to_first_chunk";
const FIRST_BLOCK = "ccotel.time_to_first_block";
const AGENT_RUN = "gen_ai.invoke_agent.duration";
const OUTCOME = "ccotel.tool.outcome";

/** The expected results of the queries. */
const EXPECTED: Record<string, Expected> = {
  Cost: sums("ccotel.cost"),
  "Cost of the last hour": sums("ccotel.cost"),
  "Cost of the last 24 hours": sums("ccotel.cost"),
  "Cost over time": sums("ccotel.cost", [MODEL]),
  "Cost by day": sums("ccotel.cost", [MODEL]),
  "Cost by model": sums("ccotel.cost", [MODEL]),
  "Cost by agent": sums("ccotel.cost", [AGENT]),
  "Cost by model and agent": sums("ccotel.cost", [MODEL, AGENT]),
  "Cost per turn": ratio(sums("ccotel.cost"), sums("ccotel.turns")),
  "Requests without a price": sums("ccotel.unpriced_requests"),
  Tokens: sums("ccotel.tokens"),
  "Output tokens": sums("ccotel.tokens", [], isOutput),
  "Tokens over time": sums("ccotel.tokens", ["ccotel.token.type"]),
  "Tokens by model and type": sums("ccotel.tokens", [MODEL, "ccotel.token.type"]),
  "Cache hit ratio": ratio(sums("ccotel.tokens", [], isCacheRead), sums("ccotel.tokens", [], isPrompt)),
  "Cache hit ratio by model": ratio(
    sums("ccotel.tokens", [MODEL], isCacheRead),
    sums("ccotel.tokens", [MODEL], isPrompt),
  ),
  "Cache reads for each token written": ratio(
    sums("ccotel.tokens", [], isCacheRead),
    sums("ccotel.tokens", [], isCacheWrite),
  ),
  Sessions: sums("ccotel.sessions"),
  "Sessions by entry point": sums("ccotel.sessions", ["ccotel.entrypoint"]),
  Turns: sums("ccotel.turns"),
  "Turns over time": sums("ccotel.turns", ["ccotel.turn.outcome"]),
  "Turns by source and outcome": sums("ccotel.turns", ["ccotel.turn.source", "ccotel.turn.outcome"]),
  "Duration of turns": quantile(0.5, AGENT_RUN, [], (one) => !isSubagent(one)),
  "Duration of turns 2": quantile(0.9, AGENT_RUN, [], (one) => !isSubagent(one)),
  "Duration of requests": quantile(0.5, REQUEST, [MODEL], (one) => !hasError(one)),
  "Duration of requests 2": quantile(0.9, REQUEST, [MODEL], (one) => !hasError(one)),
  "Time to first chunk (TTFT)": quantile(0.5, FIRST_CHUNK, [MODEL]),
  "Time to first chunk (TTFT) 2": quantile(0.9, FIRST_CHUNK, [MODEL]),
  "Time to first block": quantile(0.5, FIRST_BLOCK, [MODEL]),
  "Time to first block 2": quantile(0.9, FIRST_BLOCK, [MODEL]),
  "Output tokens per second": mean("ccotel.output_tokens_per_second", [MODEL]),
  "Tool calls": sums("ccotel.tool.calls"),
  "Tool calls over time": sums("ccotel.tool.calls", [TOOL]),
  "Tool calls by tool and outcome": sums("ccotel.tool.calls", [TOOL, OUTCOME]),
  "Failed tool calls": sums("ccotel.tool.calls", [], isFailure),
  "Denied tool calls": sums("ccotel.tool.calls", [], isDenied),
  "Tool failure ratio": ratio(sums("ccotel.tool.calls", [], isFailure), sums("ccotel.tool.calls", [], ran)),
  "Failure ratio by tool": ratio(
    sums("ccotel.tool.calls", [TOOL], isFailure),
    sums("ccotel.tool.calls", [TOOL], ran),
  ),
  "Mean time of tool calls": mean("gen_ai.execute_tool.duration", [TOOL]),
  "90th percentile of tool calls": quantile(0.9, "gen_ai.execute_tool.duration", [TOOL]),
  "Mean time with waits for a person": mean("ccotel.tool.elapsed", [TOOL]),
  Requests: counts(REQUEST),
  "Failed requests": sums("ccotel.api.errors"),
  Retries: sums("ccotel.api.retries"),
  "API error ratio": ratio(counts(REQUEST, [], hasError), counts(REQUEST)),
  "Failed requests by model and error": sums("ccotel.api.errors", [MODEL, "error.type"]),
  "Retries by model and error": sums("ccotel.api.retries", [MODEL, "error.type"]),
  "Used context": quantile(0.5, "ccotel.context.used_ratio", [MODEL]),
  "Used context 2": quantile(0.9, "ccotel.context.used_ratio", [MODEL]),
  Compactions: sums("ccotel.compactions"),
  "Compactions over time": sums("ccotel.compactions", ["ccotel.compaction.trigger"]),
  "Runs of subagents": counts(AGENT_RUN, [AGENT], isSubagent),
  "Failed runs of subagents": counts(AGENT_RUN, [AGENT], (one) => isSubagent(one) && hasError(one)),
  "Mean time of subagents": mean(AGENT_RUN, [AGENT], isSubagent),
  "Cost of subagents": sums("ccotel.cost", [AGENT], isSubagent),
  "Exports that failed": sums("otel.sdk.exporter.span.exported", ["error.type"]),
  "Exports that failed 2": sums("otel.sdk.exporter.metric_data_point.exported", ["error.type"]),
  // A gauge: each push has the same value.
  "Age of the oldest thing that waits to be exported": mean("ccotel.backlog.age", []),
};

function queryOf(title: string): string {
  const found = QUERIES.get(title);
  if (found === undefined) throw new Error(`The dashboard has no panel called ${title}.`);
  return found;
}

/** The query with Grafana's variables replaced. */
function filled(expr: string, windowMs: number): string {
  return expr
    .replaceAll(/\$__(range|interval)\b/g, `${windowMs / 1000}s`)
    .replaceAll(/\$(job|instance)\b/g, ".*");
}

/** The window of a query: Grafana's window, or the query's own. */
function windowOf(expr: string, grafanasMs: number): number {
  if (expr.includes("$__")) return grafanasMs;
  return expr.includes("[1h]") ? HOUR : DAY;
}

function totalOf(answer: Record<string, number>): number {
  return Object.values(answer).reduce((sum, value) => sum + value, 0);
}

/** The sum of all bars in the result of a range query. */
async function sumOfBars({ url }: Prometheus, query: string, startMs: number, endMs: number, stepMs: number) {
  const body = new URLSearchParams({
    query,
    start: String(startMs / 1000),
    end: String(endMs / 1000),
    step: String(stepMs / 1000),
  });
  const response = await fetch(new URL("/api/v1/query_range", url), { method: "POST", body });
  const { data } = (await response.json()) as { data: { result: { values: [number, string][] }[] } };
  return data.result.flatMap(({ values }) => values).reduce((sum, [, value]) => sum + Number(value), 0);
}

function advisorsIn(pieces: Parameters<typeof walk>[0]): number {
  let count = 0;
  walk(pieces, {
    request({ isAdvisor }) {
      if (isAdvisor) count++;
    },
  });
  return count;
}
