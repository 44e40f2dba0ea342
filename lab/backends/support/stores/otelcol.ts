import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { freePort, pathOf, type Running, start } from "../programs.ts";
import { type Env, ROOT, temporaryFolder } from "../tool.ts";
import { type OtlpAttribute, type OtlpTraces, plain, type StoredSpan, spansIn } from "./stored.ts";

const FOLDER = join(ROOT, "collector-config/collector");

/** The file that needs a connector of another Collector version. */
export const SESSION_COST = "session-cost.yaml";

/** The names of the Collector's files without the one above. */
export function collectorFiles(): string[] {
  return readdirSync(FOLDER).filter((name) => name.endsWith(".yaml") && name !== SESSION_COST);
}

export function collectorFile(name: string): string {
  return join(FOLDER, name);
}

export interface Collector extends Running {
  /** Its OTLP endpoint. */
  url: string;
}

/** Starts a Collector with unchanged files. Environment variables set its ports and folders. */
export async function startCollector(
  files: string | string[],
  env: Env = {},
  port?: number,
  program = "otelcol",
): Promise<Collector> {
  const [otlp, health] = await Promise.all([port ?? freePort(), freePort()]);
  const running = await start(
    program,
    () => [files].flat().flatMap((name) => ["--config", collectorFile(name)]),
    async () => (await fetch(`http://127.0.0.1:${health}`)).ok,
    {
      env: (folder) => ({
        OTLP_HTTP: `127.0.0.1:${otlp}`,
        HEALTH: `127.0.0.1:${health}`,
        QUEUE_FOLDER: join(folder, "queue"),
        ...env,
      }),
    },
  );
  return { ...running, url: `http://127.0.0.1:${otlp}` };
}

export interface Backend extends Collector {
  /** Everything received since its start or the last `empty`. */
  received(): Received;
  /** Deletes the received data. */
  empty(): void;
}

export interface Received {
  spans: StoredSpan[];
  points: Point[];
  events: Record<string, unknown>[];
}

export interface Point {
  metric: string;
  temporality: "delta" | "cumulative" | undefined;
  attributes: Record<string, unknown>;
  resource: Record<string, unknown>;
  /** Value of a counter or gauge, sum of a histogram. */
  value: number;
}

/** Starts a Collector with file.yaml: a backend that accepts everything and writes it to a file. */
export async function startFileBackend(port?: number): Promise<Backend> {
  const file = join(temporaryFolder(), "received.jsonl");
  const collector = await startCollector("file.yaml", { FILE: file }, port);
  let from = 0;
  const lines = () => readLines(file);
  return {
    ...collector,
    received: () => parse(lines().slice(from)),
    empty() {
      from = lines().length;
    },
  };
}

function readLines(file: string): string[] {
  try {
    // Drop the last line: it may be incomplete.
    return readFileSync(file, "utf8").split("\n").slice(0, -1);
  } catch {
    return [];
  }
}

function parse(lines: string[]): Received {
  const requests = lines.map((line) => JSON.parse(line) as OtlpRequest);
  return {
    spans: requests.flatMap(({ resourceSpans }) =>
      resourceSpans === undefined ? [] : spansIn({ resourceSpans }),
    ),
    points: requests.flatMap(({ resourceMetrics = [] }) => resourceMetrics.flatMap(pointsIn)),
    events: requests.flatMap(({ resourceLogs = [] }) =>
      resourceLogs.flatMap(({ scopeLogs }) =>
        scopeLogs.flatMap(({ logRecords }) => logRecords.map(({ attributes }) => plain(attributes))),
      ),
    ),
  };
}

interface OtlpRequest extends Partial<OtlpTraces> {
  resourceMetrics?: OtlpMetrics[];
  resourceLogs?: { scopeLogs: { logRecords: { attributes?: OtlpAttribute[] }[] }[] }[];
}

interface OtlpMetrics {
  resource: { attributes?: OtlpAttribute[] };
  scopeMetrics: {
    metrics: { name: string; sum?: OtlpSeries; gauge?: OtlpSeries; histogram?: OtlpSeries }[];
  }[];
}

interface OtlpSeries {
  aggregationTemporality?: 1 | 2;
  dataPoints: { attributes?: OtlpAttribute[]; asDouble?: number; asInt?: string; sum?: number }[];
}

function pointsIn({ resource, scopeMetrics }: OtlpMetrics): Point[] {
  return scopeMetrics.flatMap(({ metrics }) =>
    metrics.flatMap(({ name, ...kinds }) => {
      const { aggregationTemporality, dataPoints } = kinds.sum ??
        kinds.histogram ??
        kinds.gauge ?? { dataPoints: [] };
      return dataPoints.map((point) => ({
        metric: name,
        temporality: aggregationTemporality && TEMPORALITY[aggregationTemporality],
        attributes: plain(point.attributes),
        resource: plain(resource.attributes),
        value: Number(point.asDouble ?? point.asInt ?? point.sum ?? 0),
      }));
    }),
  );
}

const TEMPORALITY = { 1: "delta", 2: "cumulative" } as const;

/** The cost in USD in spans or points, both ccotel's and native ones. */
export function costOf(items: readonly (StoredSpan | Point)[]): number {
  return items.reduce((sum, item) => {
    if (!("metric" in item)) return sum + Number(item.attributes["gen_ai.usage.cost"] ?? 0);
    return item.metric === "ccotel.cost" || item.metric === "claude_code.cost.usage" ? sum + item.value : sum;
  }, 0);
}

/** A configuration as the Collector parses it, with its defaults. */
export function understood(path: string): Understood {
  const args = ["print-config", "--mode=unredacted", "--format=json", "--config", path];
  const env = { PATH: process.env.PATH };
  return JSON.parse(
    execFileSync(pathOf("otelcol"), args, { env, encoding: "utf8", stdio: "pipe" }),
  ) as Understood;
}

export interface Understood {
  receivers: Components;
  processors: Components;
  exporters: Components;
  extensions: Components;
}

export type Components = Record<string, unknown>;
