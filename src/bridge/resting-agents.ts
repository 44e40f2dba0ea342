import type { DoneAgent } from "../session/state.ts";
import type { ReadState } from "./read-session.ts";

/**
 * Agents that were done long ago. A session may have had hundreds; each of them as an object in its state, and a look at
 * each file, would make a Stop cost more the longer the session is. So they lie in one text, `ReadState.resting`, which is
 * read and written in one go: entries between `|`, each the agent's id, how much of its file has been read in bytes, and
 * what is kept of it, as JSON with its two quotes exchanged so that nothing has to be escaped in the state's own JSON.
 */
export interface RestingAgent {
  bytes: number;
  done: DoneAgent;
}

/** So many agents stay awake: those that were done last, which are the likeliest to be given more to do. */
const AWAKE = 32;

/** So many of the others are looked at in passing. */
const IN_PASSING = 16;

/** The resting agents by id, each as it stands in the text; those that are due for a look come first. */
export function restingAgents({ resting }: ReadState): Map<string, string> {
  const entries = resting === undefined ? [] : resting.split("|");
  return new Map(entries.map((entry) => [entry.slice(0, entry.indexOf(" ")), entry]));
}

/** How much of a resting agent's file has been read, and what is known of it. */
export function openEntry(entry: string): RestingAgent {
  const [id = "", bytes = ""] = entry.split(" ", 2);
  const done = JSON.parse(exchangeQuotes(entry.slice(id.length + bytes.length + 2))) as DoneAgent;
  return { bytes: Number(bytes), done };
}

/** Those that are looked at this time; next time it is others. */
export function takeTurns(state: ReadState, resting: Map<string, string>): Set<string> {
  const ids = [...resting.keys()].slice(0, IN_PASSING);
  const entries = [...resting.values()];
  if (entries.length > 0)
    state.resting = [...entries.slice(ids.length), ...entries.slice(0, ids.length)].join("|");
  return new Set(ids);
}

/** Makes the agent one that was done just now. */
export function wake(state: ReadState, agentId: string, entry: string): void {
  const { bytes, done } = openEntry(entry);
  const others = (state.resting ?? "").split("|").filter((other) => other !== entry);
  if (others.length > 0) state.resting = others.join("|");
  else delete state.resting;
  state.session.doneAgents[agentId] = done;
  state.agents[agentId] = bytes;
}

/** Lays those to rest that have been done for longest, many at a time. */
export function layToRest(state: ReadState, awake: number = AWAKE): void {
  const { doneAgents } = state.session;
  const ids = Object.keys(doneAgents);
  if (ids.length <= 2 * awake) return;
  const entries = ids.slice(0, ids.length - awake).map((agentId) => {
    const done = exchangeQuotes(JSON.stringify(doneAgents[agentId]).replaceAll("|", "\\u007c"));
    const entry = `${agentId} ${state.agents[agentId] ?? 0} ${done}`;
    delete doneAgents[agentId];
    delete state.agents[agentId];
    return entry;
  });
  state.resting = [...(state.resting === undefined ? [] : [state.resting]), ...entries].join("|");
}

function exchangeQuotes(text: string): string {
  return text.replace(/["']/g, (quote) => (quote === '"' ? "'" : '"'));
}
