/**
 * Returns milliseconds of a monotonic clock. Does not use `performance.now()`: its first call in a process loads a Node
 * module, which takes a tenth of the time that a Stop may take.
 */
export function ticksMs(): number {
  const [seconds, nanos] = process.hrtime();
  return seconds * 1000 + nanos / 1e6;
}
