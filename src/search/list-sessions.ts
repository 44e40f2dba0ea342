import { statSync } from "node:fs";
import { agentLister } from "../files/agent-files.ts";
import { livingSessions } from "../files/alive.ts";
import type { FoundSession } from "../files/find-sessions.ts";
import { countsOf } from "../session/sums/rows.ts";
import type { Summary } from "../session/sums/summary.ts";
import { findText, type Hit, wordsOf } from "./find-text.ts";
import { pastSessions } from "./history.ts";
import { type Label, labelOf } from "./label.ts";

/** `gone`: its transcript was deleted, so only its prompts are known. */
type SessionStatus = "running" | "waiting" | "ended" | "killed" | "gone";

/** A session in a list. */
export interface ListedSession extends Label {
  sessionId: string;
  /** The transcript. Undefined if it was deleted. */
  path?: string;
  project?: string;
  branch?: string;
  /** Time of its last record. */
  lastMs: number;
  status: SessionStatus;
  turns?: number;
  requests?: number;
  costUsd?: number;
  forkedFrom?: string;
  /** Some places that hold the words of the query. */
  hits: Hit[];
}

/** Which sessions to list. */
interface ListRequest {
  configDir: string;
  query: string;
  limit: number;
  /** Part of the project's name. */
  project?: string;
  sinceMs?: number;
}

/** Maximum number of hits of a session in the list. */
const HITS_A_SESSION = 3;

/**
 * Lists the sessions that hold all words of the query, the newest first, up to the limit. `summaryOf` returns a summary
 * from the catalog if it can.
 */
export function listSessions(
  found: readonly FoundSession[],
  summaryOf: (session: FoundSession) => Summary,
  request: ListRequest,
): ListedSession[] {
  const words = wordsOf(request.query);
  const living = livingSessions(request.configDir);
  const agentsOf = agentLister();
  const listed: ListedSession[] = [];
  const candidates = [...found.map(present), ...gone(found, request)].sort((a, b) => b.atMs - a.atMs);
  const { limit, sinceMs = Number.NEGATIVE_INFINITY } = request;
  for (const { session, past, atMs } of candidates) {
    // A file is never older than its last record, but it may be newer: copied files all have the time of the copy.
    const oldest = listed[limit - 1]?.lastMs ?? sinceMs;
    if (atMs < oldest) break;
    const row = session === undefined ? past : rowOf(session, summaryOf, words, living, agentsOf);
    if (row === undefined || row.lastMs < sinceMs || !isOf(row, request.project)) continue;
    const isNewer = ({ lastMs }: ListedSession) => lastMs >= row.lastMs;
    listed.splice(listed.findLastIndex(isNewer) + 1, 0, row);
    if (listed.length > limit) listed.pop();
  }
  return listed;
}

interface Candidate {
  atMs: number;
  session?: FoundSession;
  past?: ListedSession;
}

function present(session: FoundSession): Candidate {
  return { atMs: statSync(session.path, { throwIfNoEntry: false })?.mtimeMs ?? 0, session };
}

/** Sessions in `history.jsonl` whose transcripts were deleted. */
function gone(found: readonly FoundSession[], { configDir, query }: ListRequest): Candidate[] {
  const known = new Set(found.map(({ sessionId }) => sessionId));
  const words = wordsOf(query);
  return pastSessions(configDir)
    .filter(({ sessionId }) => !known.has(sessionId))
    .filter(({ prompts }) => {
      const all = prompts.join("\n").toLowerCase();
      return words.every((word) => all.includes(word));
    })
    .map(({ sessionId, lastMs, project, prompts }) => ({
      atMs: lastMs,
      past: {
        sessionId,
        lastMs,
        status: "gone",
        hits: [],
        ...(project === undefined ? {} : { project: project.split(/[/\\]/).at(-1) ?? project }),
        ...(prompts[0] === undefined ? {} : { prompt: prompts[0].split("\n")[0] ?? "" }),
      },
    }));
}

/** Undefined if the session has no record with a time, or does not hold the words. */
function rowOf(
  session: FoundSession,
  summaryOf: (session: FoundSession) => Summary,
  words: readonly string[],
  living: ReadonlySet<string>,
  agentsOf: ReturnType<typeof agentLister>,
): ListedSession | undefined {
  const paths =
    words.length === 0
      ? []
      : [session.path, ...agentsOf(session.path, session.sessionId).map(({ path }) => path)];
  // The limit is higher than the hits shown, because copied history of a fork is left out below.
  const found = findText(paths, words, { limit: 50, results: true }).hits;
  if (words.length > 0 && found.length === 0) return undefined;
  const summary = summaryOf(session);
  const { firstMs = 0, lastMs, place, forkedFrom, outcome } = summary;
  if (lastMs === undefined) return undefined;
  const hits = forkedFrom === undefined ? found : found.filter(({ atMs = firstMs }) => atMs >= firstMs);
  if (words.length > 0 && hits.length === 0) return undefined;
  const counts = countsOf(summary.rows);
  const isLiving = living.has(session.sessionId);
  const isOpen = outcome === "cut_off";
  return {
    sessionId: session.sessionId,
    path: session.path,
    ...labelOf(session.path),
    ...(place.project === undefined ? {} : { project: place.project }),
    ...(place.branch === undefined ? {} : { branch: place.branch }),
    lastMs,
    status: isLiving ? (isOpen ? "running" : "waiting") : isOpen ? "killed" : "ended",
    turns: counts.turns,
    requests: counts.requests,
    costUsd: counts.costUsd,
    ...(forkedFrom === undefined ? {} : { forkedFrom }),
    hits: hits.slice(0, HITS_A_SESSION),
  };
}

function isOf({ project }: ListedSession, part: string | undefined): boolean {
  return part === undefined || (project ?? "").toLowerCase().includes(part.toLowerCase());
}
