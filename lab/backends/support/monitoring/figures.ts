import type { InstrumentName } from "../../../../src/telemetry/metrics/instruments.ts";
import { INSTRUMENTS } from "../../../../src/telemetry/metrics/instruments.ts";
import type { Observation } from "../../../../src/telemetry/metrics/observation.ts";

// The expected answers of Prometheus, computed directly from the transcripts' observations.

/** Figures by labels, as `Prometheus.query` writes them. A missing series has no value or zero. */
export type Expected = (observed: Observation[]) => Record<string, number>;

export const AGENT = "gen_ai.agent.name";
export const MODEL = "gen_ai.request.model";
export const TOOL = "gen_ai.tool.name";

type Where = (one: Observation) => boolean;

export const isSubagent: Where = ({ attributes }) => attributes[AGENT] !== "claude-code";
export const isPrompt: Where = ({ attributes }) => attributes["ccotel.token.type"] !== "output";
export const isCacheRead: Where = ({ attributes }) => attributes["ccotel.token.type"] === "cache_read";
export const isCacheWrite: Where = ({ attributes }) =>
  attributes["ccotel.token.type"]?.startsWith("cache_write_") === true;
export const isOutput: Where = ({ attributes }) => attributes["ccotel.token.type"] === "output";
export const isFailure: Where = ({ attributes }) => attributes["ccotel.tool.outcome"] === "error";
export const isDenied: Where = ({ attributes }) => attributes["ccotel.tool.outcome"] === "denied";
export const ran: Where = ({ attributes }) =>
  ["ok", "error"].includes(attributes["ccotel.tool.outcome"] ?? "");
export const hasError: Where = ({ attributes }) => attributes["error.type"] !== undefined;

/** Sums of the observations by labels. Without labels, the total, which is zero without observations. */
export function sums(
  instrument: InstrumentName,
  labels: string[] = [],
  where: Where = () => true,
  amountOf: (one: Observation) => number = ({ value }) => value,
): Expected {
  return (observed) => {
    const found: Record<string, number> = {};
    for (const one of observed.filter((each) => each.instrument === instrument && where(each))) {
      const key = keyOf(one, labels);
      found[key] = (found[key] ?? 0) + amountOf(one);
    }
    return found;
  };
}

/** The number of observations. */
export function counts(instrument: InstrumentName, labels: string[] = [], where?: Where): Expected {
  return sums(instrument, labels, where, () => 1);
}

export function ratio(part: Expected, whole: Expected): Expected {
  return (observed) => {
    const parts = part(observed);
    return Object.fromEntries(
      Object.entries(whole(observed))
        .filter(([, value]) => value > 0)
        .map(([key, value]) => [key, (parts[key] ?? 0) / value]),
    );
  };
}

export function mean(instrument: InstrumentName, labels: string[], where?: Where): Expected {
  return ratio(sums(instrument, labels, where), counts(instrument, labels, where));
}

/** The quantile from a histogram's buckets, interpolated by rank within its bucket, as Prometheus does. */
export function quantile(
  q: number,
  instrument: InstrumentName,
  labels: string[] = [],
  where: Where = () => true,
): Expected {
  const { boundaries } = INSTRUMENTS[instrument] as { boundaries?: readonly number[] };
  if (boundaries === undefined) throw new Error(`${instrument} has no buckets.`);
  return (observed) => {
    const values = new Map<string, number[]>();
    for (const one of observed.filter((each) => each.instrument === instrument && where(each))) {
      values.set(keyOf(one, labels), [...(values.get(keyOf(one, labels)) ?? []), one.value]);
    }
    return Object.fromEntries([...values].map(([key, all]) => [key, inBuckets(q, all, boundaries)]));
  };
}

function inBuckets(q: number, values: number[], boundaries: readonly number[]): number {
  const upTo = (bound: number) => values.filter((value) => value <= bound).length;
  const rank = q * values.length;
  const index = boundaries.findIndex((bound) => upTo(bound) >= rank);
  const end = boundaries[index];
  // Above the last bound, the result is the bound itself.
  if (end === undefined) return boundaries.at(-1) ?? Number.NaN;
  const start = index === 0 ? 0 : (boundaries[index - 1] ?? 0);
  const before = index === 0 ? 0 : upTo(start);
  return start + ((end - start) * (rank - before)) / (upTo(end) - before);
}

function keyOf(one: Observation, labels: string[]): string {
  return labels
    .filter((label) => one.attributes[label] !== undefined)
    .map((label) => `${label.replaceAll(".", "_")}=${one.attributes[label]}`)
    .sort()
    .join(" ");
}

/** The series that differ by more than a millionth. A series without observations may be zero, or have no quantile. */
export function differences(actual: Record<string, number>, expected: Record<string, number>): string[] {
  return [...new Set([...Object.keys(actual), ...Object.keys(expected)])]
    .filter((key) => {
      const [a, e] = [actual[key], expected[key]];
      const isNothing = a === undefined || Number.isNaN(a);
      return isNothing ? e !== undefined && Math.abs(e) > 1e-6 : !(Math.abs(a - (e ?? 0)) <= 1e-6);
    })
    .map((key) => `${key || "total"}: ${actual[key]} for ${expected[key]}`);
}
