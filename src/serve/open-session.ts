import type { FoundSession } from "../files/find-sessions.ts";
import { followSession } from "../files/follow-session.ts";
import { LISTS, type PageSession } from "../page/model.ts";
import { type CostParts, createPageBuilder, type Lengths } from "../page/session-page.ts";
import { labelOf } from "../search/label.ts";
import type { SessionOptions } from "../session/options.ts";

/** A session that a page shows, read up to its current end. */
export interface OpenSession {
  /** Reads what is new. Returns false if nothing is. */
  refresh(): boolean;
  /**
   * Increases with each read of something new, for any page. Each page compares it with the version that it was sent.
   * No two sessions ever have the same version, nor has a session that was closed and opened again.
   */
  version(): number;
  /** Returns the whole page, including an unfinished turn. */
  page(): PageSession;
  /** Returns what a page with everything finished up to `from` lacks. The page drops anything after that. */
  since(from: Lengths): Update;
  /** The main transcript and its agents' files. */
  paths(): string[];
}

/** Lists of `page` begin at `from`. The items before `finished` will not change. */
interface Update {
  version: number;
  from: Lengths;
  finished: Lengths;
  page: PageSession;
}

export const EMPTY: Lengths = { runs: 0, lanes: 0, turns: 0, requests: 0, calls: 0, compactions: 0 };

let versions = 0;

/** Opens a session. `options` keeps the content that labels need. None of it leaves the machine. */
export function openSession(
  session: FoundSession,
  options: SessionOptions,
  costParts: CostParts,
): OpenSession {
  const { sessionId } = session;
  const followed = followSession(session, options);
  let builder = createPageBuilder(sessionId, costParts);
  let finished = builder.mark();
  let version = ++versions;

  /** A replaced file is read from its start, so the page starts again, too. */
  const restart = () => {
    builder = createPageBuilder(sessionId, costParts);
    finished = builder.mark();
  };

  return {
    refresh() {
      const news = followed.refresh();
      if (news === undefined) return false;
      version = ++versions;
      if (news.isReplaced) restart();
      builder.takeBack(finished);
      builder.add(news.finished);
      finished = builder.mark();
      builder.add(news.open);
      builder.page.isOpen = news.isOpen;
      // The client often writes the title after the turn that it describes.
      const { title } = options.keep === "none" ? {} : labelOf(session.path);
      if (title !== undefined) builder.page.title = title;
      return true;
    },
    version: () => version,
    page: () => builder.page,
    since(said) {
      // A replaced file may have less than the page. The page then starts again.
      const isBehind = LISTS.every((list) => said[list] <= finished.lengths[list]);
      const from = isBehind ? said : EMPTY;
      const page = { ...builder.page };
      for (const list of LISTS) Object.assign(page, { [list]: builder.page[list].slice(from[list]) });
      return { version, from, finished: finished.lengths, page };
    },
    paths: followed.paths,
  };
}
