import { readFileSync } from "node:fs";
import { beforeAll, describe, expect, onTestFinished, test } from "vitest";
import type { ReceivedMetrics } from "../../../src/collector/decode.ts";
import { createAppraiser } from "../../../src/pricing/price-request.ts";
import type { Finished } from "../../../src/session/model.ts";
import { noCounts } from "../../../src/session/sums/counts.ts";
import { countsOf, groupRows } from "../../../src/session/sums/rows.ts";
import { summarize } from "../../../src/session/sums/summary.ts";
import { buildWorker, type Lab, lab } from "../../../test/support/lab.ts";
import { readWhole } from "../../../test/support/read-files.ts";
import { recording, sessionIdOf, transcriptsOf } from "../../../test/support/recordings.ts";
import { type Prometheus, startPrometheus } from "../support/monitoring/prometheus.ts";
import { docQuery } from "../support/monitoring/queries.ts";
import { type WatchedProxy, watch } from "../support/monitoring/watched-proxy.ts";
import { has } from "../support/programs.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** `crash`: the worker is killed after the store has accepted its values and before it receives the answer. */
type Fate = "well" | "answer lost" | "outage" | "crash";

/** Ten workers for three sessions, each a separate process at its own time. Each one sends a session's next turn. */
const WORKERS: [atMs: number, session: number, fate: Fate][] = [
  [0, 0, "well"],
  [3 * MINUTE, 1, "well"],
  [4 * MINUTE, 0, "answer lost"],
  [20 * MINUTE, 1, "crash"],
  [45 * MINUTE, 0, "well"],
  [DAY, 2, "well"],
  [DAY + 10 * MINUTE, 0, "outage"],
  [2 * DAY, 1, "well"],
  [2 * DAY + MINUTE, 2, "answer lost"],
  [2 * DAY + 30 * MINUTE, 0, "well"],
];

/** The recording that each session copies, and the model name written into the copy. */
const SESSIONS = [
  { name: "usage-variants", model: "claude-opus-5-5" },
  { name: "tui-rewind", model: "claude-haiku-4-5" },
  { name: "01-two-turns", model: "claude-sonnet-4-5" },
];

/** End and length of each window. Ends are in ms since the first worker. */
const WINDOWS: [endMs: number, lengthMs: number][] = [
  [3 * DAY, 3 * DAY + HOUR],
  [3 * DAY, 2 * DAY - HOUR],
  [3 * DAY, DAY + HOUR],
  [2 * DAY + HOUR, 40 * MINUTE],
  [2 * DAY + 15 * MINUTE, 30 * MINUTE],
  [DAY + 12 * HOUR, 13 * HOUR],
  [DAY + HOUR, DAY - HOUR],
  [HOUR, 30 * MINUTE],
  [HOUR, 50 * MINUTE],
  [10 * MINUTE, 8 * MINUTE],
];

describe.skipIf(!has("prometheus"))("ten workers, a crash, an outage and lost answers", () => {
  beforeAll(buildWorker);

  test.each(["cumulative", "delta"] as const)(
    "the queries give the totals of the transcripts: %s",
    { timeout: 120_000 },
    async (temporality) => {
      const native = temporality === "delta" ? ["otlp-native-delta-ingestion"] : [];
      const prometheus = await startPrometheus(native);
      onTestFinished(() => prometheus.stop());
      const proxy = await watch(prometheus.url);
      onTestFinished(() => proxy.close());
      const machine = lab("http://127.0.0.1:1");
      const t0 = Math.floor((Date.now() - 4 * DAY) / 1000) * 1000;
      const turns = await runWorkers(machine, proxy, t0, temporality);

      expect(machine.log()).not.toContain("damaged");
      for (const [endMs, lengthMs] of WINDOWS) {
        const inside = turns.filter(({ atMs }) => atMs > t0 + endMs - lengthMs && atMs <= t0 + endMs);
        await expectExact(
          prometheus,
          inside.map(({ piece }) => piece),
          t0 + endMs,
          lengthMs,
          temporality,
        );
      }
      // Everything in the transcripts has arrived.
      const whole = SESSIONS.flatMap((_, session) =>
        readWhole(machine.transcript(sessionIds[session] ?? ""), PRICED),
      );
      expect(turns.map(({ piece }) => piece)).toHaveLength(
        whole.filter(({ type }) => type === "turn").length,
      );
    },
  );
});

const PRICED = { appraise: createAppraiser() };
const sessionIds = SESSIONS.map(({ name }) => sessionIdOf(transcriptsOf(recording(name))[0] ?? ""));

