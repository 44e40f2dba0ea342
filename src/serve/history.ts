import { statSync } from "node:fs";
import { agentLister } from "../files/agent-files.ts";
import { livingSessions } from "../files/alive.ts";
import type { FoundSession } from "../files/find-sessions.ts";
import { type PageLimit, type PageRow, pageRow } from "../page/history.ts";
import { findText, type Hit, wordsOf } from "../search/find-text.ts";
import type { Summary } from "../session/sums/summary.ts";

/** Work on many sessions runs in batches of about this length, so that the server can respond in between. */
const BIT_MS = 40;
/** How often to check running sessions. */
const LOOK_EVERY_MS = 1_000;
/** A running session that writes nothing for this long is stuck, or waits for something outside. */
const STUCK_MS = 10 * 60_000;

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

/** Sends the table of all sessions in parts, the newest first, then its changes. */
export function sendHistory(source: HistorySource, send: Send, closed: AbortSignal): void {
  const sessions = [...source.sessions()]
    .map(([key, session]) => ({ key, session, mtimeMs: mtimeOf(session) }))
    .sort((a, b) => b.mtimeMs - a.mtimeMs);
  const seen = new Map(sessions.map(({ key, mtimeMs }) => [key, mtimeMs]));
  let living = livingSessions(source.configDir);
  send({ total: sessions.length, rows: [], limits: source.limits() });
  inBits(sessions, closed, (bit) => {
    const rows = bit.flatMap(({ key, session }) => rowOf(key, session, source, living) ?? []);
    send({ rows });
  }).then(() => {
    if (closed.aborted) return;
    source.save();
    send({ rows: [], isComplete: true });
    const look = setInterval(() => {
      const before = living;
      living = livingSessions(source.configDir);
      const changed: PageRow[] = [];
      for (const [key, session] of source.sessions()) {
        const mtimeMs = mtimeOf(session);
        const moved = living.has(session.sessionId) !== before.has(session.sessionId);
        if (seen.get(key) === mtimeMs && !moved) continue;
        seen.set(key, mtimeMs);
        const row = rowOf(key, session, source, living);
        if (row !== undefined) changed.push(row);
      }
      if (changed.length > 0) send({ rows: changed });
    }, LOOK_EVERY_MS);
    closed.addEventListener("abort", () => clearInterval(look));
  });
}

/** Sends the places where sessions contain the words, session by session. */
export function sendHits(
  { sessions }: Pick<HistorySource, "sessions">,
  query: string,
  send: Send,
  closed: AbortSignal,
): void {
  const words = wordsOf(query);
  const agentsOf = agentLister();
  const newest = [...sessions()]
    .map(([key, session]) => ({ key, session, mtimeMs: mtimeOf(session) }))
    .sort((a, b) => b.mtimeMs - a.mtimeMs);
  inBits(newest, closed, (bit) => {
    const found = bit.flatMap(({ key, session }): { key: string; hits: Hit[] }[] => {
      const paths = [session.path, ...agentsOf(session.path, session.sessionId).map(({ path }) => path)];
      const { hits } = findText(paths, words, { limit: 3, results: true });
      return hits.length === 0 ? [] : [{ key, hits }];
    });
    send({ searched: bit.length, found });
  }).then(() => send({ searched: 0, found: [], isComplete: true }));
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
  const summary = source.summaryOf(session);
  return pageRow(key, session.sessionId, summary, statusOf(session, summary, living, source.now()));
}

function statusOf(
  { sessionId }: FoundSession,
  { outcome, lastMs = 0 }: Summary,
  living: ReadonlySet<string>,
  nowMs: number,
): string {
  const isOpen = outcome === "cut_off";
  if (!living.has(sessionId)) return isOpen ? "killed" : "ended";
  if (!isOpen) return "waiting";
  return nowMs - lastMs > STUCK_MS ? "stuck" : "running";
}

function mtimeOf({ path }: FoundSession): number {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}
