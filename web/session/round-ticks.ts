import type { TimeAxis } from "./time-axis.ts";

const [SECOND, MINUTE, HOUR] = [1_000, 60_000, 3_600_000];
/** The distances of round times, in milliseconds. */
const STEPS = [
  ...[1, 2, 5, 10, 20, 50, 100, 200, 500],
  ...[1, 2, 5, 10, 15, 30].map((seconds) => seconds * SECOND),
  ...[1, 2, 5, 10, 15, 30].map((minutes) => minutes * MINUTE),
  ...[1, 2, 3, 6, 12, 24].map((hours) => hours * HOUR),
];

/**
 * Returns the positions of ticks about `step` apart, at round times of the clock. Where pauses are shortened, some round
 * times are too close to the ones before and are left out, so there must be more of them.
 */
export function roundTicks(axis: TimeAxis, min: number, max: number, step: number): number[] {
  const least = axis.gaps.length === 0 ? step : step / 2;
  const round = STEPS.find((one) => one >= least) ?? 24 * HOUR;
  const ticks: number[] = [];
  for (let place = min; place <= max; ) {
    const ms = roundedUp(axis.ms(place), round);
    if (ms > axis.ms(max)) break;
    const at = axis.at(ms);
    ticks.push(at);
    place = at + 0.75 * step;
  }
  return ticks;
}

/** The next multiple of a step in the reader's time zone. */
function roundedUp(ms: number, step: number): number {
  const zoneMs = new Date(ms).getTimezoneOffset() * MINUTE;
  return Math.ceil((ms - zoneMs) / step) * step + zoneMs;
}
