import { useEffect, useMemo, useRef } from "preact/hooks";
import uPlot from "uplot";
import { colorsNow } from "../colors.ts";
import { usd } from "../format.ts";
import type { Overview } from "./history.ts";

const HEIGHT = 150;
const DAY_S = 86_400;

/** Cost by day as bars; dragging over them chooses days. */
export function DayChart({
  days,
  onChoose,
}: {
  days: Overview["days"];
  onChoose: (sinceMs: number) => void;
}) {
  const box = useRef<HTMLDivElement>(null);
  const data = useMemo(
    (): uPlot.AlignedData => [days.map(({ dayMs }) => dayMs / 1000), days.map(({ usd: value }) => value)],
    [days],
  );
  useEffect(() => {
    const element = box.current;
    if (element === null || days.length === 0) return;
    const colors = colorsNow();
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
          x: { range: (_, min, max) => [min - DAY_S / 2, max + DAY_S / 2] },
          y: { range: (_, __, max) => [0, (max || 1) * 1.1] },
        },
        axes: [
          { stroke: colors.dim, grid: { show: false }, ticks: grid },
          { stroke: colors.dim, grid, size: 64, values: (_, marks) => marks.map(usd) },
        ],
        series: [
          {
            label: "day",
            value: (_, v) =>
              v === null ? "–" : new Date(v * 1000).toLocaleDateString(undefined, { dateStyle: "medium" }),
          },
          {
            label: "cost",
            fill: colors.cost,
            stroke: colors.cost,
            width: 0,
            points: { show: false },
            value: (_, v) => (v === null ? "–" : usd(v)),
            ...(bars === undefined ? {} : { paths: bars }),
          },
        ],
        hooks: {
          setSelect: [
            (chart) => {
              if (chart.select.width > 0) onChoose(chart.posToVal(chart.select.left, "x") * 1000);
            },
          ],
        },
      },
      data,
      element,
    );
    const observer = new ResizeObserver(() => plot.setSize({ width: element.clientWidth, height: HEIGHT }));
    observer.observe(element);
    return () => {
      observer.disconnect();
      plot.destroy();
    };
  }, [data]);
  return <div ref={box} class="chart" role="img" aria-label="Cost by day" />;
}
