import type { PageCall, PageRequest, PageSession, PageTurn } from "../../src/page/model.ts";
import type { Colors } from "../colors.ts";
import { duration } from "../format.ts";
import { type Bar, firstBarFrom, type ItemRef, type Row, TURNS } from "./rows.ts";
import type { TimeAxis } from "./time-axis.ts";

export const ROW_HEIGHT = 18;

/** Returns the width of the lane names to the left of the axis. */
export function labelWidth(width: number): number {
  return width < 560 ? 92 : 180;
}

const BAR_HEIGHT = 13;

/** The visible part of the time axis, in positions of the axis. */
export interface View {
  from: number;
  to: number;
}

export interface Scene {
  page: PageSession;
  rows: readonly Row[];
  axis: TimeAxis;
  view: View;
  colors: Colors;
  /** The models in the order that gives them their colors. */
  models: readonly string[];
  selected: ItemRef | undefined;
}

/** Draws the visible rows from `scrollTop`. The work depends on what is visible, not on the size of the session. */
export function drawRows(
  context: CanvasRenderingContext2D,
  scene: Scene,
  size: { width: number; height: number; scrollTop: number },
): void {
  const { width, height, scrollTop } = size;
  const { colors, rows, view, axis } = scene;
  context.clearRect(0, 0, width, height);
  drawBands(context, scene, width, height);
  const first = Math.floor(scrollTop / ROW_HEIGHT);
  const last = Math.min(rows.length, Math.ceil((scrollTop + height) / ROW_HEIGHT));
  context.font = "12px system-ui, sans-serif";
  context.textBaseline = "middle";
  for (let index = first; index < last; index++) {
    const row = rows[index] as Row;
    const y = index * ROW_HEIGHT - scrollTop;
    if (row.isFirst && index > 0) line(context, colors.line, 0, y, width);
    drawBars(context, scene, row, y, width);
    if (row.isFirst) drawLabel(context, scene, row.lane, y, width);
  }
  for (const gap of axis.gaps) drawGap(context, scene, gap, view, width, height);
  for (const { startMs } of scene.page.runs.slice(1)) drawResume(context, scene, startMs, width, height);
}

function xOf({ view }: Scene, width: number, at: number): number {
  const left = labelWidth(width);
  return left + ((at - view.from) / (view.to - view.from)) * (width - left);
}

function drawBands(context: CanvasRenderingContext2D, scene: Scene, width: number, height: number): void {
  const { page, axis, colors } = scene;
  context.fillStyle = colors.band;
  for (const { startMs, endMs, index } of page.turns) {
    if (index % 2 === 0) continue;
    const from = Math.max(labelWidth(width), xOf(scene, width, axis.at(startMs)));
    const to = Math.min(width, xOf(scene, width, axis.at(endMs)));
    if (to > from) context.fillRect(from, 0, to - from, height);
  }
}

function drawBars(context: CanvasRenderingContext2D, scene: Scene, row: Row, y: number, width: number): void {
  const { axis, view, selected } = scene;
  let lastX = Number.NEGATIVE_INFINITY;
  for (let index = firstBarFrom(row.bars, axis.ms(view.from)); index < row.bars.length; index++) {
    const bar = row.bars[index] as Bar;
    const start = axis.at(bar.startMs);
    if (start > view.to) break;
    const from = Math.max(labelWidth(width), xOf(scene, width, start));
    const to = Math.min(width, Math.max(from + 1.5, xOf(scene, width, axis.at(bar.endMs))));
    const isSelected = selected?.kind === bar.item.kind && selected.index === bar.item.index;
    // Draw only one of several bars on the same pixel, except for selected and failed ones.
    if (to <= lastX + 0.5 && !isSelected && !isFailed(scene.page, bar.item)) continue;
    lastX = to;
    drawBar(context, scene, bar, { from, to, top: y + (ROW_HEIGHT - BAR_HEIGHT) / 2, width });
    if (isSelected) {
      context.strokeStyle = scene.colors.select;
      context.lineWidth = 2;
      context.strokeRect(from - 1, y + 1.5, to - from + 2, ROW_HEIGHT - 3);
    }
  }
}

