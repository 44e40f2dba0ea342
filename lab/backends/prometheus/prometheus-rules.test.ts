import { describe, expect, test } from "vitest";
import { countsOf } from "../../../src/session/sums/rows.ts";
import { summarize } from "../../../src/session/sums/summary.ts";
import { readWhole } from "../../../test/support/read-files.ts";
import { OPTIONS, type Recording, recordings, transcriptsOf } from "../../../test/support/recordings.ts";
import { eventually } from "../support/eventually.ts";
import { faster, monitoring } from "../support/monitoring/monitoring.ts";
import { type Prometheus, startPrometheus } from "../support/monitoring/prometheus.ts";
import { startSink } from "../support/monitoring/sink.ts";
import { has } from "../support/programs.ts";
import { started } from "../support/started.ts";
import { installation, ROOT } from "../support/tool.ts";

/** Time runs faster by this factor: five minutes of the rules are 3 seconds, a day is about 15 minutes. */
const FACTOR = 100;
const HOUR_MS = 3_600_000 / FACTOR;

describe.skipIf(!has("prometheus"))("a running Prometheus with prometheus.yaml", () => {
  test("loads the rules and alerts of this repository", async () => {
    const prometheus = await started(
      startPrometheus([], `${ROOT}/collector-config/prometheus/prometheus.yaml`),
    );
    const groups = await groupsOf(prometheus);
    expect(groups.map(({ name }) => name).sort()).toEqual([
      "ccotel-alerts",
      "ccotel-growth",
      "ccotel-machine-alerts",
      "ccotel-machines",
      "ccotel-session-alerts",
    ]);
  });

  test("records the exports of two machines for the last hour and the day", async () => {
    const prometheus = await started(startPrometheus([], monitoring({ rules: faster(FACTOR) })));
    const elsewhere = await started(startSink());
    const env = { CCOTEL_METRICS_ENDPOINT: prometheus.url };
    const machines = [installation(elsewhere.url, { env }), installation(elsewhere.url, { env })];
    const parts = [0, 1, 2, 3].map((part) => recordings().filter((_, index) => index % 4 === part));
    const count = async (machine: number, part: number) => {
      await machines[machine]?.export(pathsOf(parts[part]), ["--metrics"]);
    };
    const recorded = async (window: string) => {
      const rule = "sum(sum_over_time(ccotel:cost_usd:growth5m";
      return (await prometheus.query(`${rule}[${window}]))`, Date.now()))[""] ?? 0;
    };
    const isNow = (window: string, ...of: number[]) =>
      eventually(async () => {
        const expected = of.reduce((sum, part) => sum + costOf(parts[part]), 0);
        expect(Math.abs((await recorded(window)) - expected), window).toBeLessThan(1e-6);
      }, HOUR_MS);

    await count(0, 0);
    await count(1, 1);
    await isNow(`${HOUR_MS}ms`, 0, 1);
    // More than an hour of the rules' time passes.
    await new Promise((resolve) => setTimeout(resolve, HOUR_MS));
    await isNow(`${HOUR_MS}ms`);
    await count(1, 2);
    await count(0, 3);
    await isNow(`${HOUR_MS}ms`, 2, 3);
    await isNow(`${24 * HOUR_MS}ms`, 0, 1, 2, 3);
    for (const { name, rules } of await groupsOf(prometheus)) {
      for (const { health, lastError } of rules) expect(health, `${name}: ${lastError}`).not.toBe("err");
    }
  });
});

function pathsOf(of: Recording[] = []): string[] {
  return of.map(({ folder }) => folder);
}

/** The cost of the recorded sessions in the transcripts. */
function costOf(of: Recording[] = []): number {
  const finished = of.flatMap((each) => transcriptsOf(each).flatMap((path) => readWhole(path, OPTIONS)));
  return countsOf(summarize(finished).rows).costUsd;
}

async function groupsOf({ url }: Prometheus) {
  const response = await fetch(new URL("/api/v1/rules", url));
  const { data } = (await response.json()) as {
    data: { groups: { name: string; rules: { health: string; lastError?: string }[] }[] };
  };
  return data.groups;
}
