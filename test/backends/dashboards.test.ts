import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { costOfSums, sumsOfFinished } from "../../src/audit/sums.ts";
import { type Observation, observation } from "../../src/telemetry/metrics/observation.ts";
import { observe } from "../../src/telemetry/metrics/observe.ts";
import { OPTIONS, readWhole, recordings, transcriptsOf } from "../support/recordings.ts";
import { type Arrival, createInstallation } from "./support/process.ts";
import { has } from "./support/programs.ts";
import { type Prometheus, startPrometheus } from "./support/prometheus.ts";
import { ROOT } from "./support/tool.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
/** Two days before now, at a full hour. */
const T0 = Math.floor(Date.now() / HOUR) * HOUR - 2 * DAY;

interface Panel {
  type: string;
  title: string;
  targets?: { expr: string; instant?: boolean }[];
}

const file = readFileSync(join(ROOT, "examples/grafana/ccotel-prometheus.json"), "utf8");
const panels = (JSON.parse(file) as { panels: Panel[] }).panels.filter(({ type }) => type !== "row");
const QUERIES = panels.flatMap(({ title, targets = [] }) => targets.map(({ expr }) => ({ title, expr })));

/** When it pushes: minutes apart for two hours, a night of silence, and minutes apart again. */
const PUSHES = [
  ...Array.from({ length: 40 }, (_, index) => index * 3 * MINUTE),
  ...Array.from({ length: 30 }, (_, index) => 20 * HOUR + index * 4 * MINUTE),
];

const WINDOWS = [
  { name: "the 5 minutes in the middle of the first pushes", endMs: T0 + HOUR, lengthMs: 5 * MINUTE },
  { name: "the 5 minutes after the night", endMs: T0 + 20 * HOUR + 2 * MINUTE, lengthMs: 5 * MINUTE },
  { name: "an hour of pushes", endMs: T0 + 90 * MINUTE, lengthMs: HOUR },
  { name: "the hour that the night ends in", endMs: T0 + 20 * HOUR + 30 * MINUTE, lengthMs: HOUR },
  { name: "a day that begins between two pushes", endMs: T0 + 25 * HOUR, lengthMs: DAY },
  { name: "everything", endMs: T0 + 30 * HOUR, lengthMs: 40 * HOUR },
];

