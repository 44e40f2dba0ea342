import type { TurnOutcome } from "../model.ts";
import type { OpenTurn } from "../state.ts";

/** How the turn ended. `marked`: a record marks its end. */
export function outcomeOf(turn: OpenTurn, marked: boolean): TurnOutcome {
  switch (turn.thread.last) {
    case "interrupt":
    case "aborted":
      return "interrupted";
    case "error":
      return "failed";
    case "answer":
      return "completed";
    default:
      if (turn.limit !== undefined) return "failed";
      if (turn.isGivenUp === true) return "interrupted";
      if (marked || turn.isStopped === true) return "completed";
      return turn.thread.isUnfinished === true ? "unfinished" : "cut_off";
  }
}
