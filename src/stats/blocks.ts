import type { Counts } from "../session/amounts.ts";
import { addCounts, noCounts } from "../session/sums/counts.ts";
import { type Row, SLOT_MS } from "../session/sums/rows.ts";
import type { Summary } from "../session/sums/summary.ts";
import { addUsd } from "../session/sums/usage.ts";

/** A five-hour window in which subscriptions count usage. It begins at the full hour of its first request. */
export interface Block extends Burn {
  startMs: number;
  endMs: number;
  counts: Counts;
  /** Start of the first slot with usage, and end of the last one. */
  firstMs: number;
  lastMs: number;
  /**
   * The earliest and the latest time that its requests may have: the ends of those slots, or the begin and the end of a
   * session within them.
   */
  fromMs: number;
  toMs: number;
  /** Whether the window is the current one. */
  isActive: boolean;
}

/** Of an active window: the cost per hour of work so far, and that of the whole window if it goes on so. In USD. */
export interface Burn {
  usdPerHour?: number;
  projectedUsd?: number;
}

export const BLOCK_MS = 5 * 3_600_000;
const HOUR_MS = 3_600_000;

/** The sums of a full hour of UTC, of rows with requests. Plain JSON. */
interface HourRow {
  /** Starts of its first and its last slot with requests, in epoch ms. */
  firstMs: number;
  lastMs: number;
  /** The earliest and the latest time that its requests may have. */
  fromMs: number;
  toMs: number;
  /** Zero counts are left out. */
  counts: Partial<Counts>;
}

/** What windows are made of. Plain JSON. Those of different sessions add up, by `mergeHours`. */
export interface HourSums {
  hours: HourRow[];
  /** What Claude Code's own sums have beyond the records, in USD. Undefined if it wrote none. */
  hiddenUsd?: number;
  /** Whether every row of the sessions was counted. */
  isWhole: boolean;
}

/**
 * Adds up sessions for windows, one by one. Windows begin and end at full hours, so nothing more than sums by hour is
 * needed for them. `chosen`: returns the rows of a summary that are counted.
 */
export function createHourAdder(chosen: (summary: Summary) => Row[]): {
  add(one: { summary: Summary }): void;
  sums(): HourSums;
} {
  const hours = new Map<number, HourRow>();
  const sums: Omit<HourSums, "hours"> = { isWhole: true };
  return {
    add({ summary }) {
      const rows = chosen(summary);
      if (rows.length === 0) return;
      for (const row of rows) addToHour(hours, row, summary);
      if (rows.length < summary.rows.length) sums.isWhole = false;
      if (summary.hiddenUsd !== undefined) sums.hiddenUsd = addUsd(sums.hiddenUsd ?? 0, summary.hiddenUsd);
    },
    sums: () => ({ ...sums, hours: [...hours.values()] }),
  };
}

function addToHour(
  hours: Map<number, HourRow>,
  row: Row,
  session: Pick<Summary, "firstMs" | "lastMs">,
): void {
  const { slotMs, requests = 0 } = row;
  if (requests === 0) return;
  const atMs = hourOf(slotMs);
  const fromMs = Math.max(slotMs, session.firstMs ?? slotMs);
  const toMs = Math.min(slotMs + SLOT_MS, session.lastMs ?? slotMs + SLOT_MS);
  const hour = hours.get(atMs) ?? { firstMs: slotMs, lastMs: slotMs, fromMs, toMs, counts: {} };
  hours.set(atMs, hour);
  hour.firstMs = Math.min(hour.firstMs, slotMs);
  hour.lastMs = Math.max(hour.lastMs, slotMs);
  hour.fromMs = Math.min(hour.fromMs, fromMs);
  hour.toMs = Math.max(hour.toMs, toMs);
  addCounts(hour.counts, row);
}

/** Adds up the sums of different sessions. `hiddenUsd` is undefined if only a part of a session was counted. */
export function mergeHours(parts: readonly HourSums[]): Omit<HourSums, "isWhole"> {
  const known = parts.flatMap(({ hiddenUsd }) => hiddenUsd ?? []);
  const isKnown = known.length > 0 && parts.every(({ isWhole }) => isWhole);
  return {
    hours: parts.flatMap(({ hours }) => hours),
    ...(isKnown ? { hiddenUsd: known.reduce(addUsd) } : {}),
  };
}

/** The windows that hold the requests of these hours, oldest first. An hour may be there several times. */
export function blocksOf(hours: readonly HourRow[], nowMs: number): Block[] {
  const blocks: Block[] = [];
  for (const { firstMs, lastMs, fromMs, toMs, counts } of [...hours].sort((a, b) => a.firstMs - b.firstMs)) {
    const last = blocks.at(-1);
    const block = last !== undefined && firstMs < last.endMs ? last : newBlock(firstMs, fromMs);
    if (block !== last) blocks.push(block);
    block.lastMs = Math.max(block.lastMs, lastMs + SLOT_MS);
    block.fromMs = Math.min(block.fromMs, fromMs);
    block.toMs = Math.max(block.toMs, toMs);
    addCounts(block.counts, counts);
  }
  for (const block of blocks) {
    block.isActive = nowMs < block.endMs && nowMs - block.lastMs < BLOCK_MS;
    if (block.isActive) Object.assign(block, burnOf(block, nowMs));
  }
  return blocks;
}

/** The sum of all windows. */
export function totalOf(blocks: readonly Block[]): Counts {
  const total = noCounts();
  for (const { counts } of blocks) addCounts(total, counts);
  return total;
}

function hourOf(ms: number): number {
  return Math.floor(ms / HOUR_MS) * HOUR_MS;
}

function newBlock(slotMs: number, fromMs: number): Block {
  const startMs = hourOf(slotMs);
  return {
    startMs,
    endMs: startMs + BLOCK_MS,
    counts: noCounts(),
    firstMs: slotMs,
    lastMs: slotMs,
    fromMs,
    toMs: fromMs,
    isActive: false,
  };
}

/** The cost rate and projection. Empty before a quarter of an hour of work, which is too short for a rate. */
function burnOf({ counts, fromMs, toMs, endMs }: Block, nowMs: number): Burn {
  const hours = (Math.min(toMs, nowMs) - fromMs) / HOUR_MS;
  if (hours < 0.25) return {};
  const usdPerHour = counts.costUsd / hours;
  return { usdPerHour, projectedUsd: counts.costUsd + (usdPerHour * (endMs - nowMs)) / HOUR_MS };
}
