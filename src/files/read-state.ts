import { dict } from "../dict.ts";
import { newSession, restoreSession, type SessionState } from "../session/state.ts";
import type { FilePosition } from "./file-position.ts";

/** How far a session has been read: plain JSON, to be saved as one. */
export interface ReadState {
  session: SessionState;
  main?: FilePosition;
  /** Of the agents' files, how much of each has been read, in bytes. */
  agents: Record<string, number>;
  /** The agents that were done long ago (`resting-agents.ts`). */
  resting?: string;
  /** When the last file was added to the agents' folder that is known, in epoch ms: as long as it is, none is new. */
  agentsAddedMs?: number;
}

export function newReadState(sessionId: string): ReadState {
  return { session: newSession(sessionId), agents: dict() };
}

/** A state that was saved as JSON, in place: its maps are maps again. */
export function restoreReadState(state: ReadState): ReadState {
  restoreSession(state.session);
  state.agents = dict(state.agents);
  return state;
}