interface Place {
  from: number;
  to: number;
  top: number;
  width: number;
}

function drawBar(context: CanvasRenderingContext2D, scene: Scene, bar: Bar, place: Place): void {
  const { page, colors } = scene;
  switch (bar.item.kind) {
    case "turn":
      return drawTurn(context, colors, page.turns[bar.item.index] as PageTurn, place);
    case "compaction":
      return fill(context, colors.compaction, place);
    case "request":
      return drawRequest(context, scene, page.requests[bar.item.index] as PageRequest, place);
    case "call":
      return drawCall(context, colors, page.calls[bar.item.index] as PageCall, place);
  }
}

/** Draws a frame with the prompt in it. */
function drawTurn(
  context: CanvasRenderingContext2D,
  colors: Colors,
  { index, prompt, outcome }: PageTurn,
  place: Place,
): void {
  fill(context, colors.line, place);
  const text = [index, prompt].filter((part) => part !== undefined).join("  ");
  write(context, text, outcome === "failed" ? colors.error : colors.text, place);
}

/** Writes text inside a bar and clips it at the end of the bar. Writes nothing if the bar is too short. */
function write(context: CanvasRenderingContext2D, text: string, color: string, place: Place): void {
  const { from, to, top } = place;
  if (to - from < 14) return;
  context.save();
  context.beginPath();
  context.rect(from, top, to - from - 3, BAR_HEIGHT);
  context.clip();
  context.fillStyle = color;
  context.fillText(text, from + 4, top + BAR_HEIGHT / 2 + 0.5);
  context.restore();
}

/**
 * Draws the part before the first chunk pale. If only the first complete block is known, hatches it to show an upper
 * bound.
 */
function drawRequest(
  context: CanvasRenderingContext2D,
  scene: Scene,
  request: PageRequest,
  place: Place,
): void {
  const { colors, models, axis } = scene;
  if (request.error !== undefined) return fill(context, colors.error, place);
  const color = colors.models[models.indexOf(request.model) % colors.models.length] ?? colors.tool;
  fill(context, color, place);
  const until = request.firstChunkMs ?? request.firstBlockMs;
  if (until === undefined || place.to - place.from < 6) return;
  const x = Math.min(place.to, xOf(scene, place.width, axis.at(until)));
  if (x <= place.from) return;
  context.save();
  context.globalAlpha = 0.55;
  fill(context, colors.panel, { ...place, to: x });
  context.restore();
  if (request.firstChunkMs === undefined) hatch(context, color, { ...place, to: x });
}

function drawCall(context: CanvasRenderingContext2D, colors: Colors, call: PageCall, place: Place): void {
  const color = {
    ok: colors.tool,
    error: colors.error,
    denied: colors.denied,
    interrupted: colors.wait,
    unfinished: colors.tool,
  }[call.outcome];
  if (call.waitIncluded === true) {
    context.save();
    context.globalAlpha = 0.25;
    fill(context, color, place);
    context.restore();
    return hatch(context, color, place);
  }
  fill(context, color, place);
  if (place.to - place.from >= 32) write(context, call.name, colors.onBar, place);
}

function fill(context: CanvasRenderingContext2D, color: string, { from, to, top }: Place): void {
  context.fillStyle = color;
  context.fillRect(from, top, to - from, BAR_HEIGHT);
}

function hatch(context: CanvasRenderingContext2D, color: string, { from, to, top }: Place): void {
  context.save();
  context.beginPath();
  context.rect(from, top, to - from, BAR_HEIGHT);
  context.clip();
  context.strokeStyle = color;
  context.lineWidth = 1.2;
  context.beginPath();
  for (let x = from - BAR_HEIGHT; x < to; x += 5) {
    context.moveTo(x, top + BAR_HEIGHT);
    context.lineTo(x + BAR_HEIGHT, top);
  }
  context.stroke();
  context.strokeRect(from + 0.5, top + 0.5, to - from - 1, BAR_HEIGHT - 1);
  context.restore();
}

