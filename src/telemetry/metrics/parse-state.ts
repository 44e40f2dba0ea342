import { parseJson } from "../../objects.ts";
import { epoch, list, object, text } from "../../transcript/fields.ts";
import type { MetricsState, PendingRequest, SeriesState } from "./state.ts";

/**
 * Parses the state from JSON text and repairs damaged parts. Undefined if the text is no state, and a new meter must be
 * started.
 */
export function parseMetricsState(text: string): MetricsState | undefined {
  const raw = object(parseJson(text));
  const times = [raw?.startMs, raw?.acknowledgedMs, raw?.lastEndMs];
  const parts = [raw?.boundaries, raw?.series, raw?.gauges];
  if (
    raw?.version !== 1 ||
    times.some((ms) => epoch(ms) === undefined) ||
    parts.some((part) => object(part) === undefined)
  ) {
    return undefined;
  }
  const state = raw as unknown as MetricsState;
  repair(state);
  return state;
}

/**
 * Removes damaged parts from a state, in place, such as the `null` that JSON has for an infinite number. A series with
 * a damaged part begins again. Everything else is kept.
 */
function repair(state: MetricsState): void {
  for (const [instrument, bounds] of Object.entries(state.boundaries)) {
    if (!isAmounts(bounds)) delete state.boundaries[instrument];
  }
  for (const [key, series] of Object.entries(state.series)) {
    const instrument = instrumentIn(key);
    if (instrument === undefined || !isSeries(series, boundsOf(state, instrument))) delete state.series[key];
  }
  for (const [key, gauge] of Object.entries(state.gauges)) {
    if (instrumentIn(key) === undefined || !isAmount(object(gauge)?.value)) delete state.gauges[key];
  }
  const line = object(state.statusLine);
  if (epoch(line?.untilMs) === undefined || !isStatusLines(line?.sessions)) delete state.statusLine;
  const pending = repairedPending(state.pending, state.series);
  if (pending === undefined) delete state.pending;
  else state.pending = pending;
}

function isStatusLines(sessions: unknown): boolean {
  const known = object(sessions);
  return (
    known !== undefined &&
    Object.values(known).every((one) => {
      const said = object(one);
      return isAmount(said?.usd) && Object.values(object(said?.misses) ?? { none: "" }).every(isAmount);
    })
  );
}

/** The instrument, which is the first text in a series' key; undefined for a text that is no key. */
function instrumentIn(key: string): string | undefined {
  try {
    const parts = list(JSON.parse(key));
    return parts.length % 2 === 1 && parts.every((part) => typeof part === "string") ? parts[0] : undefined;
  } catch {
    return undefined;
  }
}

function boundsOf({ boundaries }: MetricsState, instrument: string): readonly number[] | undefined {
  return Object.hasOwn(boundaries, instrument) ? boundaries[instrument] : undefined;
}

/** `bounds`: the boundaries of a histogram; undefined for a counter. */
function isSeries(series: SeriesState, bounds: readonly number[] | undefined): boolean {
  if (object(series) === undefined) return false;
  const { lastMs, startMs, acknowledged, doubtful, flying, waiting } = series;
  const times: unknown[] = [lastMs, startMs].filter((ms) => ms !== undefined);
  const parts: unknown[] = [acknowledged, doubtful, flying, waiting].filter((part) => part !== undefined);
  const isPart = (part: unknown) => (bounds === undefined ? isAmount(part) : isHistogram(part, bounds));
  return times.every((ms) => epoch(ms) !== undefined) && parts.every(isPart);
}

function isHistogram(part: unknown, bounds: readonly number[]): boolean {
  const { count, sum, min = 0, max = 0, buckets } = object(part) ?? {};
  return isAmounts([count, sum, min, max]) && isAmounts(buckets) && buckets.length === bounds.length + 1;
}

function isAmounts(values: unknown): values is number[] {
  return Array.isArray(values) && values.every(isAmount);
}

function isAmount(value: unknown): value is number {
  return typeof value === "number" && Number.isFinite(value) && value >= 0;
}

function repairedPending(
  pending: PendingRequest | undefined,
  series: MetricsState["series"],
): PendingRequest | undefined {
  if (pending === undefined || object(pending) === undefined) return undefined;
  const { token, kind, temporality, startMs, endMs, attempts, keys } = pending;
  const isWhole =
    text(token) !== undefined &&
    ["births", "values"].includes(kind) &&
    ["cumulative", "delta"].includes(temporality) &&
    [startMs, endMs].every((ms) => epoch(ms) !== undefined) &&
    isAmount(attempts);
  const known = list(keys).filter((key) => typeof key === "string" && Object.hasOwn(series, key));
  return isWhole && known.length > 0 ? { ...pending, keys: known as string[] } : undefined;
}
