import { statSync } from "node:fs";
import type { FoundSession } from "../files/find-sessions.ts";
import { listAllAgents } from "../files/read-agents.ts";
import { readSession } from "../files/read-session.ts";
import { newReadState, type ReadState } from "../files/read-state.ts";
import { LISTS, type PageSession } from "../page/model.ts";
import { type CostParts, createPageBuilder, type Lengths } from "../page/session-page.ts";
import type { Finished } from "../session/model.ts";
import type { SessionOptions } from "../session/options.ts";

/** A session that the page looks at, read as far as it has come. */
export interface OpenSession {
  /** Reads what is new; false when nothing was. */
  refresh(): boolean;
  /** All of it, an unfinished turn included. */
  page(): PageSession;
  /** What a page that holds everything finished up to `from` lacks; it drops what it has beyond that. */
  since(from: Lengths): Update;
  /** The main transcript and its agents' files. */
  paths(): string[];
}

/** Lists of `page` begin at `from`. `finished`: how much of them will not change any more. */
export interface Update {
  from: Lengths;
  finished: Lengths;
  page: PageSession;
}

export const EMPTY: Lengths = { lanes: 0, turns: 0, requests: 0, calls: 0, compactions: 0 };

/** Opens a session. `options` keeps the content that labels are made of; nothing of it leaves the machine. */
export function openSession(
  session: FoundSession,
  options: SessionOptions,
  costParts: CostParts,
): OpenSession {
  const { sessionId, path } = session;
  const state = newReadState(sessionId);
  let builder = createPageBuilder(sessionId, costParts);
  let finished = builder.mark();
  let signature = "";

  /** A file that was exchanged is read from its start, and so is the page. */
  const restart = () => {
    builder = createPageBuilder(sessionId, costParts);
    finished = builder.mark();
  };

  function read(current: ReadState, isEnd: boolean): Finished[] {
    const reading = { quiet: isEnd, ended: isEnd, session: options, onReplaced: restart };
    return [...readSession(path, current, reading)].flat();
  }

  return {
    refresh() {
      const now = signatureOf([path, ...agentPaths(path, state)]);
      if (now === signature) return false;
      signature = now;
      builder.takeBack(finished);
      builder.add(read(state, false));
      finished = builder.mark();
      // A turn that goes on is read to its end for now, by a copy of what is known.
      builder.add(read(structuredClone(state), true));
      builder.page.isOpen = state.session.main.turn !== undefined;
      return true;
    },
    page: () => builder.page,
    since(said) {
      // A file that was exchanged has less than the page knows: it begins anew.
      const isBehind = LISTS.every((list) => said[list] <= finished.lengths[list]);
      const from = isBehind ? said : EMPTY;
      const page = { ...builder.page };
      for (const list of LISTS) Object.assign(page, { [list]: builder.page[list].slice(from[list]) });
      return { from, finished: finished.lengths, page };
    },
    paths: () => [path, ...agentPaths(path, state)],
  };
}

function agentPaths(path: string, state: ReadState): string[] {
  return listAllAgents(path, state).map((agent) => agent.path);
}

function signatureOf(paths: readonly string[]): string {
  return paths
    .map((path) => {
      const stats = statSync(path, { throwIfNoEntry: false });
      return `${path} ${stats?.size} ${stats?.mtimeMs}`;
    })
    .join("\n");
}
