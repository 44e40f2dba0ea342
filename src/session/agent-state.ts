import type { ThreadState } from "./conversation/thread.ts";
import type { PartRef } from "./model.ts";
/** A subagent, as far as its file has been read. */
export interface AgentState {
  agentId: string;
  type?: string;
  description?: string;
  /** The tool call that started the agent, from its meta file. */
  toolUseId?: string;
  requestShape?: string;
  /** The name that a teammate was given. */
  name?: string;
  /** The prompt that the agent belongs to. */
  promptId?: string;
  /** The run of the workflow that started the agent, from the path of its file. */
  workflowRunId?: string;
  /** The agent is a fork: its file begins with a copy of the end of its parent's conversation. */
  isFork?: true;
  /** The meta file says that the agent has finished. */
  finished?: boolean;
  promptHash?: string;
  /** The skill that the agent was started for, as `skillKey`. */
  skill?: number;
  /** Tokens that all compactions of the agent have dropped, as the client counts them. */
  droppedTokens?: number;
  /** The conversations that have not been released, one for each task that the agent got. */
  threads: { startMs: number; thread: ThreadState }[];
  /** How many conversations have been released. */
  released: number;
  /** The turn (and trace) that the agent belongs to, once it is known. */
  home?: AgentHome;
}

/** The place of an agent's spans: a part of a run, and the turn and call in it. */
export interface AgentHome extends PartRef {
  turnId?: string;
  /** Identifies the trace when there is no turn: for an agent that no call started, or a late request. */
  rootKey?: string;
  callKey?: string;
  /** The agent whose conversation contains the call. */
  parentAgentId?: string;
  /** A skill that the client still names for the agent, although the skill had ended when the call was made. */
  endedSkill?: string;
}

/** What is kept about a finished agent. */
export interface DoneAgent {
  released: number;
  type?: string;
  home?: AgentHome;
}

/** A subagent's conversation inside the main file (1.0 clients). */
export interface Sidechain {
  rootUuid: string;
  startMs: number;
  promptHash: string;
  thread: ThreadState;
  /** uuids of its last records, by which the next ones are matched. */
  tips: string[];
  clientVersion?: string;
  /** The call whose result follows the sidechain directly. */
  callId?: string;
}
