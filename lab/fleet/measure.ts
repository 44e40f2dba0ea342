import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { KEEP_ALL, SHIPPED } from "./policy.ts";
import { recordedSessions } from "./recorded.ts";
import { type RunOptions, type RunResult, run, type Use } from "./runs.ts";
import { countSeries } from "./series.ts";
import { figure, table } from "./table.ts";
import { type WireUse, wireUse } from "./wire.ts";

export interface Sizes {
  /** Number of machines in the run that measures. */
  machines: number;
  /** Number of machines in each run that kills a Collector. */
  killed: number;
  /** Number of machines in the larger of the two runs with Prometheus. */
  series: number;
}

/** Makes all measurements of docs/operate/fleet.md and prints its tables. Returns false if required data was lost. */
export async function measure(root: string, sizes: Sizes): Promise<boolean> {
  const sessions = recordedSessions(join(root, "fixtures/sessions"));
  const folder = mkdtempSync(join(tmpdir(), "ccotel-fleet-"));
  const configs = join(root, "collector-config/gateway");
  let folders = 0;
  const ownFolder = () => {
    const own = join(folder, String(folders++));
    mkdirSync(own);
    return own;
  };
  const runOf = (options: Omit<RunOptions, "configs" | "folder" | "sessions">) =>
    run({ configs, folder: ownFolder(), sessions, ...options });
  try {
    const cores = cpus();
    console.log(`${cores.length} cores, ${cores[0]?.model}\n`);
    showWire(wireUse(sessions));

    const policy = SHIPPED;
    const machines = sizes.machines;
    const traces = await runOf({ machines, policy, victim: "nobody", signals: ["traces"] });
    const metrics = await runOf({ machines, policy, victim: "nobody", signals: ["metrics"] });
    showLoad(machines, traces, metrics);

    const kills: [string, Omit<RunOptions, "configs" | "folder" | "sessions" | "machines">][] = [
      ["nobody, all kept", { policy: KEEP_ALL, victim: "nobody" }],
      ["a sampler, all kept", { policy: KEEP_ALL, victim: "sampler" }],
      ["the balancer, all kept", { policy: KEEP_ALL, victim: "balancer" }],
      ["a sampler, as shipped", { policy: SHIPPED, victim: "sampler" }],
      [
        "a sampler that only has tail sampling",
        { policy: KEEP_ALL, victim: "sampler", onlyTailSampling: true },
      ],
    ];
    const results: [string, RunResult][] = [];
    for (const [title, options] of kills) {
      results.push([title, await runOf({ machines: sizes.killed, ...options })]);
    }
    showKills(sizes.killed, results);

    const counts = [];
    for (const count of [sizes.series / 2, sizes.series]) {
      counts.push(
        await countSeries({ root, folder: ownFolder(), sessions, machines: count, sessionsEach: 8 }),
      );
    }
    console.log(
      `${table(
        [
          "machines, 8 sessions each",
          "raw series",
          "a machine",
          "of them buckets",
          "counters",
          "recorded series",
          "Prometheus, peak MB",
        ],
        counts.map(({ machines, raw, buckets, counters, recorded, peakBytes }) => [
          figure(machines),
          figure(raw),
          figure(raw / machines),
          figure(buckets / machines),
          figure(counters / machines),
          figure(recorded),
          figure(peakBytes / 1e6),
        ]),
      )}\n`,
    );
    console.log(`The load generator: at most ${figure(process.resourceUsage().maxRSS / 1000)} MB.`);
    return [traces, ...results.slice(0, -1).map(([, result]) => result)].every(
      ({ lost, unexpected }) => lost.marked === 0 && unexpected === 0,
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function showWire(use: WireUse): void {
  const each = (value: number) => figure(value / use.sessions, 1);
  console.log(
    `${table(
      ["a session (mean of the recordings)", "traces", "metrics"],
      [
        ["turns", each(use.turns), ""],
        ["spans, points", each(use.spans), each(use.points)],
        ["requests", each(use.traceRequests), each(use.metricRequests)],
        ["bytes", figure(use.traceRaw / use.sessions), figure(use.metricRaw / use.sessions)],
        ["bytes after gzip", figure(use.traceBytes / use.sessions), figure(use.metricBytes / use.sessions)],
      ],
    )}\n`,
  );
}

function showLoad(machines: number, traces: RunResult, metrics: RunResult): void {
  const { spans, requests } = traces.played;
  const samplers = sum(traces.samplers);
  console.log(
    `${figure(machines)} machines; traces: ${figure(spans)} spans in ${figure(requests)} requests, ` +
      `${figure(traces.played.seconds)} s, ${figure(traces.stored.spans.size)} kept, ` +
      `${traces.stored.duplicates} twice, lost: ${JSON.stringify(traces.lost)}, unexpected: ${traces.unexpected}; ` +
      `metrics: ${figure(metrics.played.points)} points in ${figure(metrics.played.requests)} requests, ` +
      `${figure(metrics.played.seconds)} s, ${figure(metrics.stored.points)} stored\n`,
  );
  const row = (name: string, what: number, how: number, use: Use) => [
    name,
    figure(what / use.cpuSeconds),
    figure(how / use.cpuSeconds),
    figure(use.cpuSeconds, 1),
    figure(use.peakBytes / 1e6),
  ];
  console.log(
    `${table(
      ["tier", "spans or points a core-second", "requests a core-second", "core-seconds", "peak MB of one"],
      [
        row("balancer, traces", spans, requests, traces.balancer),
        row("samplers, traces", spans, requests, samplers),
        row("balancer, metrics", metrics.played.points, metrics.played.requests, metrics.balancer),
      ],
    )}\n`,
  );
}

function sum(uses: Use[]): Use {
  return {
    cpuSeconds: uses.reduce((total, { cpuSeconds }) => total + cpuSeconds, 0),
    peakBytes: Math.max(...uses.map(({ peakBytes }) => peakBytes)),
  };
}

function showKills(machines: number, results: [string, RunResult][]): void {
  console.log(
    `${table(
      [
        `killed, ${figure(machines)} machines`,
        "acknowledged",
        "to keep",
        "stored",
        "lost",
        "twice",
        "sent again",
      ],
      results.map(([title, { played, stored, lost }]) => [
        title,
        figure(played.spans),
        figure(played.marked.size + played.late.size),
        figure(stored.spans.size),
        figure(lost.marked + lost.late),
        figure(stored.duplicates),
        figure(played.retries),
      ]),
    )}\n`,
  );
}
