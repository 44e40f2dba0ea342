import type { PageSession } from "../../src/page/model.ts";
import { unfinishedTurn } from "../../src/session/unfinished-turn.ts";

/**
 * Returns the page of a running session with the turn that the client still works on, and the calls of this turn
 * without a result, marked as unfinished.
 */
export function withUnfinished(page: PageSession): PageSession {
  const last = unfinishedTurn(page.turns);
  if (last === -1) return page;
  const outcome = "unfinished" as const;
  return {
    ...page,
    turns: page.turns.map((turn, index) => (index === last ? { ...turn, outcome } : turn)),
    calls: page.calls.map((call) =>
      call.turn === last && call.outcome === "interrupted" ? { ...call, outcome } : call,
    ),
  };
}
