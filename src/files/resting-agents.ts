import type { DoneAgent } from "../session/state.ts";
import type { ReadState } from "./read-state.ts";

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

/** All resting agents by id, each as it stands in the text. */
export function restingAgents({ resting }: { resting?: string | undefined }): Map<string, string> {
  const entries = resting === undefined ? [] : resting.split("|");
  return new Map(entries.map((entry) => [idOf(entry), entry]));
}

/**
 * Those of them that are due for a look at this time: the named ones and a few in passing, next time others. Finds them
 * without taking the text apart.
 */
export function dueAgents(state: ReadState, named: Iterable<string>): Map<string, string> {
  const { resting } = state;
  if (resting === undefined) return new Map();
  const first: string[] = [];
  let at = 0;
  while (first.length < IN_PASSING && at < resting.length) {
    const end = endOf(resting, at);
    first.push(resting.slice(at, end));
    at = end + 1;
  }
  const others = [...named].flatMap((agentId) => entryOf(resting, agentId) ?? []);
  if (at < resting.length) state.resting = `${resting.slice(at)}|${resting.slice(0, at - 1)}`;
  return new Map([...first, ...others].map((entry) => [idOf(entry), entry]));
}

/** How much of a resting agent's file has been read, and what is known of it. */
export function openEntry(entry: string): RestingAgent {
  const id = idOf(entry);
  const [bytes = ""] = entry.slice(id.length + 1).split(" ", 1);
  const done = JSON.parse(exchangeQuotes(entry.slice(id.length + bytes.length + 2))) as DoneAgent;
  return { bytes: Number(bytes), done };
}

function entryOf(resting: string, agentId: string): string | undefined {
  const before = resting.indexOf(`|${agentId} `);
  if (before === -1 && !resting.startsWith(`${agentId} `)) return undefined;
  return resting.slice(before + 1, endOf(resting, before + 1));
}

function endOf(resting: string, at: number): number {
  const end = resting.indexOf("|", at);
  return end === -1 ? resting.length : end;
}

function idOf(entry: string): string {
  return entry.slice(0, entry.indexOf(" "));
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
  const ids = Object.keys(doneAgents).filter((agentId) => !/[| ]/.test(agentId));
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
