import type { Line } from "../transcript/lines.ts";
import { parseLine } from "../transcript/parse.ts";
import { agentsNamed } from "./agents.ts";
import { type FileFacts, finish } from "./finish.ts";
import type { Finished } from "./model.ts";
import type { SessionOptions } from "./options.ts";
import { type AgentMeta, agentOf, readAgentMeta, readAgentRecord } from "./read-agent.ts";
import { readMainRecord } from "./read-main.ts";
import type { SessionState } from "./state.ts";

/**
 * The front door of the session model: lines of a session's files go in, finished pieces come out. It knows no disk.
 * Everything that it remembers is in the session's state, which is plain JSON: save it between any two calls, restore it,
 * and go on with a new reader.
 *
 * Feed each file in its own order, and the main file before the agents' files.
 */
export interface SessionReader {
  /** Reads a line of the main file. True: ask for `finished` before the next line, so that each piece has its place. */
  readMain(line: Line): boolean;
  /** Reads a line of an agent's own file. */
  readAgent(agentId: string, line: Line): void;
  /** Reads what the agent's meta file says, as often as it may have changed. */
  readAgentMeta(agentId: string, meta: AgentMeta): void;
  /** Forgets the agent's conversations that have not been released: its file was written anew. */
  restartAgent(agentId: string): void;
  /** Whether the end of a run waits: it can be told only after all agents' files have been read. */
  awaitsAgents(): boolean;
  /** Ids of the agents that calls speak of whose turn or conversation has not been released. */
  namedAgents(): Set<string>;
  /** What has become final since the last call, in the order in which it may be sent. */
  finished(facts: FileFacts): Finished[];
}

/** A reader that goes on where `session` is; it changes `session` in place. */
export function createReader(session: SessionState, options: SessionOptions): SessionReader {
  return {
    readMain(line) {
      const parsed = parseLine(line);
      if (parsed.kind === "record") readMainRecord(session, parsed.record, options);
      if (parsed.kind === "issue") session.main.issues++;
      return session.main.items.length > 0;
    },
    readAgent(agentId, line) {
      const parsed = parseLine(line);
      if (parsed.kind === "record") readAgentRecord(session, agentId, parsed.record, options);
    },
    readAgentMeta: (agentId, meta) => readAgentMeta(session, agentId, meta),
    restartAgent(agentId) {
      agentOf(session, agentId).threads = [];
    },
    awaitsAgents: () => session.main.items.some(({ type }) => type === "cost-state"),
    namedAgents: () => agentsNamed(session),
    finished: (facts) => finish(session, facts, options),
  };
}
