/**
 * Maps the time of a session to an axis. Shortens long idle stretches, so that a session of three days with an hour of
 * work shows that hour. Positions on the axis are milliseconds of drawn time, from 0.
 */
export interface TimeAxis {
  length: number;
  /** Epoch milliseconds → position. */
  at(ms: number): number;
  /** Position → epoch milliseconds. */
  ms(at: number): number;
  /** Positions of the shortened stretches. */
  gaps: readonly { from: number; to: number; ms: number }[];
}

export interface Span {
  startMs: number;
  endMs: number;
}

/** Shorter pauses keep their length. */
const SHORTEST_GAP_MS = 10_000;
/** The longest drawn length of a gap, as a share of all work. */
const GAP_SHARE = 0.02;

interface Stretch {
  startMs: number;
  endMs: number;
  from: number;
  to: number;
}

/** Creates the axis. `shorten`: whether to shorten gaps. */
export function createTimeAxis(spans: readonly Span[], shorten: boolean): TimeAxis {
  const busy = merged(spans, shorten ? SHORTEST_GAP_MS : Number.POSITIVE_INFINITY);
  const work = busy.reduce((sum, { startMs, endMs }) => sum + endMs - startMs, 0);
  const longest = Math.max(1_000, work * GAP_SHARE);
  const stretches: Stretch[] = [];
  const gaps: { from: number; to: number; ms: number }[] = [];
  let at = 0;
  const put = (startMs: number, endMs: number, length: number) => {
    stretches.push({ startMs, endMs, from: at, to: at + length });
    at += length;
  };
  for (const [index, { startMs, endMs }] of busy.entries()) {
    const before = busy[index - 1];
    if (before !== undefined) {
      const ms = startMs - before.endMs;
      const length = Math.min(ms, longest);
      if (length < ms) gaps.push({ from: at, to: at + length, ms });
      put(before.endMs, startMs, length);
    }
    put(startMs, endMs, Math.max(1, endMs - startMs));
  }
  return {
    length: Math.max(1, at),
    gaps,
    at: (ms) => map(stretches, ms, "startMs", "endMs", "from", "to"),
    ms: (position) => map(stretches, position, "from", "to", "startMs", "endMs"),
  };
}

function merged(spans: readonly Span[], gapMs: number): Span[] {
  const sorted = [...spans].sort((a, b) => a.startMs - b.startMs);
  const out: Span[] = [];
  for (const { startMs, endMs } of sorted) {
    const last = out.at(-1);
    if (last !== undefined && startMs - last.endMs <= gapMs) last.endMs = Math.max(last.endMs, endMs);
    else out.push({ startMs, endMs: Math.max(startMs, endMs) });
  }
  return out;
}

type Field = keyof Stretch;

function map(stretches: readonly Stretch[], x: number, a: Field, b: Field, toA: Field, toB: Field): number {
  let low = 0;
  let high = stretches.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((stretches[middle]?.[b] ?? 0) < x) low = middle + 1;
    else high = middle;
  }
  const stretch = stretches[low];
  if (stretch === undefined) return 0;
  const length = stretch[b] - stretch[a];
  const share = length <= 0 ? 0 : Math.min(1, Math.max(0, (x - stretch[a]) / length));
  return stretch[toA] + share * (stretch[toB] - stretch[toA]);
}
