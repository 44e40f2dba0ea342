import type { CompactBoundaryRecord } from "../../transcript/record.ts";
import type { Compaction, Place } from "../model.ts";
import type { MainState } from "../state.ts";
import { endTurn } from "./turns.ts";

/** The client writes no record of the request that compacts. It writes the boundary when the compaction is complete. */
export function readCompaction(main: MainState, record: CompactBoundaryRecord): void {
  if (record.uuid === undefined || record.atMs === undefined) return;
  const compaction: Compaction = {
    id: record.uuid,
    startMs: startOf(record.atMs, record.durationMs, main.firstMs),
    endMs: record.atMs,
  };
  if (record.trigger !== undefined) compaction.trigger = record.trigger;
  if (record.preTokens !== undefined) compaction.preTokens = record.preTokens;
  if (record.postTokens !== undefined) compaction.postTokens = record.postTokens;
  const droppedTokens = droppedSince(main, record.droppedTokens);
  if (droppedTokens !== undefined) compaction.droppedTokens = droppedTokens;
  // A person compacts between turns, the client itself within a turn.
  if (main.turn !== undefined && record.trigger !== "manual") {
    main.turn.compactions.push(compaction);
    delete main.branch;
    return;
  }
  endTurn(main);
  // The conversation begins again with the summary. A rewind cannot go back past it.
  delete main.branch;
  const place: Place = { ...main.place };
  if (record.gitBranch) place.branch = record.gitBranch;
  if (record.copiedFrom === undefined) {
    const before = main.lastMs === undefined ? {} : { beforeMs: main.lastMs };
    main.items.push({ type: "compaction", compaction, place, ...before });
  }
}

/**
 * The tokens of this compaction. The client writes the sum over all compactions of a conversation, and restarts it with
 * a new conversation.
 */
function droppedSince(main: MainState, all: number | undefined): number | undefined {
  if (all === undefined) return undefined;
  const before = main.droppedTokens ?? 0;
  main.droppedTokens = all;
  return all < before ? all : all - before;
}

/** When something began that ended at `endMs`, but not earlier than the file. */
function startOf(endMs: number, durationMs = 0, firstMs = endMs): number {
  return Math.min(endMs, Math.max(endMs - durationMs, firstMs));
}
