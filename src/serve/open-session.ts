import type { FoundSession } from "../files/find-sessions.ts";
import { followSession } from "../files/follow-session.ts";
import { LISTS, type PageSession } from "../page/model.ts";
import { type CostParts, createPageBuilder, type Lengths } from "../page/session-page.ts";
import { labelOf } from "../search/label.ts";
import type { SessionOptions } from "../session/options.ts";

/** A session that the page looks at, read as far as it has come. */
export interface OpenSession {
  /** Reads what is new; false when nothing was. */
  refresh(): boolean;
  /** Grows whenever something new was read, whoever read it: each page compares it with what it was sent. */
  version(): number;
  /** All of it, an unfinished turn included. */
  page(): PageSession;
  /** What a page that holds everything finished up to `from` lacks; it drops what it has beyond that. */
  since(from: Lengths): Update;
  /** The main transcript and its agents' files. */
  paths(): string[];
}

/** Lists of `page` begin at `from`. `finished`: how much of them will not change any more. */
export interface Update {
  version: number;
  from: Lengths;
  finished: Lengths;
  page: PageSession;
}

export const EMPTY: Lengths = { runs: 0, lanes: 0, turns: 0, requests: 0, calls: 0, compactions: 0 };

/** Opens a session. `options` keeps the content that labels are made of; nothing of it leaves the machine. */
export function openSession(
  session: FoundSession,
  options: SessionOptions,
  costParts: CostParts,
): OpenSession {
  const { sessionId } = session;
  const followed = followSession(session, options);
  let builder = createPageBuilder(sessionId, costParts);
  let finished = builder.mark();
  let version = 0;

  /** A file that was exchanged is read from its start, and so is the page. */
  const restart = () => {
    builder = createPageBuilder(sessionId, costParts);
    finished = builder.mark();
  };

  return {
    refresh() {
      const news = followed.refresh();
      if (news === undefined) return false;
      version++;
      if (news.isReplaced) restart();
      builder.takeBack(finished);
      builder.add(news.finished);
      finished = builder.mark();
      builder.add(news.open);
      builder.page.isOpen = news.isOpen;
      // The client often writes it behind the turn that it is about.
      const { title } = options.keep === "none" ? {} : labelOf(session.path);
      if (title !== undefined) builder.page.title = title;
      return true;
    },
    version: () => version,
    page: () => builder.page,
    since(said) {
      // A file that was exchanged has less than the page knows: it begins anew.
      const isBehind = LISTS.every((list) => said[list] <= finished.lengths[list]);
      const from = isBehind ? said : EMPTY;
      const page = { ...builder.page };
      for (const list of LISTS) Object.assign(page, { [list]: builder.page[list].slice(from[list]) });
      return { version, from, finished: finished.lengths, page };
    },
    paths: followed.paths,
  };
}
