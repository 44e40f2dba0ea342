import { realPathOf } from "../disk/stat.ts";
import { livingSessions } from "../files/alive.ts";
import type { FoundSession } from "../files/find-sessions.ts";
import type { PageAudit } from "../page/audit.ts";
import type { PageFork } from "../page/fork.ts";
import type { PageInsight } from "../page/insight.ts";
import { LISTS } from "../page/model.ts";
import type { CostParts, Lengths } from "../page/session-page.ts";
import { textFinder } from "../search/find-text.ts";
import { type Label, labelAndHeadOf, labelOf } from "../search/label.ts";
import { resumeCommand } from "../search/resume-command.ts";
import { startFolderOf } from "../search/start-folder.ts";
import { textsOfItems } from "../search/texts.ts";
import { wordsOf } from "../search/words.ts";
import type { SessionOptions } from "../session/options.ts";
import { sha256 } from "../sha256.ts";
import { changesOf, type HistorySource, sendHistory, sendHits } from "./history.ts";
import { EMPTY, type OpenSession, openSession } from "./open-session.ts";
import { type PageStatus, pageStatus } from "./page-status.ts";
import type { Answer, Route } from "./server.ts";

/** The number of sessions to keep open. Others are read again on request. */
const KEPT_OPEN = 6;

/** The maximum number of rows on a screen. */
const MAX_LABELS = 200;

/** The maximum number of places that a search shows, including those in tool results. */
const HITS = { limit: 200, results: true };

export interface Served extends Omit<HistorySource, "sessions"> {
  /** Returns the sessions that the page may show. Called for each request of the list. */
  list: () => FoundSession[];
  /** Finds any session of this machine by its id, for links between sessions. */
  find: (sessionId: string) => FoundSession | undefined;
  /** Returns the ids of sessions that are known to be forks of a session. */
  forksOf: (sessionId: string) => string[];
  /** Audits the cost of a session. */
  audit: (session: FoundSession, closed: AbortSignal) => Promise<PageAudit>;
  /** Returns what wastes money in the sessions of `list`. */
  insights: (closed: AbortSignal) => Promise<PageInsight[]>;
  /** How to read a single session. */
  options: SessionOptions;
  costParts: CostParts;
}

/** The page's API. Requests name sessions by a key from this server or by id, never by path. */
export function createRoutes(served: Served): Route {
  let known = new Map<string, FoundSession>();
  const linked = new Map<string, FoundSession>();
  const open = new Map<string, OpenSession>();

  function sessions(): Map<string, FoundSession> {
    known = new Map(served.list().map((session) => [keyOf(session), session]));
    return known;
  }

  function named(name: string): FoundSession | undefined {
    const session = known.get(name) ?? linked.get(name) ?? sessions().get(name) ?? served.find(name);
    // A page asks many times a minute, and to find a session by its id takes a look at the whole history.
    if (session !== undefined && !known.has(name)) linked.set(name, session);
    return session;
  }

  function opened(name: string): OpenSession | undefined {
    const session = named(name);
    if (session === undefined) return undefined;
    const key = keyOf(session);
    const opened = open.get(key) ?? openSession(session, served.options, served.costParts);
    opened.refresh();
    // The last one used is the last one in the map.
    open.delete(key);
    open.set(key, opened);
    for (const oldest of open.keys()) if (open.size > KEPT_OPEN) open.delete(oldest);
    return opened;
  }

  /** Returns labels of sessions. They are read from the transcripts only for visible rows. */
  function labels(keys: readonly string[]): Record<string, Label> {
    const found = keys.slice(0, MAX_LABELS).flatMap((key) => {
      const session = known.get(key);
      return session === undefined ? [] : [[key, labelOf(session.path)] as const];
    });
    return Object.fromEntries(found);
  }

  function forks({ sessionId }: FoundSession): PageFork[] {
    return served.forksOf(sessionId).flatMap((id) => {
      const fork = served.find(id);
      return fork === undefined ? [] : [{ id, ...labelOf(fork.path) }];
    });
  }

  function statusOf(session: OpenSession): PageStatus {
    const { id, turns, requests, calls } = session.page();
    const lastMs = Math.max(0, ...[turns, requests, calls].map((list) => list.at(-1)?.endMs ?? 0));
    // The turns of two windows are not in order.
    const last = turns.reduce((a, b) => (b.startMs >= a.startMs ? b : a), turns[0] ?? NO_TURN);
    const end = { lastMs, outcome: last.outcome };
    return pageStatus(id, end, livingSessions(served.configDir), served.now());
  }

  const ofSession = (query: URLSearchParams, answer: (session: OpenSession) => Answer): Answer => {
    const session = opened(query.get("key") ?? "");
    return session === undefined ? undefined : answer(session);
  };

  return async (path, query, closed) => {
    switch (path) {
      case "/api/forks":
      case "/api/audit": {
        const session = named(query.get("key") ?? "");
        if (session === undefined) return undefined;
        return { json: path === "/api/forks" ? forks(session) : await served.audit(session, closed) };
      }
      case "/api/insights":
        return { json: await served.insights(closed) };
      case "/api/sessions":
        return { events: (send, closed) => sendHistory({ ...served, sessions }, send, closed) };
      case "/api/changes": {
        const alive = new Set((query.get("alive") ?? "").split(","));
        return { json: changesOf({ ...served, sessions }, numberIn(query, "since"), alive) };
      }
      case "/api/search":
        return {
          events: (send, closed) => sendHits({ sessions }, query.get("words") ?? "", send, closed),
        };
      case "/api/labels":
        return { json: labels((query.get("keys") ?? "").split(",")) };
      case "/api/session":
        return ofSession(query, (session) => ({
          json: { ...session.since(EMPTY), status: statusOf(session), resume: resumeOf(session) },
        }));
      case "/api/live":
        return ofSession(query, (session) => ({
          json: { ...growthOf(session, query), status: statusOf(session) },
        }));
      case "/api/text":
        return ofSession(query, (session) => ({
          json: textsOfItems(session.paths(), (query.get("items") ?? "").split("\n")),
        }));
      case "/api/find":
        return ofSession(query, (session) => ({
          json: textFinder(wordsOf(query.get("words") ?? ""), HITS)(session.paths()),
        }));
      default:
        return undefined;
    }
  };
}

/** The command that resumes a session, from whatever folder. */
function resumeOf(session: OpenSession): string {
  const [path = ""] = session.paths();
  return resumeCommand(session.page().id, startFolderOf(path, labelAndHeadOf(path).head).folder).join(" ");
}

const NO_TURN = { startMs: 0, outcome: "completed" };

/** Returns what a page lacks. Empty if it lacks nothing. The query says what the page has. */
function growthOf(session: OpenSession, query: URLSearchParams) {
  if (session.version() === numberIn(query, "version")) return {};
  return session.since(
    Object.fromEntries(LISTS.map((list) => [list, Math.max(0, numberIn(query, list))])) as Lengths,
  );
}

function numberIn(query: URLSearchParams, name: string): number {
  return Math.trunc(Number(query.get(name)) || 0);
}

/** Returns a session's key on the page: always the same for the same file, and not a path. */
export function keyOf({ path }: FoundSession): string {
  return sha256(realPathOf(path) ?? path).slice(0, 16);
}
