import { useEffect, useMemo, useRef } from "preact/hooks";
import uPlot from "uplot";
import { useColors } from "../colors.ts";
import { day, shortDay, usd, usdMarks } from "../format.ts";
import { lastValue } from "../last-value.ts";
import { dayOf, type Overview } from "./history.ts";

const HEIGHT = 190;
const DAY_S = 86_400;
/** The possible distances of marks on the axis, in days. */
const DAYS = [1, 2, 3, 7, 14, 28, 56, 91, 182, 364, 728];

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
    (): uPlot.AlignedData => [days.map(({ dayMs }) => dayMs / 1000), days.map(({ usd: value }) => value)],
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
            range: ({ data: [seconds] }) => [
              (seconds[0] ?? 0) - DAY_S / 2,
              (seconds.at(-1) ?? 0) + DAY_S / 2,
            ],
          },
          y: { range: (_, __, max) => [0, (max || 1) * 1.1] },
        },
        axes: [
          {
            stroke: colors.dim,
            grid: { show: false },
            ticks: grid,
            space: 60,
            incrs: DAYS.map((count) => count * DAY_S),
            values: (_, marks) => marks.map((mark) => shortDay(mark * 1000)),
          },
          { stroke: colors.dim, grid, size: 64, values: (_, marks) => usdMarks(marks) },
        ],
        series: [
          {
            label: "day",
            value: (plot, _, series, index) => day((lastValue(plot, series, index) ?? 0) * 1000),
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
                ({ dayMs }) => dayMs / 1000 > from - DAY_S / 2 && dayMs / 1000 < to + DAY_S / 2,
              );
              const [first, last] = [touched[0], touched.at(-1)];
              plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
              // A day may have 23 or 25 hours: a day and a half later is in the next day.
              if (first !== undefined && last !== undefined)
                current.current.onChoose(first.dayMs, dayOf(last.dayMs + 1.5 * DAY_S * 1000));
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
