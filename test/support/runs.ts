/** Number of runs of a property: the variable `RUNS` if set, else `all` with `CI` set, else a third of `all`. */
export function runs(all: number): number {
  return Number(process.env.RUNS ?? (process.env.CI ? all : Math.ceil(all / 3)));
}

/**
 * Every third case; with `CI` or `RUNS` set, all cases. `turn` selects the third. Callers pass different numbers, so
 * that all calls together test every case.
 */
export function sample<T>(cases: readonly T[], turn: number): readonly T[] {
  if (process.env.CI || process.env.RUNS !== undefined || cases.length < 3) return cases;
  return cases.filter((_, index) => (index + turn) % 3 === 0);
}
