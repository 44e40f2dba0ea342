import type { Temporality } from "../../choices.ts";
import { type Aggregate, emptyHistogram, type HistogramAggregate, record, sum } from "./aggregate.ts";
import { INSTRUMENTS } from "./instruments.ts";
import type { Observation } from "./observation.ts";
import { instrumentOfKey, isOverflow, overflowKey, seriesKey } from "./series-key.ts";
import type { StatusLineMemory } from "./status-line.ts";

/**
 * The state of one meter, as plain JSON. It is stored between processes. Times are milliseconds since the epoch. If it
 * is lost, a new meter starts with a new `service.instance.id`.
 */
export interface MetricsState {
  version: 1;
  /** When the meter began to count: the start of cumulative points of a series without `startMs`. */
  startMs: number;
  /** End of the last acknowledged request: the start of the next delta interval. */
  acknowledgedMs: number;
  /** The latest end of any request. The next request ends later, so that times only increase for the backend. */
  lastEndMs: number;
  /** Temporality and `RequestOptions.identity` of the last request. */
  identity?: string;
  /** The request without an answer yet. */
  pending?: PendingRequest;
  /** Boundaries of each histogram's series. They do not change if a newer version of ccotel has others. */
  boundaries: Record<string, number[]>;
  series: Record<string, SeriesState>;
  /** Latest values of gauges; `waiting`: not sent yet. */
  gauges: Record<string, { value: number; waiting: boolean }>;
  /** How far each of the last sessions has been counted. The code that observes sessions defines the values. */
  counted?: Record<string, unknown>;
  /** What has been counted from the client's status line input. */
  statusLine?: StatusLineMemory;
}

/** The request that `nextRequest` returned last. `births`: first points of series; `values`: everything else. */
export interface PendingRequest {
  token: string;
  kind: "births" | "values";
  temporality: Temporality;
  startMs: number;
  endMs: number;
  /** How often `nextRequest` has returned it. */
  attempts: number;
  /** Keys of the series in the request. */
  keys: string[];
}

/** The value of a series, by delivery status. The parts do not overlap and add up to the cumulative value. */
export interface SeriesState {
  /** Acknowledged by the backend. */
  acknowledged?: Aggregate;
  /** Sent without an answer, so that the backend may have it. */
  doubtful?: Aggregate;
  /** In the pending request. */
  flying?: Aggregate;
  /** Not yet in any request. */
  waiting?: Aggregate;
  /** End of the last acknowledged point; undefined before the series' birth. */
  lastMs?: number;
  /** Start of its cumulative points, set at its first birth. Missing in series of older versions of ccotel. */
  startMs?: number;
}

/**
 * Maximum number of series of an instrument. The last one is the overflow series, as in OpenTelemetry's metrics SDK
 * specification.
 */
export const MAX_SERIES = 500;

/** The state of a meter that begins to count at `nowMs`, in epoch ms. */
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

/** Adds observations to the state, in place. Negative and non-finite values are ignored. */
export function addObservations(
  state: MetricsState,
  observations: readonly Observation[],
  maxSeries = MAX_SERIES,
): void {
  let seriesOf: Map<string, number> | undefined;
  for (const { instrument, value, attributes } of observations) {
    if (!Number.isFinite(value) || value < 0) continue;
    let key = seriesKey(instrument, attributes);
    const { kind } = INSTRUMENTS[instrument];
    if (kind === "gauge") {
      state.gauges[key] = { value, waiting: true };
      continue;
    }
    if (state.series[key] === undefined) {
      seriesOf ??= countSeries(state);
      const count = seriesOf.get(instrument) ?? 0;
      if (count >= maxSeries - 1) key = overflowKey(instrument);
      else seriesOf.set(instrument, count + 1);
    }
    const series = state.series[key] ?? {};
    state.series[key] = series;
    if (kind === "counter") {
      series.waiting = ((series.waiting as number | undefined) ?? 0) + value;
    } else {
      const boundaries = boundariesOf(state, instrument);
      series.waiting ??= emptyHistogram(boundaries);
      record(series.waiting as HistogramAggregate, value, boundaries);
    }
  }
}

/** Boundaries of a histogram's series, set in the state if they are missing. */
function boundariesOf(state: MetricsState, instrument: keyof typeof INSTRUMENTS): readonly number[] {
  const { boundaries = [] } = INSTRUMENTS[instrument] as { boundaries?: readonly number[] };
  state.boundaries[instrument] ??= [...boundaries];
  return state.boundaries[instrument];
}

/** The cumulative value of a series since the meter began. */
export function totalOf({ acknowledged, doubtful, flying, waiting }: SeriesState): Aggregate | undefined {
  return sum(sum(acknowledged, doubtful), sum(flying, waiting));
}

function countSeries(state: MetricsState): Map<string, number> {
  const counts = new Map<string, number>();
  for (const key of Object.keys(state.series)) {
    if (isOverflow(key)) continue;
    const instrument = instrumentOfKey(key);
    counts.set(instrument, (counts.get(instrument) ?? 0) + 1);
  }
  return counts;
}
