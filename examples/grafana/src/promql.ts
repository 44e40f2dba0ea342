import { INSTRUMENTS, type InstrumentName } from "../../../src/telemetry/metrics/instruments.ts";

// The one place that knows how to ask Prometheus for points that come once a turn. docs/reference/metrics.md says why
// increase() and rate() are wrong on them; dashboards, recording rules and alerts take their queries from here.

export interface Asked {
  /** How far back: a duration, or a variable of Grafana. */
  window: string;
  /** Labels that stay; none for the total. */
  by?: string[];
  /** Matchers, without the braces. */
  where?: string;
}

/** Units in words. A rate's comes last even where the name says it already: `…_per_second_per_second`. */
const UNIT_SUFFIXES: Record<string, string> = { s: "_seconds", USD: "_USD", "{token}/s": "_per_second" };

/** The name that Prometheus' OTLP receiver gives an instrument: dots are underscores, unit and `total` come last. */
export function seriesOf(instrument: InstrumentName): string {
  const { kind, unit } = INSTRUMENTS[instrument];
  const unitSuffix = UNIT_SUFFIXES[unit] ?? "";
  return `${instrument.replaceAll(".", "_")}${unitSuffix}${kind === "counter" ? "_total" : ""}`;
}

/**
 * How much each series grew in the window: its last value less the last one before. A series that had none for two hours
 * has its birth inside the window, and that is its smallest value there.
 */
export function growth(series: string, window: string, where = ""): string {
  const selected = where === "" ? series : `${series}{${where}}`;
  return `last_over_time(${selected}[${window}]) - (last_over_time(${selected}[2h] offset ${window}) or min_over_time(${selected}[${window}]))`;
}

/** How much a counter grew. */
export function counted(instrument: InstrumentName, { window, by, where }: Asked): string {
  return sumBy(by, growth(seriesOf(instrument), window, where));
}

/** How many values a histogram got. */
export function observations(instrument: InstrumentName, { window, by, where }: Asked): string {
  return sumBy(by, growth(`${seriesOf(instrument)}_count`, window, where));
}

/** The sum of the values that a histogram got. */
export function observedSum(instrument: InstrumentName, { window, by, where }: Asked): string {
  return sumBy(by, growth(`${seriesOf(instrument)}_sum`, window, where));
}

/** The mean of the values that a histogram got. */
export function mean(instrument: InstrumentName, asked: Asked): string {
  return over(observedSum(instrument, asked), observations(instrument, asked));
}

/** A quantile of the values that a histogram got, as exact as its buckets are. */
export function quantile(q: number, instrument: InstrumentName, { window, by = [], where }: Asked): string {
  const buckets = growth(`${seriesOf(instrument)}_bucket`, window, where);
  return `histogram_quantile(${q}, ${sumBy(["le", ...by], buckets)})`;
}

/** The sum of what a rule has recorded, which is the growth in its own interval each time. */
export function recorded(rule: string, { window, by, where }: Asked): string {
  const selected = where === undefined ? rule : `${rule}{${where}}`;
  return sumBy(by, `sum_over_time(${selected}[${window}])`);
}

/** A share of a whole. Where the whole is nothing there is no share; where the part has no series it is zero. */
export function share(part: string, whole: string): string {
  return over(`(${part} or 0 * ${whole})`, whole);
}

/** A number where nothing has been counted yet, instead of "no data". */
export function orZero(total: string): string {
  return `${total} or vector(0)`;
}

function over(numerator: string, denominator: string): string {
  return `${numerator} / (${denominator} > 0)`;
}

function sumBy(by: string[] = [], inner: string): string {
  return by.length === 0 ? `sum(${inner})` : `sum by (${by.join(", ")}) (${inner})`;
}
