import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { INSTRUMENTS, type InstrumentName } from "../../../src/telemetry/metrics/instruments.ts";
import {
  counts,
  differences,
  type Expected,
  hasError,
  isCacheRead,
  isFailure,
  isPrompt,
  quantile,
  ran,
  ratio,
  sums,
  TOOL,
} from "../support/monitoring/figures.ts";
import { type Prometheus, startPrometheus } from "../support/monitoring/prometheus.ts";
import { arrivedIn, DAY, HOUR, MINUTE, push, T0 } from "../support/monitoring/pushed.ts";
import type { Arrival } from "../support/process.ts";
import { has, pathOf } from "../support/programs.ts";
import { ROOT, temporaryFolder } from "../support/tool.ts";

const FOLDER = join(ROOT, "examples/alerts");
const RULES = join(FOLDER, "ccotel-rules.yaml");
const alertsFile = readFileSync(join(FOLDER, "ccotel-alerts.yaml"), "utf8");

/** The instrument that each rule records, by the rule's name in Prometheus. */
const RECORDED: Record<string, InstrumentName> = {
  "ccotel:cost_usd:growth5m": "ccotel.cost",
  "ccotel:tokens:growth5m": "ccotel.tokens",
  "ccotel:sessions:growth5m": "ccotel.sessions",
  "ccotel:turns:growth5m": "ccotel.turns",
  "ccotel:tool_calls:growth5m": "ccotel.tool.calls",
  "ccotel:api_retries:growth5m": "ccotel.api.retries",
  "ccotel:compactions:growth5m": "ccotel.compactions",
  "ccotel:requests:growth5m": "gen_ai.client.operation.duration",
};
const RECORDED_BUCKETS: Record<string, InstrumentName> = {
  "ccotel:request_seconds_bucket:growth5m": "gen_ai.client.operation.duration",
  "ccotel:time_to_first_block_seconds_bucket:growth5m": "ccotel.time_to_first_block",
};
const MACHINES = "ccotel:machine_seen:1h";

const REQUEST = "gen_ai.client.operation.duration";
const cacheHits = ratio(sums("ccotel.tokens", [], isCacheRead), sums("ccotel.tokens", [], isPrompt));

/** For each alert, its window and the figure that it compares with its limit. */
const FIGURES: Record<string, { windowMs: number; expected: Expected }> = {
  CcotelSpendOfAnHour: { windowMs: HOUR, expected: sums("ccotel.cost") },
  CcotelSpendOfADay: { windowMs: DAY, expected: sums("ccotel.cost") },
  CcotelToolFails: {
    windowMs: HOUR,
    expected: ratio(sums("ccotel.tool.calls", [TOOL], isFailure), sums("ccotel.tool.calls", [TOOL], ran)),
  },
  CcotelApiErrors: { windowMs: HOUR, expected: ratio(counts(REQUEST, [], hasError), counts(REQUEST)) },
  CcotelCacheHitsFall: { windowMs: 2 * HOUR, expected: cacheHits },
  CcotelCompactions: { windowMs: HOUR, expected: ratio(sums("ccotel.compactions"), sums("ccotel.turns")) },
};

/** Alerts with a separate test: those on machines in this file, the one on sessions in alerts-session-cost.test.ts. */
const ELSEWHERE = ["CcotelMachineSilent", "CcotelNothingArrives", "CcotelSessionOverLimit"];

/** Times at which the rules ran, relative to the first push. Their windows end at these times. */
const ENDS = [
  { name: "in the first pushes", atMs: HOUR },
  { name: "at their end", atMs: 2 * HOUR },
  { name: "in the night", atMs: 12 * HOUR },
  { name: "when the night has ended", atMs: 20 * HOUR + 10 * MINUTE },
  { name: "a day later", atMs: 25 * HOUR },
];