/** Runs all workers. Returns every turn with the time of the points that contain it. */
async function runWorkers(machine: Lab, proxy: WatchedProxy, t0: number, temporality: string) {
  const chunks = SESSIONS.map(({ name, model }) => chunksOf(name, model));
  const written: number[] = [0, 0, 0];
  let due: { session: number; index: number }[] = [];
  const arrived: { session: number; index: number; atMs: number }[] = [];
  let seen = 0;
  for (const [index, [atMs, session, fate]] of WORKERS.entries()) {
    const id = sessionIds[session] ?? "";
    const isLast = !WORKERS.slice(index + 1).some(([, other]) => other === session);
    const next = isLast ? (chunks[session] ?? []).splice(0) : (chunks[session] ?? []).splice(0, 1);
    machine.write(id, next.flat());
    machine.event(id, { promptId: undefined });
    for (const _ of next) due.push({ session, index: written[session]!++ });
    if (fate === "outage") await proxy.close();
    const worker = machine.start({
      CCOTEL_TRACES: "off",
      CCOTEL_METRICS: "on",
      CCOTEL_METRICS_ENDPOINT: proxy.url,
      CCOTEL_METRICS_TEMPORALITY: temporality,
      CLOCK_OFFSET_MS: String(t0 + atMs - Date.now()),
    });
    proxy.treat = (metrics) => {
      const isValues = turnsIn(proxy.taken, temporality) > seen;
      if (!isValues) return "pass";
      seen = turnsIn(proxy.taken, temporality);
      const endMs = Number((metrics[0]?.metrics[0]?.points[0]?.endNs ?? 0n) / 1_000_000n);
      arrived.push(...due.map((turn) => ({ ...turn, atMs: endMs })));
      due = [];
      if (fate === "crash") worker.kill("SIGKILL");
      return fate === "well" ? "pass" : "lose";
    };
    await new Promise((resolve) => worker.once("close", resolve));
    if (fate === "outage") await proxy.open();
  }
  const turns = SESSIONS.map((_, session) =>
    readWhole(machine.transcript(sessionIds[session] ?? ""), PRICED).filter(({ type }) => type === "turn"),
  );
  return arrived.map(({ session, index, atMs }) => ({ atMs, piece: turns[session]?.[index] as Finished }));
}

/** Lines of a transcript, one list for each turn up to its end record. Lines after it are in the next list. */
function chunksOf(name: string, model: string): string[][] {
  const text = readFileSync(transcriptsOf(recording(name))[0] ?? "", "utf8").replaceAll(
    "claude-opus-5-5",
    model,
  );
  const chunks: string[][] = [[]];
  for (const line of text.split(/(?<=\n)/)) {
    if (
      chunks.at(-1)?.some((earlier) => earlier.includes('"stop_hook_summary"')) &&
      line.includes('"turnOrigin"')
    ) {
      chunks.push([]);
    }
    chunks.at(-1)?.push(line);
  }
  return chunks;
}

/** The number of turns in the store. */
function turnsIn(taken: ReceivedMetrics[][], temporality: string): number {
  const values = taken.map((request) =>
    request
      .flatMap(({ metrics }) => metrics)
      .filter(({ name }) => name === "ccotel.turns")
      .flatMap(({ points }) => points),
  );
  if (temporality === "delta") {
    // A repeated request has the same time.
    const points = new Map(
      values.flat().map((point) => [`${point.endNs}${JSON.stringify(point.attributes)}`, point]),
    );
    return [...points.values()].reduce((sum, { value }) => sum + Number(value), 0);
  }
  const latest = new Map(
    values.flat().map((point) => [JSON.stringify(point.attributes), Number(point.value)]),
  );
  return [...latest.values()].reduce((sum, value) => sum + value, 0);
}

async function expectExact(
  prometheus: Prometheus,
  turns: Finished[],
  endMs: number,
  lengthMs: number,
  temporality: string,
): Promise<void> {
  const { rows } = summarize(turns);
  const models = groupRows(rows, ({ model }) => model);
  const ask = async (title: string) => {
    const exact = docQuery(title);
    const by = /sum by \([^)]*\)/.exec(exact)?.[0];
    const name = /\w+_total/.exec(exact)?.[0];
    const promql = temporality === "delta" ? `${by} (sum_over_time(${name}[1d]))` : exact;
    return prometheus.query(promql.replaceAll(/\b1d\b/g, `${lengthMs}ms`), endMs);
  };
  const cost = await ask("cost by model, USD");
  const tokens = await ask("tokens by model and type");
  for (const { model } of SESSIONS) {
    const of = models.get(model) ?? noCounts();
    const key = `gen_ai_request_model=${model}`;
    expect(Math.abs((cost[key] ?? 0) - of.costUsd)).toBeLessThan(1e-9);
    const expected = {
      uncached_input: of.input,
      output: of.output,
      cache_read: of.cacheRead,
      cache_write_5m: of.cacheWrite5m,
      cache_write_1h: of.cacheWrite1h,
    };
    for (const [type, count] of Object.entries(expected)) {
      expect(tokens[`ccotel_token_type=${type} ${key}`] ?? 0, `${type} of ${model}`).toBe(count);
    }
  }
  const total = (answer: Record<string, number>) =>
    Object.values(answer).reduce((sum, value) => sum + value, 0);
  expect(total(await ask("turns by outcome"))).toBe(turns.length);
  expect(total(await ask("tool calls by tool and outcome"))).toBe(countsOf(rows).toolCalls);
}
