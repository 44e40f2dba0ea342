import { dict } from "../dict.ts";
import { newSession, restoreSession, type SessionState } from "../session/state.ts";
import type { AgentFolders } from "./agent-files.ts";
import type { FilePosition } from "./file-position.ts";

/** How far a session has been read: plain JSON, to be saved as one. */
export interface ReadState {
  session: SessionState;
  main?: FilePosition;
  /** Of the agents' files, how much of each has been read, in bytes. */
  agents: Record<string, number>;
  /** How many rows the ledger beside it holds, where one is kept. */
  rows?: number;
  /** Of copies of the main file, how much of each has been read, in bytes. */
  copies?: Record<string, number>;
  /** Whose history it begins with; undefined while that has not been looked for. */
  sources?: Sources;
  /** Of the agents that were done long ago and are kept apart; absent while there are none. */
  archive?: ArchiveState;
  /** When the last file was added to the agents' folder that is known, in epoch ms: as long as it is, none is new. */
  agentsAddedMs?: number;
  /** The folders below that folder, as they were then. */
  agentFolders?: AgentFolders;
}

/** What a session's state says of its archive. */
export interface ArchiveState {
  /** How large its file is; 0 while there is none. */
  bytes: number;
  /** Number of the agent that the next look in passing begins with. */
  next: number;
  /** Readings since the last look. */
  readings: number;
}

export function newReadState(sessionId: string): ReadState {
  return { session: newSession(sessionId), agents: dict() };
}

/** Makes the state one of a session that has not been read, in place. */
export function resetReadState(state: ReadState): void {
  const { sessionId } = state.session;
  for (const key of Object.keys(state) as (keyof ReadState)[]) delete state[key];
  Object.assign(state, newReadState(sessionId));
}

/** A state that was saved as JSON, in place: its maps are maps again. */
export function restoreReadState(state: ReadState): ReadState {
  restoreSession(state.session);
  state.agents = dict(state.agents);
  return state;
}

/** The sessions that count what a fork has copied of them, the one that it all comes from first. */
export interface Sources {
  sources: Source[];
  /** Later rows are no copies, in epoch ms. */
  untilMs: number;
  /** The file had no response yet: the next reading looks again. */
  isEarly?: true;
}

export interface Source {
  sessionId: string;
  /** Its transcript; undefined where that is gone. */
  path?: string;
  /** Of one that is gone: the time up to which it was counted. */
  untilMs?: number;
}
