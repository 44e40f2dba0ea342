import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import type { PageSession } from "../../src/page/model.ts";
import { useKeys } from "../keys.ts";
import type { Numbers } from "../numbers.ts";
import { Curves } from "./curves.tsx";
import type { View } from "./draw.ts";
import { timesOf } from "./items.ts";
import type { ItemRef } from "./rows.ts";
import { createTimeAxis, type TimeAxis } from "./time-axis.ts";
import { around, moved, zoomed } from "./view.ts";
import { Waterfall } from "./waterfall.tsx";

/** The number of models with their own color. */
const MOST_MODELS = 4;

interface Props {
  page: PageSession;
  numbers: Numbers;
  selected: ItemRef | undefined;
  onSelect: (item: ItemRef | undefined) => void;
}

/** Curves and waterfall on one axis. Only these two are drawn again while the axis moves. */
export function Timeline({ page, numbers, selected, onSelect }: Props) {
  const [isShortened, setShortened] = useState(true);
  const axis = useMemo(
    () => createTimeAxis([...page.turns, ...page.requests, ...page.calls, ...page.compactions], isShortened),
    [page, isShortened],
  );
  const [view, setView] = useViewOf(axis);
  const models = useMemo(() => numbers.models.map(({ model }) => model), [numbers]);
  const placeOf = (item: ItemRef): View => {
    const { startMs, endMs } = timesOf(page, item);
    return { from: axis.at(startMs), to: axis.at(endMs) };
  };
  useEffect(() => {
    if (selected === undefined) return;
    const { from, to } = placeOf(selected);
    if (to >= view.from && from <= view.to) return;
    setView(moved(view, (from + to - view.from - view.to) / 2, axis));
  }, [selected]);
  const zoomToSelected = () => {
    if (selected !== undefined) setView(around(placeOf(selected), axis));
  };
  useKeys({ f: zoomToSelected });
  return (
    <section class="panel">
      <div class="row spread">
        <h2>Time line</h2>
        <div class="row noprint">
          {(axis.gaps.length > 0 || !isShortened) && (
            <button type="button" aria-pressed={isShortened} onClick={() => setShortened(!isShortened)}>
              Shorten pauses
            </button>
          )}
          <button type="button" aria-label="Zoom out" onClick={() => setView(zoomed(view, 2, 0.5, axis))}>
            −
          </button>
          <button type="button" aria-label="Zoom in" onClick={() => setView(zoomed(view, 0.5, 0.5, axis))}>
            +
          </button>
          {selected !== undefined && (
            <button type="button" title="Zoom to the selected item (f)" onClick={zoomToSelected}>
              Show selected
            </button>
          )}
          <button type="button" onClick={() => setView({ from: 0, to: axis.length })}>
            Show all
          </button>
        </div>
      </div>
      <Curves page={page} axis={axis} view={view} />
      <Waterfall {...{ page, axis, view, models, selected, onView: setView, onSelect }} />
      <Legend models={models} page={page} />
    </section>
  );
}

/**
 * Returns the visible stretch. When a session grows, a view of the whole session still shows all of it. Any other view
 * keeps its place.
 */
function useViewOf(axis: TimeAxis): [View, (view: View) => void] {
  const [view, setView] = useState<View>({ from: 0, to: axis.length });
  const before = useRef(axis);
  useEffect(() => {
    const wasWhole = view.from <= 0 && view.to >= before.current.length;
    if (before.current !== axis) {
      const [from, to] = [before.current.ms(view.from), before.current.ms(view.to)];
      setView(
        wasWhole
          ? { from: 0, to: axis.length }
          : { from: axis.at(from), to: Math.max(axis.at(to), axis.at(from) + 1) },
      );
    }
    before.current = axis;
  }, [axis]);
  return [view, setView];
}

function Legend({ models, page }: { models: readonly string[]; page: PageSession }) {
  const swatch = (color: string) => <span class="swatch" style={{ background: `var(--${color})` }} />;
  const outcomes = useMemo(() => new Set(page.calls.map(({ outcome }) => outcome)), [page]);
  const isHatched = useMemo(
    () =>
      page.calls.some(({ waitIncluded }) => waitIncluded) ||
      page.requests.some(({ firstChunkMs, firstBlockMs }) => firstChunkMs === undefined && firstBlockMs),
    [page],
  );
  return (
    <div class="legend dim">
      {models.slice(0, MOST_MODELS).map((model, index) => (
        <span key={model}>
          {swatch(`model-${(index % 4) + 1}`)}
          {model}
        </span>
      ))}
      {models.length > MOST_MODELS && <span>and {models.length - MOST_MODELS} more models</span>}
      {page.calls.length > 0 && <span>{swatch("tool")}tool call</span>}
      {outcomes.has("error") && <span>{swatch("error")}failed</span>}
      {outcomes.has("denied") && <span>{swatch("denied")}denied</span>}
      {page.compactions.length > 0 && <span>{swatch("compaction")}compaction</span>}
      {isHatched && (
        <span>
          <span class="swatch hatched" />
          only a bound is known, or a person was waited for
        </span>
      )}
      <span class="noprint">
        click a bar for its details · drag to move · Ctrl + wheel, double-click or + − to zoom
      </span>
    </div>
  );
}
