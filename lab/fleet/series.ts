import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { startGateway } from "./gateway.ts";
import { type Fleet, play } from "./play.ts";
import { SHIPPED } from "./policy.ts";
import { freePort, type Program, startProgram } from "./program.ts";
import { startSink } from "./sink.ts";

export interface SeriesCount {
  machines: number;
  /** Number of series in the store from machines, each with its machine's id. */
  raw: number;
  /** Of these, buckets of histograms. */
  buckets: number;
  /** Of these, series that do not belong to a histogram. */
  counters: number;
  /** Number of series of the recording rules, which drop the machine's label. */
  recorded: number;
  /** Peak memory of the store, which contains nothing else. */
  peakBytes: number;
}

export interface SeriesOptions {
  /** The repository. */
  root: string;
  /** An empty folder. */
  folder: string;
  sessions: Fleet["sessions"];
  machines: number;
  sessionsEach: number;
}

/** Lets machines push through the first tier to a real Prometheus with ccotel's rules, and counts its series. */
export async function countSeries(options: SeriesOptions): Promise<SeriesCount> {
  const { root, folder, sessions, machines, sessionsEach } = options;
  const { prometheus, url } = await startPrometheus(root, folder);
  const sink = await startSink();
  const gateway = await startGateway({
    configs: join(root, "collector-config/gateway"),
    folder,
    backend: sink.url,
    metricsBackend: `${url}/api/v1/otlp`,
    samplers: 1,
    policy: SHIPPED,
  });
  try {
    const headers = { authorization: `Bearer ${gateway.token}` };
    const { ca } = gateway;
    await play({
      url: gateway.url,
      headers,
      ca,
      sessions,
      machines,
      sessionsEach,
      policy: SHIPPED,
      signals: ["metrics"],
    });
    const raw = () => count(url, '{instance!=""}');
    const buckets = () => count(url, '{instance!="", le!=""}');
    const counters = () => count(url, '{instance!="", __name__!~".+_(bucket|sum|count)"}');
    const recorded = () => count(url, '{__name__=~"ccotel:.+"}');
    return {
      machines,
      raw: await unchanging(raw),
      buckets: await buckets(),
      counters: await counters(),
      recorded: await unchanging(recorded),
      peakBytes: prometheus.peakBytes(),
    };
  } finally {
    await Promise.all([gateway.stop(), prometheus.kill()]);
    sink.close();
  }
}

/** Runs the rules every few seconds instead of minutes. They record the same series. */
async function startPrometheus(root: string, folder: string): Promise<{ prometheus: Program; url: string }> {
  const rules = readFileSync(join(root, "examples/alerts/ccotel-rules.yaml"), "utf8");
  mkdirSync(join(folder, "rules"));
  const often = rules
    .replaceAll(/interval: \d+m/g, "interval: 5s")
    .replaceAll(/query_offset: \d+m/g, "query_offset: 0s");
  writeFileSync(join(folder, "rules/ccotel-rules.yaml"), often);
  const config = readFileSync(join(root, "collector-config/prometheus/prometheus.yaml"), "utf8");
  writeFileSync(join(folder, "prometheus.yaml"), config);
  const address = `127.0.0.1:${await freePort()}`;
  const prometheus = await startProgram({
    name: "prometheus",
    args: [
      `--config.file=${join(folder, "prometheus.yaml")}`,
      `--storage.tsdb.path=${join(folder, "data")}`,
      `--web.listen-address=${address}`,
      "--web.enable-otlp-receiver",
    ],
    env: {},
    cwd: folder,
    health: `http://${address}/-/ready`,
  });
  return { prometheus, url: `http://${address}` };
}

/** The number of series that match the selector now. */
async function count(url: string, selector: string): Promise<number> {
  const query = new URLSearchParams({ query: `count(${selector})` });
  const response = await fetch(`${url}/api/v1/query?${query}`);
  const answer = (await response.json()) as { data: { result: { value: [number, string] }[] } };
  return Number(answer.data.result[0]?.value[1] ?? 0);
}

/** Waits until a figure no longer changes, that is, until the gateway's queue is empty. */
async function unchanging(ask: () => Promise<number>): Promise<number> {
  let last = await ask();
  let same = 0;
  for (const until = Date.now() + 120_000; same < 12 && Date.now() < until; ) {
    await sleep(1_000);
    const now = await ask();
    same = now === last && now > 0 ? same + 1 : 0;
    last = now;
  }
  return last;
}
