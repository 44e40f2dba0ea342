import { useEffect, useMemo, useRef } from "preact/hooks";
import uPlot from "uplot";
import type { PageSession } from "../../src/page/model.ts";
import { type Colors, useColors } from "../colors.ts";
import { clockOf, percent, percentMarks, short, time, usd, usdMarks } from "../format.ts";
import { lastValue } from "../last-value.ts";
import { labelWidth, type View } from "./draw.ts";
import { roundTicks } from "./round-ticks.ts";
import type { TimeAxis } from "./time-axis.ts";

const HEIGHT = 150;

interface Props {
  page: PageSession;
  axis: TimeAxis;
  view: View;
}

/** Draws context, total cost and cache traffic of the main conversation, on the time axis of the waterfall. */
export function Curves({ page, axis, view }: Props) {
  const box = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot>(undefined);
  const colors = useColors();
  const data = useMemo(() => curvesOf(page, axis), [page, axis]);

  useEffect(() => {
    const element = box.current;
    if (element === null) return;
    plot.current = new uPlot(options(element.clientWidth, axis, colors), data, element);
    const observer = new ResizeObserver(() =>
      plot.current?.setSize({ width: element.clientWidth, height: HEIGHT }),
    );
    observer.observe(element);
    return () => {
      observer.disconnect();
      plot.current?.destroy();
    };
  }, [axis, colors]);
  useEffect(() => plot.current?.setData(data, false), [data]);
  useEffect(() => plot.current?.setScale("x", { min: view.from, max: view.to }), [view, data, axis, colors]);

  return <div ref={box} class="chart" role="img" aria-label="Context, cost so far, cache reads and writes" />;
}

/** Returns the columns for uPlot: position, context share, total cost in USD, cache reads, cache writes. */
function curvesOf(page: PageSession, axis: TimeAxis): uPlot.AlignedData {
  const points = page.requests
    .filter(({ error }) => error === undefined)
    .map((request) => ({ ...request, at: axis.at(request.endMs) }))
    .sort((a, b) => a.at - b.at);
  const columns: [number[], (number | null)[], number[], (number | null)[], (number | null)[]] = [
    [0],
    [null],
    [0],
    [null],
    [null],
  ];
  let cost = 0;
  for (const { at, lane, contextRatio, costUsd, tokens } of points) {
    cost += costUsd ?? 0;
    columns[0].push(at);
    // Context and cache belong to one conversation. The cost includes all of them.
    columns[1].push(lane === 0 ? (contextRatio ?? null) : null);
    columns[2].push(cost);
    columns[3].push(lane === 0 ? tokens.cacheRead : null);
    columns[4].push(lane === 0 ? tokens.cacheWrite : null);
  }
  return columns;
}

/** About half the width of a character of a tick in pixels. */
const HALF_CHARACTER = 3.7;

/**
 * Formats a tick. Adds parts of a second when zoomed in, where ticks are less than a second apart. Empty where the
 * right edge would cut it off.
 */
function tick(at: number, axis: TimeAxis, plot: uPlot): string {
  const { min = 0, max = 0 } = plot.scales.x ?? {};
  const length = max - min;
  const digits = length < 2_000 ? 3 : length < 20_000 ? 1 : 0;
  const ms = axis.ms(at);
  const part = String(Math.floor(ms % 1000))
    .padStart(3, "0")
    .slice(0, digits);
  const text = `${time(ms)}${digits === 0 ? "" : "."}${part}`;
  // Not the width that the plot has: it changes only after this.
  const toEdge = ((max - at) / length) * (plot.width - labelWidth(plot.width));
  return toEdge < text.length * HALF_CHARACTER ? "" : text;
}

/** Formats the marks of an axis. Empty if its series has no value: then there is no scale either. */
function ifAny(series: number, format: (marks: readonly number[]) => string[]) {
  return (plot: uPlot, marks: number[]) =>
    plot.data[series]?.some(Boolean) ? format(marks) : marks.map(() => "");
}

function options(width: number, axis: TimeAxis, colors: Colors): uPlot.Options {
  const clock = clockOf(axis.ms(0), axis.ms(axis.length));
  const stepped = uPlot.paths.stepped?.({ align: 1 });
  const line = (label: string, scale: string, stroke: string, value: (v: number) => string) => ({
    label,
    scale,
    stroke,
    width: 1.5,
    spanGaps: true,
    points: { show: false },
    ...(stepped === undefined ? {} : { paths: stepped }),
    value: (plot: uPlot, _: number | null, series: number, index: number | null) => {
      const last = lastValue(plot, series, index);
      return last === null ? "–" : value(last);
    },
  });
  const strokes = ["", colors.context, colors.cost, colors.cacheRead, colors.cacheWrite];
  const grid = { stroke: colors.line, width: 1 };
  return {
    width,
    height: HEIGHT,
    padding: [8, 0, 0, 0],
    legend: { markers: { fill: (_, index) => strokes[index] ?? "" } },
    cursor: { drag: { x: false, y: false }, y: false },
    scales: {
      x: { time: false },
      context: { range: (_, __, max) => [0, Math.min(1, (max || 1) * 1.25)] },
      usd: { range: (_, __, max) => [0, (max || 1) * 1.05] },
      tokens: { range: (_, __, max) => [0, (max || 1) * 1.5] },
    },
    axes: [
      {
        stroke: colors.dim,
        grid,
        ticks: grid,
        size: 28,
        space: 110,
        splits: (_, __, min, max, step) => roundTicks(axis, min, max, step),
        values: (plot, marks) => marks.map((at) => tick(at, axis, plot)),
      },
      {
        scale: "context",
        stroke: colors.context,
        grid,
        ticks: { show: false },
        size: 42,
        values: ifAny(1, percentMarks),
      },
      {
        scale: "usd",
        stroke: colors.cost,
        grid: { show: false },
        ticks: { show: false },
        size: (plot) => labelWidth(plot.width) - 42,
        values: ifAny(2, usdMarks),
      },
    ],
    series: [
      {
        label: "time",
        value: (plot, _, series, index) => clock(axis.ms(lastValue(plot, series, index) ?? 0)),
      },
      line("context", "context", colors.context, percent),
      { ...line("cost so far", "usd", colors.cost, (v) => (v === 0 ? "–" : usd(v))), width: 2 },
      line("cache read", "tokens", colors.cacheRead, short),
      line("cache write", "tokens", colors.cacheWrite, short),
    ],
  };
}
