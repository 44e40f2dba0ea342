import type { View } from "./draw.ts";
import type { TimeAxis } from "./time-axis.ts";

/** The shortest visible stretch, in milliseconds of the axis: the limit of zooming in. */
const CLOSEST_VIEW_MS = 20;

/** Makes a view shorter (`factor` below 1) or longer. `share`: the point of the view that keeps its place, 0 to 1. */
export function zoomed({ from, to }: View, factor: number, share: number, axis: TimeAxis): View {
  const center = from + (to - from) * share;
  return bounded({ from: center - (center - from) * factor, to: center + (to - center) * factor }, axis);
}

/** Moves a view along the axis and keeps it inside. */
export function moved({ from, to }: View, by: number, axis: TimeAxis): View {
  const length = to - from;
  const start = Math.min(Math.max(0, from + by), Math.max(0, axis.length - length));
  return { from: start, to: start + length };
}

/** Returns a view of a stretch, with a tenth of it on each side. */
export function around({ from, to }: View, axis: TimeAxis): View {
  const margin = (to - from) / 10;
  return bounded({ from: from - margin, to: to + margin }, axis);
}

function bounded({ from, to }: View, axis: TimeAxis): View {
  const length = Math.min(axis.length, Math.max(CLOSEST_VIEW_MS, to - from));
  return moved({ from: (from + to - length) / 2, to: (from + to + length) / 2 }, 0, axis);
}
