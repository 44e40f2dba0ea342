import type uPlot from "uplot";

/**
 * Returns the value of a series that the legend shows: at the pointer, or at the end if the pointer is elsewhere. Where
 * the series has none, it is the one before.
 */
export function lastValue(plot: uPlot, series: number, index: number | null): number | null {
  const values = plot.data[series] ?? [];
  for (let at = index ?? values.length - 1; at >= 0; at--) {
    const value = values[at];
    if (value !== null && value !== undefined) return value;
  }
  return null;
}
