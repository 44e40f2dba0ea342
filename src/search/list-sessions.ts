import { livingSessions } from "../files/alive.ts";
import type { Hit } from "./find-text.ts";
import type { PastSession } from "./history.ts";
import { type Label, labelAndHeadOf } from "./label.ts";
import { matcherOf } from "./match.ts";
import type { SessionFacts } from "./session-facts.ts";
import { type SessionStatus, statusOf } from "./session-status.ts";
import { type StartFolder, startFolderOf } from "./start-folder.ts";
import { wordsOf } from "./words.ts";

/** A session in a list. */
export interface ListedSession extends Label, StartFolder, Partial<Omit<SessionFacts, "firstMs" | "end">> {
  sessionId: string;
  lastMs: number;
  /** `gone`: its transcript was deleted, so only its prompts are known. */
  status: SessionStatus | "gone";
  /** Some places that hold the words of the query. */
  hits: Hit[];
}

/** A session that the list may hold. */
export interface Candidate {
  /** Not before the time of its last record, in epoch ms. */
  atMs: number;
  /** Undefined if it is not to be listed. */
  row(): Row | undefined;
}

/** A session that is to be listed if it is among the newest. `gone`: its transcript was deleted. */
type Row = { facts: SessionFacts; hits: Hit[] } | { gone: ListedSession; firstMs: number };

/** Which sessions to list. */
interface ListRequest {
  configDir: string;
  limit: number;
  /** Whether to look further than the limit for one more. In a search, that may take as long as the search itself. */
  looksForMore: boolean;
  isOfProject(project: string | undefined): boolean;
  /** Only sessions that went on at or after `sinceMs` and began before `untilMs`. */
  sinceMs?: number;
  untilMs?: number;
}

/** Maximum number of hits of a session in the list. */
export const HITS_A_SESSION = 3;

/**
 * Lists the newest of the candidates, up to the limit. Only of those it reads the title and the first prompt. `hasMore`:
 * it has seen more than these.
 */
export function listSessions(
  candidates: readonly Candidate[],
  request: ListRequest,
): { sessions: ListedSession[]; hasMore: boolean } {
  const { limit, sinceMs = Number.NEGATIVE_INFINITY, untilMs = Number.POSITIVE_INFINITY } = request;
  const room = request.looksForMore ? limit + 1 : limit;
  let hasMore = false;
  const listed: Row[] = [];
  for (const { atMs, row: rowOf } of [...candidates].sort((a, b) => b.atMs - a.atMs)) {
    // A file is never older than its last record, but it may be newer: copied files all have the time of the copy.
    const last = listed[room - 1];
    if (atMs < (last === undefined ? sinceMs : lastMsOf(last))) break;
    const row = rowOf();
    if (row === undefined || lastMsOf(row) < sinceMs || firstMsOf(row) >= untilMs) continue;
    if (!request.isOfProject("gone" in row ? row.gone.project : row.facts.project)) continue;
    listed.splice(listed.findLastIndex((other) => lastMsOf(other) >= lastMsOf(row)) + 1, 0, row);
    hasMore ||= listed.length > limit;
    if (listed.length > room) listed.pop();
  }
  const living = livingSessions(request.configDir);
  const sessions = listed
    .slice(0, limit)
    .map((row) => ("gone" in row ? row.gone : shown(row.facts, row.hits, living)));
  return { sessions, hasMore };
}

/** The sessions in `history.jsonl` of which one prompt holds all words of the query. */
export function goneCandidates(past: readonly PastSession[], query: string): Candidate[] {
  const words = wordsOf(query);
  const matchIn = words.length === 0 ? undefined : matcherOf(words);
  return past.flatMap(({ sessionId, firstMs, lastMs, project, prompts }): Candidate[] => {
    const matches = prompts.flatMap((prompt) => matchIn?.(prompt) ?? []);
    if (matchIn !== undefined && matches.length === 0) return [];
    const [first] = prompts;
    const gone: ListedSession = {
      sessionId,
      lastMs,
      status: "gone",
      hits: matches.slice(0, HITS_A_SESSION).map((match): Hit => ({ kind: "prompt", id: "", ...match })),
      ...(project === undefined ? {} : { project: project.split(/[/\\]/).at(-1) ?? project }),
      ...(first === undefined ? {} : { prompt: first.split("\n")[0] ?? "" }),
    };
    return [{ atMs: lastMs, row: () => ({ gone, firstMs }) }];
  });
}

function shown(
  { firstMs: _, end, ...facts }: SessionFacts,
  hits: Hit[],
  living: ReadonlySet<string>,
): ListedSession {
  const { label, head } = labelAndHeadOf(facts.path);
  return {
    ...facts,
    ...label,
    ...startFolderOf(facts.path, head),
    status: statusOf(end, living.has(facts.sessionId)),
    hits,
  };
}

function lastMsOf(row: Row): number {
  return "gone" in row ? row.gone.lastMs : row.facts.lastMs;
}

function firstMsOf(row: Row): number {
  return "gone" in row ? row.firstMs : (row.facts.firstMs ?? row.facts.lastMs);
}