describe.skipIf(!has("prometheus", "promtool"))("rules and alerts over pushed metrics", () => {
  const arrivals: Arrival[] = [];
  let recorded: Prometheus;

  // promtool runs the unchanged rules over a past time and the points of a real Prometheus. A second Prometheus has the
  // recorded values.
  beforeAll(async () => {
    const pushed = await startPrometheus();
    arrivals.push(...(await push(pushed.url)));
    const data = temporaryFolder();
    const range = [`--start=${T0 / 1000 - 3600}`, `--end=${T0 / 1000 + 30 * 3600}`];
    const from = [`--url=${new URL(pushed.url).origin}`, `--output-dir=${data}`, "--quiet"];
    const args = ["tsdb", "create-blocks-from", "rules", ...range, ...from, RULES];
    await promisify(execFile)(pathOf("promtool"), args);
    await pushed.stop();
    recorded = await startPrometheus([], undefined, data);
  });
  afterAll(() => recorded?.stop());

  /** The last run of the rules: every five minutes, with an offset that promtool derives from the group's name. */
  async function endOf(atMs: number): Promise<number> {
    const last = "max(max_over_time(timestamp(ccotel:cost_usd:growth5m)[1h:15s]))";
    const [ranAt] = Object.values(await recorded.query(last, T0 + HOUR));
    const ranMs = Number(ranAt) * 1000;
    return ranMs + Math.floor((T0 + atMs - ranMs) / (5 * MINUTE)) * 5 * MINUTE;
  }

  test("every rule and every alert has an expected figure", () => {
    const rules = [...readFileSync(RULES, "utf8").matchAll(/- record: (\S+)/g)].map(([, name]) => name);
    expect([...Object.keys(RECORDED), ...Object.keys(RECORDED_BUCKETS), MACHINES].sort()).toEqual(
      rules.sort(),
    );
    const alerts = [...alertsFile.matchAll(/- alert: (\S+)/g)].map(([, name]) => name);
    expect([...Object.keys(FIGURES), ...ELSEWHERE].sort()).toEqual([...new Set(alerts)].sort());
  });

  test("every rule has recorded values", async () => {
    const endMs = await endOf(25 * HOUR);
    for (const rule of [...Object.keys(RECORDED), ...Object.keys(RECORDED_BUCKETS)]) {
      const [sum = 0] = Object.values(await recorded.query(`sum(sum_over_time(${rule}[1d]))`, endMs));
      expect(sum, rule).toBeGreaterThan(0);
    }
  });

  describe.each(ENDS)("$name", ({ atMs }) => {
    test.each([5 * MINUTE, HOUR, DAY])(
      "each rule recorded the points of the last %d ms",
      async (windowMs) => {
        const endMs = await endOf(atMs);
        const observed = arrivedIn(arrivals, endMs - windowMs, endMs);
        for (const [rule, instrument] of Object.entries(RECORDED)) {
          const isHistogram = INSTRUMENTS[instrument].kind === "histogram";
          const labels = [...new Set(observed.flatMap(({ attributes }) => Object.keys(attributes)))];
          const expected = isHistogram ? counts(instrument, labels) : sums(instrument, labels);
          const query = `sum without (job) (sum_over_time(${rule}[${windowMs}ms]))`;
          expect(differences(await recorded.query(query, endMs), expected(observed)), rule).toEqual([]);
        }
        for (const [rule, instrument] of Object.entries(RECORDED_BUCKETS)) {
          const buckets = `sum by (le, gen_ai_request_model) (sum_over_time(${rule}[${windowMs}ms]))`;
          const expected = quantile(0.9, instrument, ["gen_ai.request.model"]);
          const actual = await recorded.query(`histogram_quantile(0.9, ${buckets})`, endMs);
          expect(differences(actual, expected(observed)), rule).toEqual([]);
        }
      },
    );

    test.each(alerts().filter(({ name }) => !ELSEWHERE.includes(name)))(
      "$name compares the figure of the transcripts ($severity)",
      async ({ name, expr }) => {
        const endMs = await endOf(atMs);
        const { windowMs = 0, expected: figureOf = () => ({}) } = FIGURES[name] ?? {};
        const expected = ofJob(figureOf(arrivedIn(arrivals, endMs - windowMs, endMs)));
        expect(differences(await recorded.query(withoutLimits(expr), endMs), expected)).toEqual([]);
        // The alert compares the cache hit ratio with that of a week, which here contains all earlier points.
        const before = cacheHits(arrivedIn(arrivals, 0, endMs));
        if (name === "CcotelCacheHitsFall") {
          const week = expr.replace(/^[\s\S]*0\.7 \* /, "").replace(/\nand [\s\S]*/, "");
          expect(differences(await recorded.query(week, endMs), ofJob(before))).toEqual([]);
        }
      },
    );
  });

  test("one machine is silent after four days, all of them after three, and neither alert fires earlier", async () => {
    const [silent, nothing] = ["CcotelMachineSilent", "CcotelNothingArrives"].map(
      (name) => alerts().find((alert) => alert.name === name)?.expr ?? "",
    );
    // The alert needs five machines. The test has two.
    const two = nothing?.replace(">= 5", ">= 2") ?? "";
    const last = T0 + 22 * HOUR;
    const both = {
      "instance=installation-0 job=claude-code": 1,
      "instance=installation-1 job=claude-code": 1,
    };
    expect(await recorded.query(silent ?? "", last + DAY)).toEqual({});
    expect(await recorded.query(silent ?? "", last + 3.9 * DAY)).toEqual({});
    expect(await recorded.query(silent ?? "", last + 4.2 * DAY)).toEqual(both);
    expect(await recorded.query(silent ?? "", last + 15 * DAY)).toEqual({});
    expect(await recorded.query(two, last + 2.9 * DAY)).toEqual({});
    expect(await recorded.query(two, last + 3.2 * DAY)).toEqual({ "job=claude-code": 2 });
    expect(await recorded.query(nothing ?? "", last + 3.2 * DAY)).toEqual({});
  });
});

interface Alert {
  name: string;
  severity: string;
  expr: string;
}

/** The alerts of the file. */
function alerts(): Alert[] {
  const found = alertsFile.matchAll(
    /- alert: (\w+)\n {8}expr: \|-\n((?: {10}.*\n)+)[\s\S]*?severity: "(\w+)"/g,
  );
  return [...found].map(([, name = "", lines = "", severity = ""]) => ({
    name,
    severity,
    expr: lines.trimEnd().replaceAll(/^ {10}/gm, ""),
  }));
}

/** The expression with limits that every value exceeds, so that it returns its figure. */
function withoutLimits(expr: string): string {
  return expr
    .replace(/ > [\d.]+(?=\nand |$)/, " >= 0")
    .replace(/ < 0\.7 \* .*/, " >= 0")
    .replace(/ >= [\de.]+$/, " >= 0");
}

function ofJob(figures: Record<string, number>): Record<string, number> {
  return Object.fromEntries(
    Object.entries(figures).map(([labels, value]) => [`${labels} job=claude-code`.trim(), value]),
  );
}
