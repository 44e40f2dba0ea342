import type { Temporality } from "../../choices.ts";
import { type Aggregate, emptyHistogram, sum } from "./aggregate.ts";
import { isFailureOfAnotherSignal } from "./health.ts";
import { instrumentOf } from "./instruments.ts";
import { instrumentOfKey, readSeriesKey } from "./series-key.ts";
import type { MetricsState, PendingRequest, SeriesState } from "./state.ts";

/** One point of one series. Times are milliseconds since the epoch. */
export interface MetricPoint {
  instrument: string;
  attributes: Record<string, string | boolean>;
  startMs: number;
  endMs: number;
  value: Aggregate;
  /** Only for a histogram. */
  boundaries?: readonly number[];
}

/** A request to send. */
export interface MetricsRequest {
  /** Identifies the request for `acknowledge`, `refuse` and `giveUp`. */
  token: string;
  kind: PendingRequest["kind"];
  temporality: Temporality;
  points: MetricPoint[];
}

interface RequestOptions {
  temporality: Temporality;
  /**
   * Identifies the backend's view of the sender: the backend's address and the sender's resource. If it changes, every
   * series is new to the backend and gets another birth, with its old value.
   */
  identity?: string;
  /** Maximum number of points in one request. The next request has the rest. */
  maxPoints?: number;
}

const MAX_POINTS = 2000;

/**
 * After so long without a point, a series gets another birth: queries look back two hours (docs/reference/metrics.md).
 */
export const SILENCE_MS = 3_600_000;

/**
 * Returns the next request, or undefined if there is nothing to send. It notes the request in `state` as pending, so
 * the caller must save the state before it sends the request. Call it again after `acknowledge`, until it returns
 * undefined.
 *
 * A series that is new to the backend, or had no point for an hour, first gets a birth in a separate request: its old
 * value or zero, or a delta of zero. Its values follow after the birth is acknowledged.
 *
 * Without an answer, the next call builds cumulative points again, with a later end and what was counted since, so they
 * never decrease. Deltas are repeated unchanged: backends recognise a point by its time, so nothing counts twice.
 */
export function nextRequest(
  state: MetricsState,
  nowMs: number,
  options: RequestOptions,
): MetricsRequest | undefined {
  const { temporality, maxPoints = MAX_POINTS } = options;
  changeIdentity(state, `${temporality} ${options.identity ?? ""}`);
  if (temporality === "delta" && state.pending !== undefined) {
    state.pending.attempts++;
    return build(state, state.pending);
  }
  forgetPending(state);

  const counted = Object.entries(state.series).filter(([key, series]) => isCounted(key, series));
  if (!counted.some(([key]) => isWorthRequest(key))) return undefined;
  const startMs = temporality === "cumulative" ? state.startMs : state.acknowledgedMs;
  const endMs = Math.max(nowMs, state.lastEndMs + 1);
  const unborn = counted.filter(([, { lastMs }]) => lastMs === undefined || endMs - lastMs >= SILENCE_MS);
  const kind = unborn.length > 0 ? "births" : "values";
  const chosen = (kind === "births" ? unborn : counted).slice(0, maxPoints);
  if (kind === "values") {
    for (const [, series] of chosen) move(series, "waiting", "flying");
  }
  if (kind === "births") {
    // 1 ms earlier than the first point, so that a backend that adds a zero at the start time adds it there.
    for (const [, series] of chosen) if (isNew(series)) series.startMs ??= endMs - 1;
  }
  state.lastEndMs = endMs;
  const keys = chosen.map(([key]) => key);
  state.pending = { token: `${kind}/${endMs}`, kind, temporality, startMs, endMs, attempts: 1, keys };
  return build(state, state.pending);
}

/**
 * Call this if the backend has accepted the request. An answer to an earlier request changes nothing, because the last
 * request holds the earlier one's values, too.
 */
export function acknowledge(state: MetricsState, token: string): void {
  const { pending } = state;
  if (pending?.token !== token) return;
  delete state.pending;
  for (const series of seriesOf(state, pending)) {
    // A cumulative birth includes the doubtful value, so that is now acknowledged. A delta birth is zero.
    if (pending.kind === "values" || pending.temporality === "cumulative") {
      move(series, "doubtful", "acknowledged");
      move(series, "flying", "acknowledged");
    }
    series.lastMs = pending.endMs;
  }
  state.acknowledgedMs = pending.endMs;
}

