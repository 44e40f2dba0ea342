/** How many runs a property has: `RUNS` of the environment, else all in continuous integration, and a third beside work. */
export function runs(all: number): number {
  return Number(process.env.RUNS ?? (process.env.CI ? all : Math.ceil(all / 3)));
}

/**
 * Every third of the cases beside work, all in continuous integration (or with `RUNS`). `turn`, a number that differs from
 * call to call, says which third it is, so that all calls together see every case.
 */
export function sample<T>(cases: readonly T[], turn: number): readonly T[] {
  if (process.env.CI || process.env.RUNS !== undefined || cases.length < 3) return cases;
  return cases.filter((_, index) => (index + turn) % 3 === 0);
}
