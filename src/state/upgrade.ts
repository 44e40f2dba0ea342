import { dict } from "../dict.ts";
import type { ReadState } from "../files/read-state.ts";
import type { DoneAgent } from "../session/agent-state.ts";
import type { RunState } from "../session/run-state.ts";
import { noCounts } from "../session/sums/counts.ts";
import { addUsd } from "../session/sums/usage.ts";

/** The totals of a run as earlier versions wrote them. */
interface OldTotals {
  usage?: Record<string, number>;
  costUsd?: number;
  listUsd?: number;
}

/** Converts the totals of a run that an earlier version has saved to the current form, in place. */
export function upgradeRun(run: RunState | undefined): void {
  const { usage, listUsd, ...counts } = (run?.totals ?? {}) as OldTotals;
  if (run === undefined || usage === undefined) return;
  const { costUsd = 0 } = counts;
  const clientMoreUsd = listUsd === undefined ? 0 : addUsd(listUsd, -costUsd);
  run.totals = { ...noCounts(), ...counts, ...usage, clientMoreUsd };
}

/**
 * Restores the agents that earlier versions kept as one text in the position, in place. The text has entries between
 * `|`: the agent's id, the bytes read of its file, and what is kept of it, as JSON with single and double quotes
 * exchanged. The next reading moves the agents to the archive. Throws if the text has another form.
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
  // The agents of the text come first, because they finished before the others.
  read.session.doneAgents = Object.assign(dict(doneAgents), read.session.doneAgents);
  read.agents = Object.assign(dict(agents), read.agents);
  delete read.resting;
}
