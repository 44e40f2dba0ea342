import type { PageSession } from "../../src/page/model.ts";

/**
 * Returns the page of a running session with its last turn, and the calls of this turn without a result, marked as
 * unfinished. The records alone cannot tell them from what a killed client left.
 */
export function withUnfinished(page: PageSession): PageSession {
  // The turns of two windows are not in order.
  const starts = page.turns.map(({ startMs }) => startMs);
  const last = starts.lastIndexOf(starts.reduce((a, b) => Math.max(a, b), 0));
  if (page.turns[last]?.outcome !== "cut_off") return page;
  const outcome = "unfinished" as const;
  return {
    ...page,
    turns: page.turns.map((turn, index) => (index === last ? { ...turn, outcome } : turn)),
    calls: page.calls.map((call) =>
      call.turn === last && call.outcome === "interrupted" ? { ...call, outcome } : call,
    ),
  };
}
