import { dict } from "../dict.ts";
import type { ReadState } from "../files/read-state.ts";
import type { DoneAgent, RunState } from "../session/state.ts";
import { noCounts } from "../session/sums/counts.ts";
import { addUsd } from "../session/sums/usage.ts";

/** How earlier versions wrote a run's sum. */
interface OldTotals {
  usage?: Record<string, number>;
  costUsd?: number;
  listUsd?: number;
}

/** Brings the sum of a run that an earlier version has saved into today's form, in place. */
export function upgradeRun(run: RunState | undefined): void {
  const { usage, listUsd, ...counts } = (run?.totals ?? {}) as OldTotals;
  if (run === undefined || usage === undefined) return;
  const { costUsd = 0 } = counts;
  const clientMoreUsd = listUsd === undefined ? 0 : addUsd(listUsd, -costUsd);
  run.totals = { ...noCounts(), ...counts, ...usage, clientMoreUsd };
}

/**
 * Earlier versions kept agents that were done long ago in one text of the position: entries between `|`, each the agent's
 * id, how much of its file has been read in bytes, and what is kept of it, as JSON with its two quotes exchanged. Brings
 * them back among the others, in place; the next reading lays them to rest. Throws where the text is something else.
 */
export function upgradeResting(read: ReadState & { resting?: string }): void {
  const { resting } = read;
  if (resting === undefined) return;
  const doneAgents: Record<string, DoneAgent> = {};
  const agents: Record<string, number> = {};
  for (const entry of resting.split("|")) {
    const [agentId = "", bytes = ""] = entry.split(" ", 2);
    const done = entry.slice(agentId.length + bytes.length + 2);
    const exchanged = done.replace(/["']/g, (quote) => (quote === '"' ? "'" : '"'));
    doneAgents[agentId] = JSON.parse(exchanged) as DoneAgent;
    agents[agentId] = Number(bytes);
  }
  // Those that have rested come first: they were done before the others.
  read.session.doneAgents = Object.assign(dict(doneAgents), read.session.doneAgents);
  read.agents = Object.assign(dict(agents), read.agents);
  delete read.resting;
}
