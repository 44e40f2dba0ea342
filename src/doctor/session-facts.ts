import { existsSync, readdirSync, statSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { MAX_BYTES, readText } from "../disk/read.ts";
import { isAlive, isOwnedByLivingClient } from "../files/alive.ts";
import { readSession } from "../files/read-session.ts";
import type { SessionOptions } from "../session/options.ts";
import { endOf } from "../session/walk.ts";
import type { Home } from "../state/home.ts";
import { parseSession, type SavedSession } from "../state/session-store.ts";

/** What is known of a session that a hook has named. */
export interface SessionStatus {
  readonly sessionId: string;
  readonly path: string;
  /** Name of the project's folder. */
  readonly project: string | undefined;
  /** When something of it was last looked at. */
  readonly seenMs: number;
  readonly lastDelivery: SavedSession["lastDelivery"];
  /** Requests of its current run without a known price. */
  readonly unpricedRequests: number;
  /** What is finished and not delivered. */
  readonly pending: Pending;
  /** Nothing was ever read of it, and its client is gone. */
  readonly hasNoTranscript: boolean;
}

export interface Pending {
  /** Bytes of transcript behind the last delivery; zero when nothing in them is finished. */
  readonly bytes: number;
  readonly turns: number;
  /** When the first of it was over. */
  readonly sinceMs?: number;
}

const NOTHING: Pending = { bytes: 0, turns: 0 };

/**
 * The sessions in the state folder, those that were seen last first. What waits is found out by reading on from where the
 * last delivery ended, on a copy of the state: so it is what the next delivery would send.
 */
export function readSessionStatus(
  home: Home,
  options: SessionOptions,
  onProgress: (done: number, total: number) => void = () => {},
): SessionStatus[] {
  const files = stateFiles(home);
  return files
    .flatMap(({ path, seenMs }, index) => {
      const saved = parseSession(textOf(path) ?? "");
      onProgress(index + 1, files.length);
      return saved === undefined ? [] : [statusOf(saved, seenMs, options)];
    })
    .sort((a, b) => b.seenMs - a.seenMs);
}

function statusOf(saved: SavedSession, seenMs: number, options: SessionOptions): SessionStatus {
  const { session } = saved.read;
  const { pid, path, lastDelivery } = saved;
  const isClientGone = pid === undefined || !isAlive(pid);
  const status = {
    sessionId: session.sessionId,
    path,
    project: session.main.place.project,
    seenMs,
    lastDelivery,
    unpricedRequests: session.run?.totals.unpricedRequests ?? 0,
    hasNoTranscript: saved.hookSeen && saved.read.main === undefined && !existsSync(path) && isClientGone,
  };
  // Reading on changes the state, so what is taken from it is taken before.
  return { ...status, pending: pendingOf(saved, options) };
}

function pendingOf(saved: SavedSession, session: SessionOptions): Pending {
  const { path, read } = saved;
  const bytes = unreadBytes(saved);
  if (bytes === 0 && read.session.main.items.length === 0) return NOTHING;
  const quiet = !isOwnedByLivingClient(path, read.session.sessionId);
  let turns = 0;
  let sinceMs: number | undefined;
  try {
    for (const pieces of readSession(path, read, { quiet, ended: false, session })) {
      for (const piece of pieces) {
        if (piece.type === "turn") turns++;
        sinceMs = Math.min(sinceMs ?? Number.POSITIVE_INFINITY, endOf(piece));
      }
    }
  } catch {
    // A transcript that went away meanwhile, or that may not be read: there is nothing that could be sent.
    return NOTHING;
  }
  return sinceMs === undefined ? NOTHING : { bytes, turns, sinceMs };
}

function unreadBytes({ path, read }: SavedSession): number {
  const main = Math.max(0, sizeOf(path) - (read.main?.offset ?? 0));
  const folder = join(dirname(path), basename(path, ".jsonl"), "subagents");
  const agents = namesIn(folder).reduce((sum, name) => {
    const agentId = /^agent-(.+)\.jsonl$/.exec(name)?.[1];
    if (agentId === undefined) return sum;
    return sum + Math.max(0, sizeOf(join(folder, name)) - (read.agents[agentId] ?? 0));
  }, 0);
  return main + agents;
}

function stateFiles(home: Home): { path: string; seenMs: number }[] {
  return namesIn(home.sessions)
    .filter((name) => name.endsWith(".json"))
    .flatMap((name) => {
      const path = join(home.sessions, name);
      const stats = statSync(path, { throwIfNoEntry: false });
      return stats === undefined ? [] : [{ path, seenMs: stats.mtimeMs }];
    });
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}

function textOf(path: string): string | undefined {
  try {
    return readText(path, MAX_BYTES.state);
  } catch {
    return undefined;
  }
}
