import type { PageCall, PageSession } from "./model.ts";

/** Where the time of a session went; the parts are disjoint and add up to `total`. Milliseconds. */
export interface TimeShares {
  model: number;
  tools: number;
  /** A person was asked: calls whose time includes the wait, and questions. */
  waiting: number;
  /** Inside turns, but none of the others: hooks, the client itself, compactions. */
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

  const shares: TimeShares = { model: 0, tools: 0, waiting: 0, client: 0, idle: 0, total: 0 };
  const open: Record<ShareName, number> = { model: 0, tools: 0, waiting: 0, client: 0, idle: 0 };
  let before = edges[0]?.atMs ?? 0;
  for (const { atMs, what, step } of edges) {
    const current = ORDER.find((name) => open[name] > 0) ?? "idle";
    shares[current] += atMs - before;
    shares.total += atMs - before;
    open[what] += step;
    before = atMs;
  }
  return shares;
}

function kindOf({ name, waitIncluded }: PageCall): ShareName {
  return waitIncluded === true || QUESTIONS.has(name) ? "waiting" : "tools";
}
