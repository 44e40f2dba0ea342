import { INSTRUMENTS, type InstrumentName } from "../../../src/telemetry/metrics/instruments.ts";

// Queries for points that arrive once per turn. docs/reference/metrics.md says why increase() and rate() give wrong
// results for them. Dashboards, recording rules and alerts take all their queries from this file.

export interface Asked {
  /** The window: a Prometheus duration or a Grafana variable. */
  window: string;
  /** Labels to group by. Without labels, the query gives the total. */
  by?: string[];
  /** Label matchers, without braces. */
  where?: string;
}

/**
 * Suffixes for units. Prometheus appends a rate's suffix even to a name that has it, `…_per_second_per_second`, and
 * VictoriaMetrics does not.
 */
const UNIT_SUFFIXES: Record<string, string> = { s: "_seconds", USD: "_USD", "{token}/s": "(_per_second)?" };

/**
 * The name that Prometheus' OTLP receiver gives an instrument: underscores for dots, then the unit and `total`. If the
 * backends give it several names, a regular expression for them.
 */
export function seriesOf(instrument: InstrumentName): string {
  const { kind, unit } = INSTRUMENTS[instrument];
  const unitSuffix = UNIT_SUFFIXES[unit] ?? "";
  return `${instrument.replaceAll(".", "_")}${unitSuffix}${kind === "counter" ? "_total" : ""}`;
}

/**
 * The growth of each series in the window: its last value minus the last value before the window. If the series has no
 * value in the two hours before the window, it started within the window, and its smallest value there is its start.
 */
export function growth(series: string, window: string, where = ""): string {
  const selected = selector(series, where);
  return `last_over_time(${selected}[${window}]) - (last_over_time(${selected}[2h] offset ${window}) or min_over_time(${selected}[${window}]))`;
}

function selector(series: string, where: string): string {
  if (series.includes("(")) return `{__name__=~"${series}"${where === "" ? "" : `,${where}`}}`;
  return where === "" ? series : `${series}{${where}}`;
}

/** The growth of a counter. */
export function counted(instrument: InstrumentName, { window, by, where }: Asked): string {
  return sumBy(by, growth(seriesOf(instrument), window, where));
}

/** The number of values in a histogram. */
export function observations(instrument: InstrumentName, { window, by, where }: Asked): string {
  return sumBy(by, growth(`${seriesOf(instrument)}_count`, window, where));
}

/** The sum of the values in a histogram. */
export function observedSum(instrument: InstrumentName, { window, by, where }: Asked): string {
  return sumBy(by, growth(`${seriesOf(instrument)}_sum`, window, where));
}

/** The mean of the values in a histogram. */
export function mean(instrument: InstrumentName, asked: Asked): string {
  return over(observedSum(instrument, asked), observations(instrument, asked));
}

/** A quantile of the values in a histogram, as exact as its buckets. */
export function quantile(q: number, instrument: InstrumentName, { window, by = [], where }: Asked): string {
  const buckets = growth(`${seriesOf(instrument)}_bucket`, window, where);
  return `histogram_quantile(${q}, ${sumBy(["le", ...by], buckets)})`;
}

/** The sum of a recording rule's values in the window. Each value is the growth in one interval of the rule. */
export function recorded(rule: string, { window, by, where }: Asked): string {
  const selected = where === undefined ? rule : `${rule}{${where}}`;
  return sumBy(by, `sum_over_time(${selected}[${window}])`);
}

/** `part` divided by `whole`. No result if `whole` is zero; zero if `part` has no series. */
export function share(part: string, whole: string): string {
  return over(`(${part} or 0 * ${whole})`, whole);
}

/** The total, or zero instead of "no data" if nothing has been counted yet. */
export function orZero(total: string): string {
  return `${total} or vector(0)`;
}

function over(numerator: string, denominator: string): string {
  return `${numerator} / (${denominator} > 0)`;
}

function sumBy(by: string[] = [], inner: string): string {
  return by.length === 0 ? `sum(${inner})` : `sum by (${by.join(", ")}) (${inner})`;
}
