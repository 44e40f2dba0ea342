import type { DoneAgent } from "../../session/agent-state.ts";
import type { ReadState } from "../read-state.ts";

/**
 * The agents of a session that finished long ago. There may be hundreds. If they stayed in the state, and each file
 * were checked, a Stop would cost more the longer the session is. So they are stored apart, and the archive is read
 * only in these cases:
 * - A call names an agent that is not at hand.
 * - The agents' folder has a new file.
 * - A run ends.
 * - After every `MAX_READINGS` readings, to check whether one of their files has grown.
 */
export interface AgentArchive {
  /** The archive has been read, so a further look costs nothing. */
  readonly isLoaded: boolean;
  /** Agents were added or removed since the archive was saved. */
  isChanged: boolean;
  /** The resting agents by id, those that have rested longest first. */
  all(): ReadonlyMap<string, RestingAgent>;
  /** The resting agents as they were when the reading began. */
  earlier(): ReadonlyMap<string, RestingAgent>;
  put(agentId: string, agent: RestingAgent): void;
  take(agentId: string): void;
}

export interface RestingAgent {
  /** How many bytes of its file have been read. */
  bytes: number;
  done: DoneAgent;
}

/**
 * How many finished agents stay at hand. These are the last ones to finish, which are the likeliest to get more work.
 */
const AT_HAND = 8;

/** How many of the other agents each reading checks in passing. */
const IN_PASSING = 16;

/** After this many readings the archive is read, if nothing else has required it. */
const MAX_READINGS = 16;

/**
 * Creates the archive of one reading. `load` returns what earlier readings have stored. It is called at most once, and
 * only when needed.
 */
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
 * The resting agents that this reading checks: those that a call names, and a few in passing, different ones each time.
 * `hasNewFiles`: the folder has new files, so the archive must be read to tell which agents are new.
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

/** Turns a resting agent into one that has just finished. */
export function wake(archive: AgentArchive, state: ReadState, agentId: string, agent: RestingAgent): void {
  archive.take(agentId);
  state.session.doneAgents[agentId] = agent.done;
  state.agents[agentId] = agent.bytes;
}

/** Moves the agents that finished longest ago to the archive, many at a time. `atHand`: how many stay. */
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
