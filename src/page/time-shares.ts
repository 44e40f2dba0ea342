import type { PageCall, PageSession } from "./model.ts";

/** Where the time of a session went; the parts are disjoint and add up to `total`. Milliseconds. */
export interface TimeShares {
  model: number;
  tools: number;
  /** A person was asked: calls whose time includes the wait, and questions. */
  waiting: number;
  /** Hooks that left a record of how long they took. */
  hooks: number;
  /** Inside turns, but none of the others: the client itself, compactions, hooks without a record. */
  client: number;
  /** Between turns, with background work left out. */
  idle: number;
  total: number;
}

export type ShareName = Exclude<keyof TimeShares, "total">;

/** Tools that only ask a person. */
const QUESTIONS = new Set(["AskUserQuestion", "ExitPlanMode"]);

/** What counts where several things happen at once: the model's work first, then tools, then waits. */
const ORDER: ShareName[] = ["model", "tools", "waiting", "client"];

interface Edge {
  atMs: number;
  what: ShareName;
  step: 1 | -1;
}

/** Splits the session's time. Requests and calls of all lanes count, so a wait for a subagent is the subagent's work. */
export function timeShares(page: PageSession): TimeShares {
  const edges: Edge[] = [];
  const add = (what: ShareName, startMs: number, endMs: number) => {
    if (endMs > startMs) edges.push({ atMs: startMs, what, step: 1 }, { atMs: endMs, what, step: -1 });
  };
  for (const { startMs, endMs } of page.requests) add("model", startMs, endMs);
  for (const call of page.calls) if (call.starts === undefined) add(kindOf(call), call.startMs, call.endMs);
  for (const { startMs, endMs } of page.turns) add("client", startMs, endMs);
  for (const { startMs, endMs } of page.compactions) add("client", startMs, endMs);
  edges.sort((a, b) => a.atMs - b.atMs);

  const shares: TimeShares = { model: 0, tools: 0, waiting: 0, hooks: 0, client: 0, idle: 0, total: 0 };
  const open: Record<ShareName, number> = { model: 0, tools: 0, waiting: 0, hooks: 0, client: 0, idle: 0 };
  let before = edges[0]?.atMs ?? 0;
  for (const { atMs, what, step } of edges) {
    const current = ORDER.find((name) => open[name] > 0) ?? "idle";
    shares[current] += atMs - before;
    shares.total += atMs - before;
    open[what] += step;
    before = atMs;
  }
  takeHooks(shares, page);
  return shares;
}

/**
 * Records say how long hooks took, and not when: those around calls are taken from the tools' share, the others from the
 * client's. Hooks of one event run side by side, so that their sum may be more than there is.
 */
function takeHooks(shares: TimeShares, { turns }: PageSession): void {
  const sums = { calls: 0, others: 0 };
  for (const { hookMs } of turns) {
    sums.calls += hookMs?.calls ?? 0;
    sums.others += hookMs?.others ?? 0;
  }
  for (const [from, ms] of [["tools", sums.calls] as const, ["client", sums.others] as const]) {
    const taken = Math.min(shares[from], ms);
    shares[from] -= taken;
    shares.hooks += taken;
  }
}

function kindOf({ name, waitIncluded }: PageCall): ShareName {
  return waitIncluded === true || QUESTIONS.has(name) ? "waiting" : "tools";
}
