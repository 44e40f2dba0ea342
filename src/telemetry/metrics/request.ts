import type { Temporality } from "../../choices.ts";
import { type Aggregate, emptyHistogram, sum } from "./aggregate.ts";
import { isFailureOfAnotherSignal } from "./health.ts";
import { instrumentOf } from "./instruments.ts";
import { readSeriesKey } from "./series-key.ts";
import type { MetricsState, PendingRequest, SeriesState } from "./state.ts";

/** One point of one series. Times are milliseconds since the epoch. */
export interface MetricPoint {
  instrument: string;
  attributes: Record<string, string | boolean>;
  startMs: number;
  endMs: number;
  value: Aggregate;
  /** Of a histogram. */
  boundaries?: readonly number[];
}

export interface MetricsRequest {
  /** Names the request when it is acknowledged or refused. */
  token: string;
  kind: PendingRequest["kind"];
  temporality: Temporality;
  points: MetricPoint[];
}

export interface RequestOptions {
  temporality: Temporality;
  /**
   * What the backend takes a sender for: its address and the sender's resource. When it changes, every series is new
   * there and is born again, with its old value.
   */
  identity?: string;
  /** Points of one request; the rest follows in the next. */
  maxPoints?: number;
}

const MAX_POINTS = 2000;

/** A series that was silent for so long is born again: the queries look back two hours (docs/reference/metrics.md). */
export const SILENCE_MS = 3_600_000;

/**
 * The next request that has something to say, or undefined; the state then knows that it is under way, so it is to be
 * saved before sending. Ask again after `acknowledge`, until nothing comes.
 *
 * A series that the backend does not know yet, or has not heard of for an hour, gets a birth first: its old value (or
 * zero; a delta of zero) in a request of its own. Values follow when that is acknowledged. Cumulative points never go
 * back: asked again without an answer, they are built anew with a later end and what has been counted since. Deltas
 * without an answer are repeated as they were: backends know a point that they have by its time, so nothing counts twice.
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
    // Right before its zero, so that a store which makes a zero of a start time has it where the series begins.
    for (const [, series] of chosen) if (isNew(series)) series.startMs ??= endMs - 1;
  }
  state.lastEndMs = endMs;
  const keys = chosen.map(([key]) => key);
  state.pending = { token: `${kind}/${endMs}`, kind, temporality, startMs, endMs, attempts: 1, keys };
  return build(state, state.pending);
}

/**
 * The backend has taken the request over. An answer to an earlier request than the last one changes nothing: what that one
 * brought is in the last one too.
 */
export function acknowledge(state: MetricsState, token: string): void {
  const { pending } = state;
  if (pending?.token !== token) return;
  delete state.pending;
  for (const series of seriesOf(state, pending)) {
    // A cumulative birth repeats what is in doubt, so that is in doubt no longer; a delta's says zero.
    if (pending.kind === "values" || pending.temporality === "cumulative") {
      move(series, "doubtful", "acknowledged");
      move(series, "flying", "acknowledged");
    }
    series.lastMs = pending.endMs;
  }
  state.acknowledgedMs = pending.endMs;
}

/**
 * The backend certainly has nothing of this attempt: no connection came about, or it answered that it takes nothing now
 * (429, 503). Without that certainty (a timeout, a connection that broke, an error of a gateway) nothing is called, and
 * the next request decides. Of an earlier attempt at the same delta request this says nothing, so that one is repeated.
 */
export function refuse(state: MetricsState, token: string): void {
  const { pending } = state;
  if (pending?.token !== token) return;
  if (pending.temporality === "delta" && pending.attempts > 1) return;
  giveUp(state, token);
}

/**
 * The backend will never take this request as it is (400, 413, 422; the next one may be smaller by `maxPoints`): what it
 * brought goes into the next.
 */
export function giveUp(state: MetricsState, token: string): void {
  const { pending } = state;
  if (pending?.token !== token) return;
  delete state.pending;
  for (const series of seriesOf(state, pending)) {
    move(series, "flying", "waiting");
    // Unless an earlier birth has got lost on its way: the backend may have that.
    if (isNew(series) && series.startMs === pending.endMs - 1) delete series.startMs;
  }
}

/** Nothing of it was ever sent, but for a zero at most. */
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

/** No answer will come to the pending request any more. */
function forgetPending(state: MetricsState): void {
  const { pending } = state;
  if (pending === undefined) return;
  delete state.pending;
  for (const series of seriesOf(state, pending)) move(series, "flying", "doubtful");
}

function isCounted(key: string, { doubtful, waiting }: SeriesState): boolean {
  if (doubtful === undefined && waiting === undefined) return false;
  return instrumentOf(readSeriesKey(key).instrument) !== undefined;
}

/** Each request is itself counted: that one has been sent is no reason to send another. */
function isWorthRequest(key: string): boolean {
  const { instrument, attributes } = readSeriesKey(key);
  return instrumentOf(instrument)?.ownHealth !== true || isFailureOfAnotherSignal(attributes);
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

/** A gauge that gets lost is no loss: the next look at it gives a newer value. */
function takeGauges(state: MetricsState, endMs: number): MetricPoint[] {
  return Object.entries(state.gauges).flatMap(([key, gauge]) => {
    if (!gauge.waiting) return [];
    gauge.waiting = false;
    return [{ ...readSeriesKey(key), startMs: endMs, endMs, value: gauge.value }];
  });
}
