import { ASKING_TOOLS } from "../session/tool-names.ts";
import type { PageCall, PageSession } from "./model.ts";

/** How the time of a session divides. The parts are disjoint and add up to `total`. Milliseconds. */
export interface TimeShares {
  model: number;
  tools: number;
  /** Waiting for a person: questions, and calls whose time includes the wait. */
  waiting: number;
  /** Hooks whose duration was recorded. */
  hooks: number;
  /** The rest of the turns: the client itself, compactions, hooks without a record. */
  client: number;
  /** Between turns, except background work. */
  idle: number;
  total: number;
}

export type ShareName = Exclude<keyof TimeShares, "total">;

/** Which share counts if several things happen at once: first the model, then tools, then waits. */
const ORDER: ShareName[] = ["model", "tools", "waiting", "client"];

interface Edge {
  atMs: number;
  what: ShareName;
  step: 1 | -1;
}

/** Splits the session's time. Includes requests and calls of all lanes, so a wait for a subagent counts as its work. */
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
 * Moves the time of hooks to their share. Records contain the duration of hooks, but not when they ran. Hooks around
 * calls reduce the tools' share, the others the client's. Hooks of one event run in parallel, so their sum may be
 * larger than that share.
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

/** Which share the time of a call belongs to. */
export function kindOf({ name, waitIncluded }: PageCall): ShareName {
  return waitIncluded === true || ASKING_TOOLS.has(name) ? "waiting" : "tools";
}