/**
 * Call this if the backend has certainly stored nothing of this attempt: no connection was made, or the backend
 * answered that it accepts nothing now (429, 503). If that is uncertain (a timeout, a broken connection, an error of a
 * gateway), call nothing: `nextRequest` handles it. An earlier attempt at the same delta request may have arrived, so
 * that request is repeated.
 */
export function refuse(state: MetricsState, token: string): void {
  const { pending } = state;
  if (pending?.token !== token) return;
  if (pending.temporality === "delta" && pending.attempts > 1) return;
  giveUp(state, token);
}

/**
 * Call this if the backend will never accept this request (400, 413, 422). The next request includes its values, and
 * may be smaller by `maxPoints`.
 */
export function giveUp(state: MetricsState, token: string): void {
  const { pending } = state;
  if (pending?.token !== token) return;
  delete state.pending;
  for (const series of seriesOf(state, pending)) {
    move(series, "flying", "waiting");
    // The start time stays if it is from an earlier birth, which the backend may have.
    if (isNew(series) && series.startMs === pending.endMs - 1) delete series.startMs;
  }
}

/** Whether no value of the series was ever sent, except perhaps a zero. */
function isNew({ acknowledged, doubtful, lastMs }: SeriesState): boolean {
  return acknowledged === undefined && doubtful === undefined && lastMs === undefined;
}

function changeIdentity(state: MetricsState, identity: string): void {
  if (state.identity !== undefined && state.identity !== identity) {
    forgetPending(state);
    for (const series of Object.values(state.series)) {
      delete series.lastMs;
    }
  }
  state.identity = identity;
}

/** Gives up waiting for an answer to the pending request. Its values become doubtful. */
function forgetPending(state: MetricsState): void {
  const { pending } = state;
  if (pending === undefined) return;
  delete state.pending;
  for (const series of seriesOf(state, pending)) move(series, "flying", "doubtful");
}

function isCounted(key: string, { doubtful, waiting }: SeriesState): boolean {
  if (doubtful === undefined && waiting === undefined) return false;
  return instrumentOf(instrumentOfKey(key)) !== undefined;
}

/** Each request is counted, too. The series that count requests must not cause another request. */
function isWorthRequest(key: string): boolean {
  const isOwnHealth = instrumentOf(instrumentOfKey(key))?.ownHealth === true;
  return !isOwnHealth || isFailureOfAnotherSignal(readSeriesKey(key).attributes);
}

function seriesOf(state: MetricsState, pending: PendingRequest): SeriesState[] {
  return pending.keys.map((key) => state.series[key]).filter((series) => series !== undefined);
}

type Part = "acknowledged" | "doubtful" | "flying" | "waiting";

function move(series: SeriesState, from: Part, to: Part): void {
  const moved = sum(series[to], series[from]);
  if (moved === undefined) return;
  series[to] = moved;
  delete series[from];
}

function build(state: MetricsState, pending: PendingRequest): MetricsRequest {
  const { token, kind, temporality, startMs, endMs, keys } = pending;
  const points = keys.map((key) => {
    const { instrument, attributes } = readSeriesKey(key);
    const boundaries = state.boundaries[instrument];
    const zero = boundaries === undefined ? 0 : emptyHistogram(boundaries);
    const series = state.series[key] ?? {};
    const value = pointValue(series, pending) ?? zero;
    const since = temporality === "cumulative" ? (series.startMs ?? startMs) : startMs;
    const point: MetricPoint = { instrument, attributes, startMs: since, endMs, value };
    return boundaries === undefined ? point : { ...point, boundaries };
  });
  return {
    token,
    kind,
    temporality,
    points: kind === "births" ? points : [...points, ...takeGauges(state, endMs)],
  };
}

function pointValue(
  { acknowledged, doubtful, flying }: SeriesState,
  pending: PendingRequest,
): Aggregate | undefined {
  if (pending.temporality === "cumulative") return sum(sum(acknowledged, doubtful), flying);
  return pending.kind === "births" ? undefined : sum(doubtful, flying);
}

/** The waiting gauges, marked as sent. They are not sent again if the request fails, since newer values follow. */
function takeGauges(state: MetricsState, endMs: number): MetricPoint[] {
  return Object.entries(state.gauges).flatMap(([key, gauge]) => {
    if (!gauge.waiting) return [];
    gauge.waiting = false;
    return [{ ...readSeriesKey(key), startMs: endMs, endMs, value: gauge.value }];
  });
}