test("no query asks increase() or rate() of what was pushed", () => {
  expect(QUERIES.length).toBeGreaterThan(40);
  for (const { expr } of QUERIES) expect(expr).not.toMatch(/\b(increase|i?rate|i?delta|resets)\s*\(/);
});

test("bars and lines follow the interval, everything else the range", () => {
  for (const { title, type, targets = [] } of panels) {
    for (const { expr, instant } of targets) {
      expect(expr.includes("$__interval"), title).toBe(type === "timeseries");
      expect(instant === true, title).toBe(type !== "timeseries");
    }
  }
});

test("Tempo sums only what spans have, compared with a number of its own kind", () => {
  const tempo = readFileSync(join(ROOT, "examples/grafana/ccotel-tempo.json"), "utf8");
  const summed = [...tempo.matchAll(/"query": "(.*?) \| (?:sum|avg)_over_time\(([^)]+)\)/g)];
  expect(summed.length).toBeGreaterThan(5);
  for (const [, spans = "", number = ""] of summed) {
    expect(spans).toContain(`${number} > ${number.includes("tokens") ? "0 " : "0.0 "}`);
  }
});

describe.skipIf(!has("prometheus"))("the dashboard over a real Prometheus", () => {
  const all = recordings().flatMap((recording) =>
    transcriptsOf(recording).flatMap((path) => readWhole(path, OPTIONS)),
  );
  let prometheus: Prometheus;
  const arrivals: Arrival[] = [];
  beforeAll(async () => {
    prometheus = await startPrometheus();
    arrivals.push(...(await push(prometheus.url, observe(all))));
  });
  afterAll(() => prometheus?.stop());

  test("every query has an answer", async () => {
    for (const { title, expr } of QUERIES) {
      const answer = await prometheus.query(filled(expr, 40 * HOUR), T0 + 30 * HOUR);
      expect(Object.keys(answer), `${title}: ${expr}`).not.toEqual([]);
      for (const value of Object.values(answer)) expect(value, title).not.toBeNaN();
    }
  });

  test("the figures are the transcripts' sums", async () => {
    const ask = async (title: string) =>
      totalOf(await prometheus.query(filled(queryOf(title), 40 * HOUR), T0 + 30 * HOUR));
    const sums = sumsOfFinished(all);
    const tokens = Object.values(sums.models).map((of) => of.tokens);
    const tokenSum = tokens
      .map((of) => of.input + of.output + of.cacheRead + of.cacheWrite5m + of.cacheWrite1h)
      .reduce((sum, value) => sum + value, 0);
    for (const title of ["Cost", "Cost by day", "Cost by model", "Cost by model and agent"]) {
      expect(Math.abs((await ask(title)) - costOfSums(sums)), title).toBeLessThan(1e-6);
    }
    for (const title of ["Tokens", "Tokens over time", "Tokens by model and type"]) {
      expect(await ask(title), title).toBe(tokenSum);
    }
    for (const title of ["Tool calls", "Tool calls over time", "Tool calls by tool and outcome"]) {
      expect(await ask(title), title).toBe(sums.toolCalls);
    }
    for (const title of ["Turns", "Turns over time", "Turns by source and outcome"]) {
      expect(await ask(title), title).toBe(all.filter(({ type }) => type === "turn").length);
    }
    expect(await ask("Failed requests")).toBe(sums.failedRequests);
    expect(await ask("Requests")).toBe(sums.requests + sums.failedRequests);
  });

  describe.each(WINDOWS)("$name", ({ endMs, lengthMs }) => {
    test.each(Object.keys(EXPECTED))("%s", async (title) => {
      const observed = arrivals
        .filter(({ atMs }) => atMs > endMs - lengthMs && atMs <= endMs)
        .flatMap((arrival) => arrival.observed);
      const expected = EXPECTED[title]?.(observed) ?? {};
      const actual = await prometheus.query(filled(queryOf(title), lengthMs), endMs);
      // A series that was there and counted nothing in the window says zero.
      for (const key of new Set([...Object.keys(actual), ...Object.keys(expected)])) {
        const difference = Math.abs((actual[key] ?? 0) - (expected[key] ?? 0));
        expect(difference, `${key}: ${actual[key]} for ${expected[key]}`).toBeLessThan(1e-6);
      }
    });
  });

  test.each(["Cost over time", "Tokens over time", "Tool calls over time", "Turns over time"])(
    "all bars of %s together are the whole",
    async (title) => {
      const stepMs = 5 * MINUTE;
      const bars = await bar(prometheus, filled(queryOf(title), stepMs), T0, T0 + 24 * HOUR, stepMs);
      const expected = EXPECTED[title]?.(arrivals.flatMap(({ observed }) => observed)) ?? {};
      expect(Math.abs(bars - totalOf(expected))).toBeLessThan(1e-6);
    },
  );
});

type Expected = (observed: Observation[]) => Record<string, number>;

const AGENT = "gen_ai.agent.name";
const MODEL = "gen_ai.request.model";
const TOOL = "gen_ai.tool.name";
const isSubagent = ({ attributes }: Observation) => attributes[AGENT] !== "claude-code";
const isPrompt = ({ attributes }: Observation) => attributes["ccotel.token.type"] !== "output";
const isCacheRead = ({ attributes }: Observation) => attributes["ccotel.token.type"] === "cache_read";
const isFailure = ({ attributes }: Observation) => attributes["ccotel.tool.outcome"] === "error";
const ran = ({ attributes }: Observation) =>
  ["ok", "error"].includes(attributes["ccotel.tool.outcome"] ?? "");
const hasError = ({ attributes }: Observation) => attributes["error.type"] !== undefined;
const isRequest = sums("gen_ai.client.operation.duration", [], undefined, () => 1);

/** What the panels must show, by title. */
const EXPECTED: Record<string, Expected> = {
  Cost: sums("ccotel.cost"),
  "Cost over time": sums("ccotel.cost", [MODEL]),
  "Cost by day": sums("ccotel.cost", [MODEL]),
  "Cost by model": sums("ccotel.cost", [MODEL]),
  "Cost by agent": sums("ccotel.cost", [AGENT]),
  "Cost by model and agent": sums("ccotel.cost", [MODEL, AGENT]),
  "Cost per turn": ratio(sums("ccotel.cost"), sums("ccotel.turns")),
  "Cost of subagents": sums("ccotel.cost", [AGENT], isSubagent),
  "Requests without a price": sums("ccotel.unpriced_requests"),
  Tokens: sums("ccotel.tokens"),
  "Tokens over time": sums("ccotel.tokens", ["ccotel.token.type"]),
  "Tokens by model and type": sums("ccotel.tokens", [MODEL, "ccotel.token.type"]),
  "Cache hit ratio": ratio(sums("ccotel.tokens", [], isCacheRead), sums("ccotel.tokens", [], isPrompt)),
  "Cache hit ratio by model": ratio(
    sums("ccotel.tokens", [MODEL], isCacheRead),
    sums("ccotel.tokens", [MODEL], isPrompt),
  ),
  Sessions: sums("ccotel.sessions"),
  "Sessions by entry point": sums("ccotel.sessions", ["ccotel.entrypoint"]),
  Turns: sums("ccotel.turns"),
  "Turns over time": sums("ccotel.turns", ["ccotel.turn.outcome"]),
  "Turns by source and outcome": sums("ccotel.turns", ["ccotel.turn.source", "ccotel.turn.outcome"]),
  "Output tokens per second": ratio(
    sums("ccotel.output_tokens_per_second", [MODEL]),
    sums("ccotel.output_tokens_per_second", [MODEL], undefined, () => 1),
  ),
  "Tool calls": sums("ccotel.tool.calls"),
  "Tool calls over time": sums("ccotel.tool.calls", [TOOL]),
  "Tool calls by tool and outcome": sums("ccotel.tool.calls", [TOOL, "ccotel.tool.outcome"]),
  "Failed tool calls": sums("ccotel.tool.calls", [], isFailure),
  "Tool failure ratio": ratio(sums("ccotel.tool.calls", [], isFailure), sums("ccotel.tool.calls", [], ran)),
  "Failure ratio by tool": ratio(
    sums("ccotel.tool.calls", [TOOL], isFailure),
    sums("ccotel.tool.calls", [TOOL], ran),
  ),
  "Mean time of tool calls": ratio(
    sums("gen_ai.execute_tool.duration", [TOOL]),
    sums("gen_ai.execute_tool.duration", [TOOL], undefined, () => 1),
  ),
  Requests: isRequest,
  "Failed requests": sums("ccotel.api.errors"),
  Retries: sums("ccotel.api.retries"),
  "API error ratio": ratio(
    sums("gen_ai.client.operation.duration", [], hasError, () => 1),
    isRequest,
  ),
  "Failed requests by model and error": sums("ccotel.api.errors", [MODEL, "error.type"]),
  "Retries by model and error": sums("ccotel.api.retries", [MODEL, "error.type"]),
  Compactions: sums("ccotel.compactions"),
  "Compactions over time": sums("ccotel.compactions", ["ccotel.compaction.trigger"]),
  "Runs of subagents": sums("gen_ai.invoke_agent.duration", [AGENT], isSubagent, () => 1),
};

/** Sums of what was observed, by labels as Prometheus writes them. */
function sums(
  instrument: string,
  labels: string[] = [],
  where: (one: Observation) => boolean = () => true,
  amountOf: (one: Observation) => number = ({ value }) => value,
): Expected {
  return (observed) => {
    const found: Record<string, number> = {};
    for (const one of observed.filter((each) => each.instrument === instrument && where(each))) {
      const key = labels
        .filter((label) => one.attributes[label] !== undefined)
        .map((label) => `${label.replaceAll(".", "_")}=${one.attributes[label]}`)
        .sort()
        .join(" ");
      found[key] = (found[key] ?? 0) + amountOf(one);
    }
    return found;
  };
}

function ratio(part: Expected, whole: Expected): Expected {
  return (observed) => {
    const parts = part(observed);
    return Object.fromEntries(
      Object.entries(whole(observed)).map(([key, value]) => [key, (parts[key] ?? 0) / value]),
    );
  };
}

/** Two installations send their shares piece by piece, in the order of time, and something about their own exports. */
async function push(url: string, observed: Observation[]): Promise<Arrival[]> {
  const installations = dealt(observed, 2).map((share, index) => ({
    pieces: dealt(share, PUSHES.length),
    ...createInstallation(url, "cumulative", `installation-${index}`, T0 - MINUTE),
  }));
  for (const [push, atMs] of PUSHES.entries()) {
    for (const [index, { run, pieces }] of installations.entries()) {
      const own = [
        observation("otel.sdk.exporter.span.exported", 1, { "error.type": "503" }),
        observation("otel.sdk.exporter.metric_data_point.exported", 1, { "error.type": "503" }),
        observation("ccotel.backlog.age", 30, {}),
      ];
      await run(T0 + index * MINUTE + atMs, [...(pieces[push] ?? []), ...own], "well");
    }
  }
  return installations.flatMap(({ arrivals }) => arrivals);
}

/** Dealt like cards, so that every part has something of everything. */
function dealt<T>(items: T[], parts: number): T[][] {
  return Array.from({ length: parts }, (_, part) => items.filter((_, index) => index % parts === part));
}

function queryOf(title: string): string {
  const found = QUERIES.find((query) => query.title === title);
  if (found === undefined) throw new Error(`The dashboard has no panel called ${title}.`);
  return found.expr;
}

/** What Grafana puts in for its variables. */
function filled(expr: string, windowMs: number): string {
  return expr
    .replaceAll(/\$__(range|interval)\b/g, `${windowMs / 1000}s`)
    .replaceAll(/\$(job|instance)\b/g, ".*");
}

function totalOf(answer: Record<string, number>): number {
  return Object.values(answer).reduce((sum, value) => sum + value, 0);
}

/** The sum of all bars that a range query gives. */
async function bar({ url }: Prometheus, query: string, startMs: number, endMs: number, stepMs: number) {
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
