import { dict } from "../dict.ts";
import { newSession, restoreSession, type SessionState } from "../session/state.ts";
import type { AgentFolders } from "./agents/agent-files.ts";
import type { FilePosition } from "./file-position.ts";

/** How far a session has been read. Plain JSON, saved as such. */
export interface ReadState {
  session: SessionState;
  main?: FilePosition;
  /** How much of each agent's file has been read, in bytes, by agent id. */
  agents: Record<string, number>;
  /** How many rows the ledger beside the state holds, when there is a ledger. */
  rows?: number;
  /** How much of each copy of the main file has been read, in bytes, by path. */
  copies?: Record<string, number>;
  /** The sessions whose history the file begins with. Undefined until they have been searched for. */
  sources?: Sources;
  /** The session whose rows the last prompt and what follows it were taken from, at a resume by a client of 2.0. */
  giver?: Source;
  /** About the agents that finished long ago and are stored apart. Missing while there are none. */
  archive?: ArchiveState;
  /**
   * When the last known file was added to the agents' folder, in epoch ms. While the folder keeps this time, it has no
   * new file.
   */
  agentsAddedMs?: number;
  /** The folders below that folder, as they were at that time. */
  agentFolders?: AgentFolders;
}

/** What a session's state says about its archive. */
interface ArchiveState {
  /** Size of the archive's file. 0 while there is none. */
  bytes: number;
  /** Index of the agent that the next look in passing begins with. */
  next: number;
  /** Readings since the last look. */
  readings: number;
}

export function newReadState(sessionId: string): ReadState {
  return { session: newSession(sessionId), agents: dict() };
}

/** Resets the state in place to that of a session that has not been read. */
export function resetReadState(state: ReadState): void {
  const { sessionId } = state.session;
  for (const key of Object.keys(state) as (keyof ReadState)[]) delete state[key];
  Object.assign(state, newReadState(sessionId));
}

/**
 * Restores a state from its JSON form, in place: plain objects become maps without a prototype again. Returns the same
 * object.
 */
export function restoreReadState(state: ReadState): ReadState {
  restoreSession(state.session);
  state.agents = dict(state.agents);
  return state;
}

/** The sessions that count the rows that a fork copied from them, the original session first. */
export interface Sources {
  sources: Source[];
  /** Rows later than this time are not copies. Epoch ms. */
  untilMs: number;
  /** When the session was forked, in epoch ms, if its file shows it. */
  forkedMs?: number;
  /** The file begins with rows that were copied with new ids. All of them have this time. Epoch ms. */
  renewedMs?: number;
  /** The beginning of the file shows that it copies nothing, and stays the same when the file grows. */
  isOriginal?: true;
  /** The file had no response yet, so the next reading searches again. */
  isEarly?: true;
}

export interface Source {
  sessionId: string;
  /** Its transcript. Undefined when the file was deleted. */
  path?: string;
  /** For a deleted transcript: the time up to which it was counted, in epoch ms. */
  untilMs?: number;
  /** When it was forked itself, in epoch ms, if its file shows it. */
  forkedMs?: number;
}

/**
 * What an earlier reading found out about another session. Undefined when there was no such reading. That session keeps
 * the rows that it has counted, and does not claim rows that it left to others.
 */
export type PeekSession = (sessionId: string) => Pick<ReadState, "session" | "sources"> | undefined;
