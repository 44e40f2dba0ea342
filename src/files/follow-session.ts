import { statSync } from "node:fs";
import type { Finished } from "../session/model.ts";
import type { SessionOptions } from "../session/options.ts";
import type { FoundSession } from "./find-sessions.ts";
import { listAllAgents } from "./read-agents.ts";
import { readSession } from "./read-session.ts";
import { newReadState, type ReadState } from "./read-state.ts";

/** What is new in a session that goes on. */
export interface News {
  /** Will not change any more. */
  finished: Finished[];
  /** A turn that goes on, as if it had ended now; the next news have it again. */
  open: Finished[];
  /** The file is not the one that was read before: what was known of it is no longer true. */
  isReplaced: boolean;
  /** A turn goes on. */
  isOpen: boolean;
}

/** A session whose files may grow while somebody looks. */
export interface FollowedSession {
  /** Reads what is new; undefined when nothing was. */
  refresh(): News | undefined;
  /** The main transcript and its agents' files. */
  paths(): string[];
}

/** Reads only what is new of a session each time, and what is unfinished of it once more. */
export function followSession({ sessionId, path }: FoundSession, options: SessionOptions): FollowedSession {
  const state = newReadState(sessionId);
  let signature = "";
  let isReplaced = false;

  function read(current: ReadState, isEnd: boolean): Finished[] {
    const onReplaced = () => {
      isReplaced = true;
    };
    const reading = { quiet: isEnd, ended: isEnd, session: options, onReplaced };
    return [...readSession(path, current, reading)].flat();
  }
  const paths = () => [path, ...listAllAgents(path, state).map((agent) => agent.path)];

  return {
    refresh() {
      const now = signatureOf(paths());
      if (now === signature) return undefined;
      signature = now;
      isReplaced = false;
      const finished = read(state, false);
      // A turn that goes on is read to its end for now, by a copy of what is known.
      const open = read(structuredClone(state), true);
      return { finished, open, isReplaced, isOpen: state.session.main.turn !== undefined };
    },
    paths,
  };
}

function signatureOf(paths: readonly string[]): string {
  return paths
    .map((path) => {
      const stats = statSync(path, { throwIfNoEntry: false });
      return `${path} ${stats?.size} ${stats?.mtimeMs}`;
    })
    .join("\n");
}
