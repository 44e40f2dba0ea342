/**
 * Milliseconds by a clock that never jumps. Not `performance.now()`: a process that asks that for the first time loads a
 * module of Node, which is a tenth of what a Stop may take.
 */
export function ticksMs(): number {
  const [seconds, nanos] = process.hrtime();
  return seconds * 1000 + nanos / 1e6;
}
