/** A time (epoch ms) as ISO text in UTC. */
export function iso(ms: number): string {
  return new Date(ms).toISOString();
}

/** USD as whole micro-dollars: sums of whole numbers are exact. */
export function microUsd(usd: number): number {
  return Math.round(usd * 1e6);
}

/** The same, or nothing if the cost is unknown. */
export function maybeMicroUsd(usd: number | undefined): number | undefined {
  return usd === undefined ? undefined : microUsd(usd);
}
