import type { Counts } from "../session/amounts.ts";
import { addCounts, noCounts } from "../session/sums/counts.ts";
import { type Row, SLOT_MS } from "../session/sums/rows.ts";

/** A five-hour window in which subscriptions count usage. It begins at the full hour of its first request. */
export interface Block {
  startMs: number;
  endMs: number;
  counts: Counts;
  /** Start of the first slot with usage, and end of the last one. */
  firstMs: number;
  lastMs: number;
  /** Whether the window is the current one. */
  isActive: boolean;
  /** Only if active: the cost per hour so far, and the cost of the whole window at that rate. USD. */
  usdPerHour?: number;
  projectedUsd?: number;
}

export const BLOCK_MS = 5 * 3_600_000;
const HOUR_MS = 3_600_000;

/** The windows that hold the requests of these rows, oldest first. */
export function blocksOf(rows: readonly Row[], nowMs: number): Block[] {
  const used = rows.filter(({ requests = 0 }) => requests > 0).sort((a, b) => a.slotMs - b.slotMs);
  const blocks: Block[] = [];
  for (const row of used) {
    const last = blocks.at(-1);
    const block = last !== undefined && row.slotMs < last.endMs ? last : newBlock(row.slotMs);
    if (block !== last) blocks.push(block);
    block.lastMs = Math.max(block.lastMs, row.slotMs + SLOT_MS);
    addCounts(block.counts, row);
  }
  for (const block of blocks) {
    block.isActive = nowMs < block.endMs && nowMs - block.lastMs < BLOCK_MS;
    if (block.isActive) Object.assign(block, burnOf(block, nowMs));
  }
  return blocks;
}

function newBlock(slotMs: number): Block {
  const startMs = Math.floor(slotMs / HOUR_MS) * HOUR_MS;
  return {
    startMs,
    endMs: startMs + BLOCK_MS,
    counts: noCounts(),
    firstMs: slotMs,
    lastMs: slotMs,
    isActive: false,
  };
}

/** The cost rate and projection. Empty in the first quarter of an hour, which is too short for a rate. */
function burnOf({ counts, firstMs, endMs }: Block, nowMs: number): Partial<Block> {
  const hours = (nowMs - firstMs) / HOUR_MS;
  if (hours < 0.25) return {};
  const usdPerHour = counts.costUsd / hours;
  return { usdPerHour, projectedUsd: counts.costUsd + (usdPerHour * (endMs - nowMs)) / HOUR_MS };
}
