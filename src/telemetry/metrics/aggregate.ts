/** The value of a series: the sum of a counter, or a histogram. */
export type Aggregate = number | HistogramAggregate;

export interface HistogramAggregate {
  count: number;
  sum: number;
  /** Absent if `count` is 0. */
  min?: number;
  max?: number;
  /** Counts by bucket, one more than there are boundaries. The last bucket is for values above all boundaries. */
  buckets: number[];
}

/**
 * Adds a value to a histogram, in place. A value on a boundary counts in the bucket below it, as in OpenTelemetry's
 * aggregation.
 */
export function record(histogram: HistogramAggregate, value: number, boundaries: readonly number[]): void {
  const index = boundaries.findIndex((boundary) => value <= boundary);
  const bucket = index === -1 ? boundaries.length : index;
  histogram.buckets[bucket] = (histogram.buckets[bucket] ?? 0) + 1;
  histogram.count++;
  histogram.sum += value;
  histogram.min = Math.min(histogram.min ?? value, value);
  histogram.max = Math.max(histogram.max ?? value, value);
}

/** A histogram without values. `boundaries`: upper bounds of its buckets but the last one. */
export function emptyHistogram(boundaries: readonly number[]): HistogramAggregate {
  return { count: 0, sum: 0, buckets: new Array<number>(boundaries.length + 1).fill(0) };
}

/** Returns the sum; changes neither argument. Both must be of the same kind, which they are within one series. */
export function sum(a: Aggregate | undefined, b: Aggregate | undefined): Aggregate | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  if (typeof a === "number" || typeof b === "number") return Number(a) + Number(b);
  const mins = [a.min, b.min].filter((min) => min !== undefined);
  const maxs = [a.max, b.max].filter((max) => max !== undefined);
  return {
    count: a.count + b.count,
    sum: a.sum + b.sum,
    ...(mins.length === 0 ? {} : { min: Math.min(...mins) }),
    ...(maxs.length === 0 ? {} : { max: Math.max(...maxs) }),
    buckets: a.buckets.map((count, index) => count + (b.buckets[index] ?? 0)),
  };
}