function drawLabel(
  context: CanvasRenderingContext2D,
  { page, colors }: Scene,
  lane: number,
  y: number,
  width: number,
): void {
  context.fillStyle = lane === 0 ? colors.text : colors.dim;
  const room = labelWidth(width) - 14;
  context.fillText(cut(context, laneName(page, lane), room), 2, y + ROW_HEIGHT / 2 + 0.5);
}

function laneName(page: PageSession, lane: number): string {
  if (lane === TURNS) return "turns";
  if (lane === 0) return "main";
  const { name, description, isBackground } = page.lanes[lane] ?? { name: "" };
  return [isBackground ? "⤷" : "↳", description ?? name].join(" ");
}

/** Returns the text, or its beginning with "…" if it is wider than the room. */
function cut(context: CanvasRenderingContext2D, text: string, room: number): string {
  if (context.measureText(text).width <= room) return text;
  let [low, high] = [0, text.length];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (context.measureText(`${text.slice(0, middle)}…`).width <= room) low = middle;
    else high = middle - 1;
  }
  return `${text.slice(0, low).trimEnd()}…`;
}

/** Marks where the client was resumed. */
function drawResume(
  context: CanvasRenderingContext2D,
  scene: Scene,
  atMs: number,
  width: number,
  height: number,
): void {
  const x = Math.round(xOf(scene, width, scene.axis.at(atMs))) + 0.5;
  if (x < labelWidth(width) || x > width) return;
  context.strokeStyle = scene.colors.dim;
  context.lineWidth = 1;
  context.beginPath();
  context.moveTo(x, 0);
  context.lineTo(x, height);
  context.stroke();
  context.fillStyle = scene.colors.dim;
  context.fillText("resumed", x + 4, height - 9);
}

function drawGap(
  context: CanvasRenderingContext2D,
  scene: Scene,
  gap: { from: number; to: number; ms: number },
  view: View,
  width: number,
  height: number,
): void {
  if (gap.to < view.from || gap.from > view.to) return;
  const [from, to] = [xOf(scene, width, gap.from), xOf(scene, width, gap.to)];
  const x = (from + to) / 2;
  if (x < labelWidth(width) || to - from < 3) return;
  context.strokeStyle = scene.colors.line;
  context.setLineDash([2, 3]);
  context.beginPath();
  context.moveTo(x, 0);
  context.lineTo(x, height);
  context.stroke();
  context.setLineDash([]);
  if (to - from < 46) return;
  context.fillStyle = scene.colors.dim;
  context.textAlign = "center";
  context.fillText(duration(gap.ms), x, height - 9);
  context.textAlign = "left";
}

function line(context: CanvasRenderingContext2D, color: string, from: number, y: number, to: number): void {
  context.strokeStyle = color;
  context.lineWidth = 1;
  context.beginPath();
  context.moveTo(from, y + 0.5);
  context.lineTo(to, y + 0.5);
  context.stroke();
}

function isFailed(page: PageSession, item: ItemRef): boolean {
  if (item.kind === "request") return page.requests[item.index]?.error !== undefined;
  return item.kind === "call" && ["error", "denied"].includes(page.calls[item.index]?.outcome ?? "");
}

/** Returns the item at a point of the canvas. */
export function barAt(scene: Scene, width: number, { x, y }: { x: number; y: number }): ItemRef | undefined {
  const row = scene.rows[Math.floor(y / ROW_HEIGHT)];
  const left = labelWidth(width);
  if (row === undefined || x < left) return undefined;
  const perPixel = (scene.view.to - scene.view.from) / Math.max(1, width - left);
  const at = scene.view.from + (x - left) * perPixel;
  // A bar may be one pixel wide, so accept points up to two pixels beside it.
  const near = 2 * perPixel;
  let best: { item: ItemRef; distance: number } | undefined;
  for (let index = firstBarFrom(row.bars, scene.axis.ms(at - near)); index < row.bars.length; index++) {
    const { startMs, endMs, item } = row.bars[index] as Bar;
    const [from, to] = [scene.axis.at(startMs), scene.axis.at(endMs)];
    if (from > at + near) break;
    const distance = at < from ? from - at : at > to ? at - to : 0;
    if (best === undefined || distance < best.distance) best = { item, distance };
  }
  return best !== undefined && best.distance <= near ? best.item : undefined;
}
