import { useEffect, useMemo, useRef } from "preact/hooks";
import uPlot from "uplot";
import { useColors } from "../colors.ts";
import { day, shortDay, usd, usdMarks } from "../format.ts";
import { lastValue } from "../last-value.ts";
import { DISTANCES, dayMarks } from "./day-marks.ts";
import { dayOf, type Overview } from "./history.ts";

const HEIGHT = 190;
const DAY_MS = 86_400_000;

interface Props {
  days: Overview["days"];
  onChoose: (sinceMs: number, untilMs: number) => void;
}

/** Draws the cost by day as bars. Dragging over bars selects these days. */
export function DayChart(props: Props) {
  const { days } = props;
  // The chart lives longer than one set of days: a new one would lose the pointer, and days that the user drags over.
  const current = useRef(props);
  current.current = props;
  const chart = useRef<uPlot>(undefined);
  const box = useRef<HTMLDivElement>(null);
  const colors = useColors();
  const data = useMemo(
    (): uPlot.AlignedData => [days.map(({ dayMs }) => dayMs), days.map(({ usd: value }) => value)],
    [days],
  );
  const isEmpty = days.length === 0;
  useEffect(() => {
    const element = box.current;
    if (element === null || isEmpty) return;
    const grid = { stroke: colors.line, width: 1 };
    const bars = uPlot.paths.bars?.({ size: [0.8, 40] });
    const plot = new uPlot(
      {
        width: element.clientWidth,
        height: HEIGHT,
        padding: [8, 8, 0, 0],
        legend: { show: true },
        cursor: { drag: { x: true, y: false, setScale: false } },
        scales: {
          // Not from what uPlot suggests: for a single day, that is three years.
          x: {
            time: false,
            range: ({ data: [starts] }) => [(starts[0] ?? 0) - DAY_MS / 2, (starts.at(-1) ?? 0) + DAY_MS / 2],
          },
          y: { range: (_, __, max) => [0, (max || 1) * 1.1] },
        },
        axes: [
          {
            stroke: colors.dim,
            grid: { show: false },
            ticks: grid,
            space: 60,
            incrs: DISTANCES.map((count) => count * DAY_MS),
            splits: ({ data: [starts] }, _, __, ___, distance) =>
              dayMarks(Array.from(starts), distance / DAY_MS),
            values: (_, marks) => marks.map(shortDay),
          },
          { stroke: colors.dim, grid, size: 64, values: (_, marks) => usdMarks(marks) },
        ],
        series: [
          {
            label: "day",
            value: (plot, _, series, index) => day(lastValue(plot, series, index) ?? 0),
          },
          {
            label: "cost",
            fill: colors.cost,
            stroke: colors.cost,
            width: 0,
            points: { show: false },
            value: (plot, _, series, index) => usd(lastValue(plot, series, index) ?? 0),
            ...(bars === undefined ? {} : { paths: bars }),
          },
        ],
        hooks: {
          setSelect: [
            (plot) => {
              const { left, width } = plot.select;
              if (width < 3) return;
              const [from, to] = [plot.posToVal(left, "x"), plot.posToVal(left + width, "x")];
              // The bar of a day is centered on the day's start.
              const touched = current.current.days.filter(
                ({ dayMs }) => dayMs > from - DAY_MS / 2 && dayMs < to + DAY_MS / 2,
              );
              const [first, last] = [touched[0], touched.at(-1)];
              plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
              // A day may have 23 or 25 hours: a day and a half later is in the next day.
              if (first !== undefined && last !== undefined)
                current.current.onChoose(first.dayMs, dayOf(last.dayMs + 1.5 * DAY_MS));
            },
          ],
        },
      },
      data,
      element,
    );
    const observer = new ResizeObserver(() => {
      if (element.clientWidth > 0) plot.setSize({ width: element.clientWidth, height: HEIGHT });
    });
    observer.observe(element);
    chart.current = plot;
    return () => {
      observer.disconnect();
      plot.destroy();
      chart.current = undefined;
    };
  }, [isEmpty, colors]);
  useEffect(() => chart.current?.setData(data), [data]);
  if (isEmpty) return <p class="dim">None of these sessions has a cost.</p>;
  return <div ref={box} class="chart" role="img" aria-label={inWords(days)} />;
}

/** Says what the chart shows, for readers who cannot see it. */
function inWords(days: Overview["days"]): string {
  const said = ({ dayMs, usd: value }: Overview["days"][number]) => `${usd(value)} on ${day(dayMs)}`;
  const [first, last] = [days[0], days.at(-1)];
  const most = days.reduce((a, b) => (b.usd > a.usd ? b : a), days[0] ?? { dayMs: 0, usd: 0 });
  if (first === undefined || last === undefined) return "Cost by day";
  return days.length === 1
    ? `Cost by day: ${said(first)}`
    : `Cost by day, ${day(first.dayMs)} to ${day(last.dayMs)}: most was ${said(most)}, last ${said(last)}`;
}
