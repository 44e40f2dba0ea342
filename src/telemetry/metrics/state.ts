import type { Temporality } from "../../choices.ts";
import { type Aggregate, histogramOf, sum } from "./aggregate.ts";
import { INSTRUMENTS } from "./instruments.ts";
import type { Observation } from "./observation.ts";
import { isOverflow, overflowKey, seriesKey } from "./series-key.ts";
import type { StatusLineMemory } from "./status-line.ts";

/**
 * The memory of one meter that outlives the processes it counts in, as plain JSON. Times are milliseconds since the
 * epoch. Whoever loses it starts a new meter, with a new `service.instance.id`.
 */
export interface MetricsState {
  version: 1;
  /** When the meter began to count: the start of cumulative points whose series has none of its own. */
  startMs: number;
  /** End of the last acknowledged request: the start of the next delta interval. */
  acknowledgedMs: number;
  /** The latest end that any request had. The next one's is later, so no backend sees time go back. */
  lastEndMs: number;
  /** To whom, as whom and in which temporality the last request went. */
  identity?: string;
  /** The request that has no answer yet. */
  pending?: PendingRequest;
  /** Boundaries of each histogram as its series have them: they keep theirs when a newer version has others. */
  boundaries: Record<string, number[]>;
  series: Record<string, SeriesState>;
  /** Latest values of gauges; `waiting`: not sent yet. */
  gauges: Record<string, { value: number; waiting: boolean }>;
  /** Up to where each of the last sessions has been counted, for whoever observes them. */
  counted?: Record<string, unknown>;
  /** What has been counted of what the client says to its status line. */
  statusLine?: StatusLineMemory;
}

export interface PendingRequest {
  token: string;
  kind: "births" | "values";
  temporality: Temporality;
  startMs: number;
  endMs: number;
  /** How often it was asked for. */
  attempts: number;
  /** The series that it has points of. */
  keys: string[];
}

/** What a series has counted, by how far it has come. The parts are disjoint; all together are its cumulative value. */
export interface SeriesState {
  /** What the backend has said it has. */
  acknowledged?: Aggregate;
  /** What was sent and not answered: the backend may have it. */
  doubtful?: Aggregate;
  /** What the pending request brings. */
  flying?: Aggregate;
  /** What no request has brought yet. */
  waiting?: Aggregate;
  /** End of the last acknowledged point; undefined before the series' birth. */
  lastMs?: number;
  /** When its first birth was sent: the start of its cumulative points. Older versions noted none. */
  startMs?: number;
}

/** Series that an instrument may have; the last of them takes what comes beyond, as the SDK's specification has it. */
export const MAX_SERIES = 500;

export function newMetricsState(nowMs: number): MetricsState {
  return {
    version: 1,
    startMs: nowMs,
    acknowledgedMs: nowMs,
    lastEndMs: nowMs,
    boundaries: {},
    series: {},
    gauges: {},
  };
}

/** Adds what was observed, in place. A value that cannot be counted (negative, not finite) is left out. */
export function addObservations(
  state: MetricsState,
  observations: readonly Observation[],
  maxSeries = MAX_SERIES,
): void {
  const seriesOf = countSeries(state);
  for (const { instrument, value, attributes } of observations) {
    if (!Number.isFinite(value) || value < 0) continue;
    let key = seriesKey(instrument, attributes);
    const { kind } = INSTRUMENTS[instrument];
    if (kind === "gauge") {
      state.gauges[key] = { value, waiting: true };
      continue;
    }
    const count = seriesOf.get(instrument) ?? 0;
    if (state.series[key] === undefined && count >= maxSeries - 1) key = overflowKey(instrument);
    let series = state.series[key];
    if (series === undefined) {
      series = {};
      state.series[key] = series;
      if (!isOverflow(key)) seriesOf.set(instrument, count + 1);
    }
    const added = kind === "counter" ? value : histogramOf(value, boundariesOf(state, instrument));
    series.waiting = sum(series.waiting, added) as Aggregate;
  }
}

/** Boundaries of a histogram's series. */
function boundariesOf(state: MetricsState, instrument: keyof typeof INSTRUMENTS): readonly number[] {
  const { boundaries = [] } = INSTRUMENTS[instrument] as { boundaries?: readonly number[] };
  state.boundaries[instrument] ??= [...boundaries];
  return state.boundaries[instrument];
}

/** What the series has counted since the meter began. */
export function totalOf({ acknowledged, doubtful, flying, waiting }: SeriesState): Aggregate | undefined {
  return sum(sum(acknowledged, doubtful), sum(flying, waiting));
}

function countSeries(state: MetricsState): Map<string, number> {
  const counts = new Map<string, number>();
  for (const key of Object.keys(state.series)) {
    if (isOverflow(key)) continue;
    const instrument = key.slice(2, key.indexOf('"', 2));
    counts.set(instrument, (counts.get(instrument) ?? 0) + 1);
  }
  return counts;
}
