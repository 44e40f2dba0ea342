import { existsSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { writeAtomic } from "../disk/atomic-write.ts";
import { namesIn } from "../disk/folder.ts";
import { MAX_BYTES, readJson } from "../disk/read.ts";
import type { Home } from "./home.ts";

/**
 * What Claude Code last told its status line in one session: `statusline/<session>.json`, which `statusline.sh` writes.
 */
interface SaidToStatusLine {
  sessionId: string;
  /** When it was written, in epoch ms. */
  atMs: number;
  /** Claude Code's JSON. */
  raw: unknown;
}

/** The most files that are read. Few sessions draw a status line at the same time. */
const MAX_FILES = 50;

/** A session that has drawn no status line for this long is over. */
const KEEP_MS = 14 * 24 * 3_600_000;

/**
 * Reads what was written after `sinceMs`, the oldest first. If no status line is set up, it returns an empty list after
 * one look at the folder.
 */
export function readStatusLines({ root }: Pick<Home, "root">, sinceMs: number): SaidToStatusLine[] {
  const folder = folderOf(root);
  return filesIn(folder)
    .filter(({ atMs }) => atMs > sinceMs)
    .slice(-MAX_FILES)
    .flatMap(({ name, atMs }) => {
      const raw = readJson(join(folder, name), MAX_BYTES.note);
      return raw === undefined ? [] : [{ sessionId: name.slice(0, -".json".length), atMs, raw }];
    });
}

/** Reads what was written last in a session. Undefined if there is nothing, or not yet all of it. */
export function readStatusLine(
  { root }: Pick<Home, "root">,
  sessionId: string,
): SaidToStatusLine | undefined {
  const file = fileOf(root, sessionId);
  const atMs = file && statSync(file, { throwIfNoEntry: false })?.mtimeMs;
  if (!file || !atMs) return undefined;
  const raw = readJson(file, MAX_BYTES.note);
  return raw && { sessionId, atMs, raw };
}

/** Whether ccotel's status line has been drawn in a session. */
export function hasStatusLine({ root }: Pick<Home, "root">, sessionId: string): boolean {
  const file = fileOf(root, sessionId);
  return file !== undefined && existsSync(file);
}

/** Undefined for a session id that the script would not use as a file name. */
function fileOf(root: string, sessionId: string, ending = ".json"): string | undefined {
  return /^[0-9A-Za-z-]{1,64}$/.test(sessionId) ? join(folderOf(root), sessionId + ending) : undefined;
}

/** Removes files that nothing has written for two weeks: of sessions that have drawn no status line, and old notes. */
export function pruneStatusLines({ root }: Pick<Home, "root">, nowMs: number): void {
  const folder = folderOf(root);
  for (const { name, atMs } of filesIn(folder, ""))
    if (nowMs - atMs > KEEP_MS) rmSync(join(folder, name), { force: true });
}

/** Whether ccotel's status line is in use on this machine. */
export function drawsStatusLine({ root }: Pick<Home, "root">): boolean {
  return statSync(folderOf(root), { throwIfNoEntry: false })?.isDirectory() === true;
}

/** The cost of a day. */
export interface DayCost {
  /** YYYY-MM-DD */
  date: string;
  usd: number;
  /** The next limit. */
  limitUsd?: number | undefined;
  /** The sessions of which the cost has more than before. */
  sessionIds: Iterable<string>;
}

/** Saves the cost of the day for the script's line, which adds what its session has cost since its last turn ended. */
export function noteToday({ root }: Pick<Home, "root">, { date, usd, limitUsd, sessionIds }: DayCost): void {
  for (const sessionId of sessionIds) {
    const since = fileOf(root, sessionId, ".since");
    // Before the cost is saved: a line that is drawn in between lacks the turn, and does not count it twice.
    if (since !== undefined) rmSync(since, { force: true });
  }
  const words = [date, usd.toFixed(4), ...(limitUsd === undefined ? [] : [String(limitUsd)])];
  writeAtomic(join(folderOf(root), "today"), `${words.join(" ")}\n`);
}

function folderOf(root: string): string {
  return join(root, "statusline");
}

/** The files whose names end like that, the oldest first. */
function filesIn(folder: string, ending = ".json"): { name: string; atMs: number }[] {
  return namesIn(folder)
    .filter((name) => name.endsWith(ending))
    .flatMap((name) => {
      const atMs = statSync(join(folder, name), { throwIfNoEntry: false })?.mtimeMs;
      return atMs === undefined ? [] : [{ name, atMs }];
    })
    .toSorted((a, b) => a.atMs - b.atMs);
}
