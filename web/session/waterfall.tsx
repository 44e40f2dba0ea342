import { useEffect, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import type { PageSession } from "../../src/page/model.ts";
import { useColors } from "../colors.ts";
import { barAt, drawRows, labelWidth, ROW_HEIGHT, type Scene, type View } from "./draw.ts";
import { describeItem, timesOf } from "./items.ts";
import { type ItemRef, type Row, rowOf, rowsOf, rowsWithin } from "./rows.ts";
import type { Span, TimeAxis } from "./time-axis.ts";
import { moved, zoomed } from "./view.ts";

interface Props {
  page: PageSession;
  axis: TimeAxis;
  view: View;
  models: readonly string[];
  selected: ItemRef | undefined;
  onView: (view: View) => void;
  onSelect: (item: ItemRef | undefined) => void;
}

/** The most pixels of rows that are visible at once. */
const MOST_HEIGHT = 620;

function heightOf(rows: readonly Row[]): number {
  return Math.max(3, rows.length) * ROW_HEIGHT + 18;
}

/** Where to show a tip beside a point: below it, or above it in the lower half of the window. */
function beside(y: number) {
  return y < innerHeight / 2 ? { top: `${y + 14}px` } : { bottom: `${innerHeight - y + 14}px` };
}

/** Draws the session over time: a canvas with rows for each conversation and its parallel calls. */
export function Waterfall(props: Props) {
  const { page, axis, view, models, selected, onView, onSelect } = props;
  const box = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const [tip, setTip] = useState<{ x: number; y: number; lines: string[] }>();
  const allRows = useMemo(() => rowsOf(page), [page]);
  const [fromMs, toMs] = [axis.ms(view.from), axis.ms(view.to)];
  const rows = useMemo(() => rowsWithin(allRows, fromMs, toMs), [allRows, fromMs, toMs]);
  const isWithin = ({ startMs, endMs }: Span) => startMs <= toMs && endMs >= fromMs;
  const colors = useColors();
  const scene: Scene = { page, rows, axis, view, colors, models, selected };
  const current = useRef(scene);
  current.current = scene;

  // Not when only the tip moves.
  useLayoutEffect(() => paint(), Object.values(scene));
  const found = useRef<ItemRef>(undefined);
  useEffect(() => {
    // Once for each selection, and after the time line has moved to it: then the user scrolls.
    if (selected === undefined || found.current === selected || !isWithin(timesOf(page, selected))) return;
    const row = rowOf(rows, selected);
    if (row === undefined || !box.current) return;
    found.current = selected;
    const { scrollTop, clientHeight } = box.current;
    const top = row * ROW_HEIGHT;
    if (top < scrollTop || top + ROW_HEIGHT > scrollTop + clientHeight)
      box.current.scrollTop = top - clientHeight / 2;
  }, [selected, rows]);
  useEffect(() => {
    const observer = new ResizeObserver(() => paint());
    if (box.current) observer.observe(box.current);
    return () => observer.disconnect();
  }, []);
  useEffect(() => {
    const element = box.current;
    // Not passive: the wheel over the rows zooms and must not scroll the page.
    const onWheel = (event: WheelEvent) => zoomByWheel(event);
    element?.addEventListener("wheel", onWheel, { passive: false });
    return () => element?.removeEventListener("wheel", onWheel);
  }, []);

  const frame = useRef(0);
  function paint(): void {
    cancelAnimationFrame(frame.current);
    frame.current = requestAnimationFrame(() => {
      const [element, target] = [canvas.current, box.current];
      const context = element?.getContext("2d");
      if (!element || !target || !context) return;
      const ratio = devicePixelRatio || 1;
      const { clientWidth: width, clientHeight: height, scrollTop } = target;
      if (element.width !== Math.round(width * ratio) || element.height !== Math.round(height * ratio)) {
        element.width = Math.round(width * ratio);
        element.height = Math.round(height * ratio);
        element.style.width = `${width}px`;
        element.style.height = `${height}px`;
      }
      context.setTransform(ratio, 0, 0, ratio, 0, 0);
      drawRows(context, current.current, { width, height, scrollTop });
    });
  }

  function zoom(factor: number, x?: number): void {
    const whole = box.current?.clientWidth ?? 600;
    const left = labelWidth(whole);
    const share = x === undefined ? 0.5 : Math.min(1, Math.max(0, (x - left) / (whole - left)));
    onView(zoomed(current.current.view, factor, share, current.current.axis));
  }

  function pan(share: number): void {
    const { view: now, axis: line } = current.current;
    onView(moved(now, (now.to - now.from) * share, line));
  }

  function zoomByWheel(event: WheelEvent): void {
    const { left = 0 } = box.current?.getBoundingClientRect() ?? {};
    if (event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY)) {
      event.preventDefault();
      pan((event.deltaX || event.deltaY) / 800);
    } else if (event.ctrlKey || event.metaKey || event.altKey) {
      event.preventDefault();
      zoom(Math.exp(event.deltaY * 0.003), event.clientX - left);
    }
  }

  const drag = useRef<{ x: number; view: View; moved: boolean }>(undefined);
  function pointOf(event: PointerEvent) {
    const { left = 0, top = 0 } = box.current?.getBoundingClientRect() ?? {};
    return { x: event.clientX - left, y: event.clientY - top + (box.current?.scrollTop ?? 0) };
  }
  function onPointerDown(event: PointerEvent): void {
    drag.current = { x: event.clientX, view, moved: false };
    box.current?.setPointerCapture(event.pointerId);
  }
  function onPointerMove(event: PointerEvent): void {
    const whole = box.current?.clientWidth ?? 600;
    const width = whole - labelWidth(whole);
    if (drag.current !== undefined) {
      const by = event.clientX - drag.current.x;
      if (Math.abs(by) > 3) drag.current.moved = true;
      const { from, to } = drag.current.view;
      if (drag.current.moved) onView(moved(drag.current.view, (-by / width) * (to - from), axis));
      return;
    }
    const item = barAt(scene, whole, pointOf(event));
    setTip(
      item === undefined
        ? undefined
        : { x: event.clientX + 14, y: event.clientY, lines: describeItem(page, item) },
    );
  }
  function onPointerUp(event: PointerEvent): void {
    if (drag.current?.moved === false) onSelect(barAt(scene, box.current?.clientWidth ?? 0, pointOf(event)));
    drag.current = undefined;
  }

  function onKeyDown(event: KeyboardEvent): void {
    const actions: Record<string, () => void> = {
      ArrowLeft: () => pan(-0.15),
      ArrowRight: () => pan(0.15),
      "+": () => zoom(0.7),
      "=": () => zoom(0.7),
      "-": () => zoom(1 / 0.7),
      "0": () => onView({ from: 0, to: axis.length }),
    };
    const action = event.ctrlKey || event.metaKey ? undefined : actions[event.key];
    if (action === undefined) return;
    event.preventDefault();
    action();
  }

  const height = Math.min(heightOf(allRows), MOST_HEIGHT);
  return (
    <>
      <div
        ref={box}
        class={drag.current?.moved ? "rows dragging" : "rows"}
        style={{ height: `${height}px` }}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: keys zoom and pan it. The table has the same items.
        tabIndex={0}
        role="img"
        aria-label="Waterfall of the session. Arrow keys move, plus and minus zoom, 0 shows all, n and p select the next and previous item. The table below has the same items."
        onScroll={paint}
        onKeyDown={onKeyDown}
        onPointerDown={onPointerDown}
        onPointerMove={onPointerMove}
        onPointerUp={onPointerUp}
        onPointerLeave={() => setTip(undefined)}
        onDblClick={(event: MouseEvent) =>
          zoom(0.4, event.clientX - (box.current?.getBoundingClientRect().left ?? 0))
        }
      >
        <canvas ref={canvas} />
        <div style={{ height: `${Math.max(0, heightOf(rows) - height)}px` }} />
      </div>
      {tip && (
        <div
          class="tip"
          style={{ left: `${Math.max(4, Math.min(tip.x, innerWidth - 440))}px`, ...beside(tip.y) }}
        >
          {tip.lines.map((text, index) => (
            <div key={index}>{text}</div>
          ))}
        </div>
      )}
    </>
  );
}
