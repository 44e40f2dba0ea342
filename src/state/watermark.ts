import type { Finished } from "../session/model.ts";
import { endOf } from "../session/walk.ts";

/**
 * Until when the pieces of a session have been delivered: the latest of each kind. When a transcript turns out to be
 * another file than before, it is read from its start; what it tells again of that time is known and not sent twice.
 */
export type Watermark = { [kind in Finished["type"]]?: number };

export function raiseWatermark(until: Watermark, pieces: readonly Finished[]): void {
  for (const piece of pieces) until[piece.type] = Math.max(until[piece.type] ?? 0, orderOf(piece));
}

export function isBelowWatermark(until: Watermark, piece: Finished): boolean {
  const { [piece.type]: latest = Number.NEGATIVE_INFINITY, turn = latest } = until;
  // What was delivered with a turn may come by itself when it is told again.
  const withTurn = piece.type === "subagent" || piece.type === "late";
  return orderOf(piece) <= (withTurn ? Math.max(latest, turn) : latest);
}

/** Spans of a run's part have its number for an id, which must not be given twice; everything else has its end. */
function orderOf(piece: Finished): number {
  const { part, type } = piece;
  const isOfRun = type === "part_started" || type === "part_finished" || type === "run_finished";
  return isOfRun ? part.run * 1e6 + part.part : endOf(piece);
}
