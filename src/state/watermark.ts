import type { Finished } from "../session/model.ts";

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
  switch (piece.type) {
    case "part_started":
    case "part_finished":
    case "run_finished":
      return piece.part.run * 1e6 + piece.part.part;
    case "turn":
      return piece.turn.endMs;
    case "compaction":
      return piece.compaction.endMs;
    case "subagent":
      return piece.subagent.endMs;
    case "late":
      return Math.max(...[...piece.requests, ...piece.toolCalls].map(({ endMs }) => endMs));
  }
}
