import type { CompactBoundaryRecord } from "../../transcript/record.ts";
import type { Compaction } from "../model.ts";

/**
 * The compaction that a boundary ends. The client writes no record of the request that compacts. It writes the boundary
 * when the compaction is complete. Undefined when the record has no time.
 *
 * `sinceMs`: when the conversation began, in epoch ms. `counted`: where the sum of the compactions before is kept.
 */
export function compactionOf(
  record: CompactBoundaryRecord,
  sinceMs: number | undefined,
  counted: { droppedTokens?: number },
): Compaction | undefined {
  if (record.atMs === undefined) return undefined;
  const compaction: Compaction = {
    id: record.uuid ?? `compaction at ${record.atMs}`,
    startMs: startOf(record.atMs, record.durationMs, sinceMs),
    endMs: record.atMs,
  };
  if (record.trigger !== undefined) compaction.trigger = record.trigger;
  if (record.preTokens !== undefined) compaction.preTokens = record.preTokens;
  if (record.postTokens !== undefined) compaction.postTokens = record.postTokens;
  const droppedTokens = droppedSince(counted, record.droppedTokens);
  if (droppedTokens !== undefined) compaction.droppedTokens = droppedTokens;
  return compaction;
}

/**
 * The tokens of this compaction. The client writes the sum over all compactions of a conversation, and restarts it with
 * a new conversation.
 */
function droppedSince(counted: { droppedTokens?: number }, all: number | undefined): number | undefined {
  if (all === undefined) return undefined;
  const before = counted.droppedTokens ?? 0;
  counted.droppedTokens = all;
  return all < before ? all : all - before;
}

/** When something began that ended at `endMs`, but not earlier than the conversation. */
function startOf(endMs: number, durationMs = 0, sinceMs = endMs): number {
  return Math.min(endMs, Math.max(endMs - durationMs, sinceMs));
}
