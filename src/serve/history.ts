import { mtimeOf } from "../disk/stat.ts";
import { agentLister } from "../files/agents/agent-files.ts";
import { livingSessions } from "../files/alive.ts";
import { isFileTrouble } from "../files/file-trouble.ts";
import type { FoundSession } from "../files/find-sessions.ts";
import { type PageLimit, type PageRow, pageRow } from "../page/history.ts";
import { type Hit, textFinder } from "../search/find-text.ts";
import { wordsOf } from "../search/words.ts";
import type { Summary } from "../session/sums/summary.ts";
import { pageStatus } from "./page-status.ts";

/** Work on many sessions runs in batches of about this length, so that the server can respond in between. */
const BIT_MS = 40;

export interface HistorySource {
  configDir: string;
  sessions: () => Map<string, FoundSession>;
  summaryOf: (session: FoundSession) => Summary;
  /** Called after something new was read. */
  save: () => void;
  now: () => number;
  /** Returns the usage limits in effect. Empty if no status line is set up. */
  limits: () => PageLimit[];
}

type Send = (event: unknown) => void;

/** Sends the table of all sessions in parts, the newest first. `changesOf` then tells what has changed. */
export async function sendHistory(source: HistorySource, send: Send, closed: AbortSignal): Promise<void> {
  const atMs = source.now();
  const sessions = [...source.sessions()]
    .map(([key, session]) => ({ key, session, mtimeMs: mtimeOf(session.path) }))
    .sort((a, b) => b.mtimeMs - a.mtimeMs);
  const living = livingSessions(source.configDir);
  send({ atMs, total: sessions.length, rows: [], limits: source.limits() });
  await inBits(sessions, closed, (bit) => {
    const rows = bit.flatMap(({ key, session }) => rowOf(key, session, source, living) ?? []);
    send({ atMs, rows });
  });
  if (closed.aborted) return;
  source.save();
  send({ atMs, rows: [], isComplete: true });
}

/** Changes in the last moments before a look may have an older time, so the next look repeats these moments. */
const OVERLAP_MS = 2_000;

/**
 * Returns the rows that may have changed since a time (epoch ms): those of transcripts written since then, of running
 * sessions, and of those in `alive`, which ran when the page last heard of them. `atMs`: the time of this look.
 */
export function changesOf(
  source: HistorySource,
  sinceMs: number,
  alive: ReadonlySet<string>,
): { atMs: number; rows: PageRow[]; limits: PageLimit[] } {
  const atMs = source.now();
  const living = livingSessions(source.configDir);
  const rows = [...source.sessions()].flatMap(([key, session]) => {
    const mayDiffer =
      living.has(session.sessionId) || alive.has(key) || mtimeOf(session.path) >= sinceMs - OVERLAP_MS;
    return (mayDiffer ? rowOf(key, session, source, living) : undefined) ?? [];
  });
  return { atMs, rows, limits: source.limits() };
}

/** Sends the places where sessions contain the words, session by session. */
export async function sendHits(
  { sessions }: Pick<HistorySource, "sessions">,
  query: string,
  send: Send,
  closed: AbortSignal,
): Promise<void> {
  const find = textFinder(wordsOf(query), { limit: 3, results: true });
  const agentsOf = agentLister();
  const newest = [...sessions()]
    .map(([key, session]) => ({ key, session, mtimeMs: mtimeOf(session.path) }))
    .sort((a, b) => b.mtimeMs - a.mtimeMs);
  await inBits(newest, closed, (bit) => {
    const found = bit.flatMap(({ key, session }): { key: string; hits: Hit[] }[] => {
      const paths = [session.path, ...agentsOf(session.path, session.sessionId).map(({ path }) => path)];
      const hits = ifReadable(() => find(paths).hits) ?? [];
      return hits.length === 0 ? [] : [{ key, hits }];
    });
    send({ searched: bit.length, found });
  });
  send({ searched: 0, found: [], isComplete: true });
}

/** Passes the items to `use` in batches. Measures each one and adapts the size of the next to `BIT_MS`. */
async function inBits<T>(items: readonly T[], closed: AbortSignal, use: (bit: T[]) => void): Promise<void> {
  let size = 1;
  for (let at = 0; at < items.length && !closed.aborted; ) {
    const started = performance.now();
    use(items.slice(at, at + size));
    at += size;
    const ms = performance.now() - started;
    size = Math.max(1, Math.min(2_000, Math.round((size * BIT_MS) / Math.max(1, ms))));
    await new Promise((resolve) => setImmediate(resolve));
  }
}

function rowOf(
  key: string,
  session: FoundSession,
  source: HistorySource,
  living: ReadonlySet<string>,
): PageRow | undefined {
  const summary = ifReadable(() => source.summaryOf(session));
  if (summary === undefined) return undefined;
  const status = pageStatus(session.sessionId, summary, living, source.now());
  return pageRow(key, session.sessionId, summary, status);
}

/** Undefined for a session whose files cannot be read: it must not hide the others. */
function ifReadable<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (isFileTrouble(error)) return undefined;
    throw error;
  }
}
