/** From this distance on, marks are first days of months. */
const MONTHS_FROM = 56;

/** The possible distances of marks on an axis of days, in days. */
export const DISTANCES = [1, 2, 3, 7, 14, 28, MONTHS_FROM, 91, 182, 364, 728];

/**
 * Returns the days to mark, about `distance` days apart: from the first day on, or the first days of months.
 * `days`: the starts of all days, in milliseconds.
 */
export function dayMarks(days: readonly number[], distance: number): number[] {
  if (distance < MONTHS_FROM) return days.filter((_, index) => index % distance === 0);
  const months = Math.round(distance / 30.4);
  return days.filter((dayMs) => {
    const day = new Date(dayMs);
    return day.getDate() === 1 && (day.getFullYear() * 12 + day.getMonth()) % months === 0;
  });
}
