import { tryStat } from "../disk/stat.ts";
import type { Finished } from "../session/model.ts";
import type { SessionOptions } from "../session/options.ts";
import { hasOpenTurn } from "../session/turns/windows.ts";
import { listAllAgents } from "./agents/read-agents.ts";
import { openSinceMs } from "./alive.ts";
import type { FoundSession } from "./find-sessions.ts";
import { readSession } from "./read-session.ts";
import { newReadState, type ReadState } from "./read-state.ts";

/** What is new in a session that continues. */
export interface News {
  /** Final pieces: they do not change any more. */
  finished: Finished[];
  /** What has not ended, up to now. The next news contain it again. */
  open: Finished[];
  /** The file is not the one that was read earlier. Everything known from it is invalid. */
  isReplaced: boolean;
  /** A turn is open. */
  isOpen: boolean;
}

/** A session whose files may grow while it is watched. */
interface FollowedSession {
  /** Reads what is new. Undefined when nothing changed. */
  refresh(): News | undefined;
  /** The main transcript and its agents' files. */
  paths(): string[];
}

/** Follows one session. Each refresh reads only what is new, and the unfinished part once more. */
export function followSession({ sessionId, path }: FoundSession, options: SessionOptions): FollowedSession {
  const state = newReadState(sessionId);
  let signature = "";
  /** What the last reading was told about the session's client, if it asked. */
  let client: { openSinceMs: number | undefined } | undefined;
  let isReplaced = false;

  function read(current: ReadState, isEnd: boolean): Finished[] {
    const onReplaced = () => {
      isReplaced = true;
    };
    const askClient = () => {
      client = { openSinceMs: openSinceMs(path, sessionId) };
      return client.openSinceMs;
    };
    const reading = { quiet: isEnd, ended: isEnd, session: options, onReplaced, openSinceMs: askClient };
    return [...readSession(path, current, reading)].flat();
  }
  const paths = () => [path, ...listAllAgents(path, state).map((agent) => agent.path)];

  return {
    refresh() {
      const now = signatureOf(paths());
      const isSameClient = client === undefined || client.openSinceMs === openSinceMs(path, sessionId);
      if (now === signature && isSameClient) return undefined;
      signature = now;
      isReplaced = false;
      client = undefined;
      const finished = read(state, false);
      // A copy of the state reads the open turn as if the file ended here. The state itself does not change.
      const open = read(structuredClone(state), true);
      return { finished, open, isReplaced, isOpen: hasOpenTurn(state.session.main) };
    },
    paths,
  };
}

function signatureOf(paths: readonly string[]): string {
  return paths
    .map((path) => {
      const stats = tryStat(path);
      return `${path} ${stats?.size} ${stats?.mtimeMs}`;
    })
    .join("\n");
}
