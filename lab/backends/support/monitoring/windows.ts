// Sessions that arrive at a store over four days, with failures in between, and the expected query results by window.

import { expect } from "vitest";
import type { Temporality } from "../../../../src/choices.ts";
import { createAppraiser } from "../../../../src/pricing/price-request.ts";
import type { InstrumentName } from "../../../../src/telemetry/metrics/instruments.ts";
import type { Observation } from "../../../../src/telemetry/metrics/observation.ts";
import { observe } from "../../../../src/telemetry/metrics/observe.ts";
import { readWhole } from "../../../../test/support/read-files.ts";
import { recording, transcriptsOf } from "../../../../test/support/recordings.ts";
import { type Arrival, createInstallation, type Fate } from "../process.ts";
import type { Prometheus } from "./prometheus.ts";
import { docQuery } from "./queries.ts";

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;
/** Start of the four days, in seconds. */
export const T0 = Math.floor((Date.now() - 4 * DAY) / MINUTE) * MINUTE;

/** Ten processes for three sessions: its start, the session whose next piece it sends, and what happens to it. */
const PROCESSES: [atMs: number, session: number, fate: Fate][] = [
  [T0, 0, "well"],
  [T0 + 4 * MINUTE, 1, "well"],
  [T0 + 5 * MINUTE, 0, "answer lost"],
  [T0 + 5 * MINUTE + 10, 1, "well"],
  [T0 + 50 * MINUTE, 0, "crash"],
  [T0 + 80 * MINUTE, 1, "well"],
  // A day of silence, then an outage overnight; models that were not used for a long time, and a new one.
  [T0 + DAY + 2 * HOUR, 2, "well"],
  [T0 + DAY + 3 * HOUR, 0, "outage"],
  [T0 + 2 * DAY, 2, "answer lost"],
  [T0 + 2 * DAY + 30 * MINUTE, 1, "well"],
];

/** End and length of the windows: everything, around each event, and with edges in every silence. */
const WINDOWS: [endMs: number, lengthMs: number][] = [
  [T0 + 3 * DAY, 3 * DAY + HOUR],
  [T0 + 3 * DAY, DAY + 12 * HOUR],
  [T0 + 3 * DAY, 30 * HOUR],
  [T0 + 2 * DAY + HOUR, 20 * MINUTE],
  [T0 + 2 * DAY + HOUR, 45 * MINUTE],
  [T0 + 2 * DAY + HOUR, 2 * HOUR],
  [T0 + 2 * DAY + 10 * MINUTE, DAY],
  [T0 + DAY + 4 * HOUR, HOUR],
  [T0 + DAY + 4 * HOUR, 6 * HOUR],
  [T0 + DAY + 4 * HOUR, 30 * HOUR],
  [T0 + 2 * HOUR, HOUR],
  [T0 + 2 * HOUR, 100 * MINUTE],
  [T0 + 2 * HOUR, 117 * MINUTE],
  [T0 + 4 * MINUTE + 30_000, 2 * MINUTE],
  [T0 + 52 * MINUTE, 50 * MINUTE],
  [T0 + DAY, 2 * HOUR],
];

const hours = (ms: number) => `${Math.round(ms / MINUTE / 0.6) / 100} h`;
export const NAMED_WINDOWS = WINDOWS.map(([endMs, lengthMs]) => ({
  name: `the ${hours(lengthMs)} until ${hours(endMs - T0)}`,
  endMs,
  lengthMs,
}));

const SESSIONS = ["two-models", "02-tools", "03-subagents-parallel"];

/** Sends everything from one installation to a real store. The properties of test/metrics cover three installations. */
export async function sendAll(url: string, temporality: Temporality): Promise<Arrival[]> {
  const pieces = sessions();
  const installation = createInstallation(url, temporality, "a-random-id", T0 - MINUTE);
  for (const [atMs, session, fate] of PROCESSES) {
    await installation.run(atMs, pieces[session]?.shift() ?? [], fate);
  }
  return installation.arrivals;
}

/** The observations of each session, with one list for each process. */
export function sessions(): Observation[][][] {
  return SESSIONS.map((name, session) => {
    const finished = transcriptsOf(recording(name)).flatMap((path) =>
      readWhole(path, { appraise: createAppraiser() }),
    );
    const observed = observe(finished);
    const parts = PROCESSES.filter(([, of]) => of === session).length;
    const size = Math.ceil(observed.length / parts);
    return Array.from({ length: parts }, (_, part) => observed.slice(part * size, (part + 1) * size));
  });
}

export interface CounterQuery {
  instrument: InstrumentName;
  labels: string[];
  promql(window: string): string;
}

/** The four counters of docs/reference/metrics.md, with the labels that its queries sum by. */
export function counterQueries(): CounterQuery[] {
  const of = (instrument: InstrumentName, title: string, labels: string[]): CounterQuery => ({
    instrument,
    labels,
    promql: (window) => docQuery(title).replaceAll(/\b1d\b/g, window),
  });
  return [
    of("ccotel.cost", "cost by model, USD", ["gen_ai.request.model"]),
    of("ccotel.tokens", "tokens by model and type", ["gen_ai.request.model", "ccotel.token.type"]),
    of("ccotel.tool.calls", "tool calls by tool and outcome", ["gen_ai.tool.name", "ccotel.tool.outcome"]),
    of("ccotel.turns", "turns by outcome", ["ccotel.turn.outcome"]),
  ];
}

export function query(title: string, lengthMs: number): string {
  return docQuery(title).replaceAll(/\b1d\b/g, `${lengthMs}ms`);
}

/** Expects each query to return the sums of the observations that arrived in the window. */
export async function expectExact(
  prometheus: Pick<Prometheus, "query">,
  arrivals: readonly Arrival[],
  endMs: number,
  lengthMs: number,
  queries: readonly CounterQuery[],
): Promise<void> {
  const arrived = arrivals
    .filter(({ atMs }) => atMs > endMs - lengthMs && atMs <= endMs)
    .flatMap(({ observed }) => observed);
  for (const { instrument, labels, promql } of queries) {
    const expected = sumsBy(arrived, instrument, labels);
    const actual = await prometheus.query(promql(`${lengthMs}ms`), endMs);
    // A series that existed and counted nothing in the window is zero.
    for (const key of new Set([...Object.keys(actual), ...Object.keys(expected)])) {
      expect(Math.abs((actual[key] ?? 0) - (expected[key] ?? 0)), `${instrument} ${key}`).toBeLessThan(1e-9);
    }
  }
}

function sumsBy(observed: Observation[], instrument: string, labels: string[]): Record<string, number> {
  const sums: Record<string, number> = {};
  for (const { attributes, value } of observed.filter((one) => one.instrument === instrument)) {
    const key = labels
      .filter((label) => attributes[label] !== undefined)
      .map((label) => `${label.replaceAll(".", "_")}=${attributes[label]}`)
      .sort()
      .join(" ");
    sums[key] = (sums[key] ?? 0) + value;
  }
  return sums;
}

export function sumOf(observed: Observation[], instrument: string): number {
  return Object.values(sumsBy(observed, instrument, [])).reduce((sum, value) => sum + value, 0);
}
