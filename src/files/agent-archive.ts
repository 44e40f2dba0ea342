import type { DoneAgent } from "../session/state.ts";
import type { ReadState } from "./read-state.ts";

/**
 * The agents of a session that were done long ago. There may be hundreds: in the state, and with a look at each file,
 * they would make a Stop cost more the longer the session is. So they are kept apart, and read only when a call names an
 * agent that is not at hand, when the agents' folder has a new file, when a run ends, or every few readings, to see
 * whether one of their files has grown.
 */
export interface AgentArchive {
  /** Whether it has been read: then a look costs nothing more. */
  readonly isLoaded: boolean;
  /** Agents were put in or taken out since it was saved. */
  isChanged: boolean;
  /** Those that rest, by id, the ones that have rested for longest first. */
  all(): ReadonlyMap<string, RestingAgent>;
  /** The same as it was when the reading began. */
  earlier(): ReadonlyMap<string, RestingAgent>;
  put(agentId: string, agent: RestingAgent): void;
  take(agentId: string): void;
}

export interface RestingAgent {
  /** How much of its file has been read. */
  bytes: number;
  done: DoneAgent;
}

/** So many agents stay at hand: those that were done last, which are the likeliest to be given more to do. */
const AT_HAND = 32;

/** So many of the others are looked at in passing for each reading. */
const IN_PASSING = 16;

/** After so many readings the archive is read if nothing else has asked for it. */
const MAX_READINGS = 16;

/** For one reading. `load`: what earlier ones have put in; asked for once, and only if it must be known. */
export function createAgentArchive(
  load: () => ReadonlyMap<string, RestingAgent> = () => new Map(),
): AgentArchive {
  let known: ReadonlyMap<string, RestingAgent> | undefined;
  let agents: Map<string, RestingAgent> | undefined;
  const earlier = () => {
    known ??= load();
    return known;
  };
  const all = () => {
    agents ??= new Map(earlier());
    return agents;
  };
  const archive = {
    get isLoaded() {
      return agents !== undefined;
    },
    isChanged: false,
    all,
    earlier,
    put(agentId: string, agent: RestingAgent) {
      all().set(agentId, agent);
      archive.isChanged = true;
    },
    take(agentId: string) {
      if (all().delete(agentId)) archive.isChanged = true;
    },
  };
  return archive;
}

/**
 * The resting agents that this reading looks at: those that a call names, and a few in passing, next time others.
 * `hasNewFiles`: who rests must be known anyway, to tell which files of the agents' folder are new.
 */
export function dueAgents(
  archive: AgentArchive,
  state: ReadState,
  named: ReadonlySet<string>,
  hasNewFiles: boolean,
): Map<string, RestingAgent> {
  const { archive: kept } = state;
  if (kept === undefined) return new Map();
  kept.readings++;
  const unknown = [...named].filter((agentId) => !isAtHand(agentId, state));
  const isNeeded = hasNewFiles || unknown.length > 0 || kept.readings >= MAX_READINGS;
  if (!isNeeded && !archive.isLoaded) return new Map();
  const agents = archive.all();
  const ids = [...agents.keys()];
  const count = Math.min(ids.length, IN_PASSING * kept.readings);
  const inPassing = [...ids.slice(kept.next), ...ids.slice(0, kept.next)].slice(0, count);
  kept.next = ids.length === 0 ? 0 : (kept.next + count) % ids.length;
  kept.readings = 0;
  const due = new Map<string, RestingAgent>();
  for (const agentId of [...inPassing, ...unknown]) {
    const agent = agents.get(agentId);
    if (agent !== undefined) due.set(agentId, agent);
  }
  return due;
}

function isAtHand(agentId: string, { agents, session }: ReadState): boolean {
  return (agents[agentId] ?? session.agents[agentId] ?? session.doneAgents[agentId]) !== undefined;
}

/** Makes a resting agent one that was done just now. */
export function wake(archive: AgentArchive, state: ReadState, agentId: string, agent: RestingAgent): void {
  archive.take(agentId);
  state.session.doneAgents[agentId] = agent.done;
  state.agents[agentId] = agent.bytes;
}

/** Lays those to rest that have been done for longest, many at a time. */
export function layToRest(archive: AgentArchive, state: ReadState, atHand: number = AT_HAND): void {
  const { doneAgents } = state.session;
  const done = Object.entries(doneAgents);
  if (done.length <= 2 * atHand) return;
  state.archive ??= { bytes: 0, next: 0, readings: 0 };
  for (const [agentId, agent] of done.slice(0, done.length - atHand)) {
    archive.put(agentId, { bytes: state.agents[agentId] ?? 0, done: agent });
    delete doneAgents[agentId];
    delete state.agents[agentId];
  }
}
