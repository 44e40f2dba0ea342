import { readdirSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { writeAtomic } from "../disk/atomic-write.ts";
import { MAX_BYTES, tryReadText } from "../disk/read.ts";
import type { Home } from "./home.ts";

/** What the client last said to its status line in one session: `statusline/<session>.json`, written by the script. */
export interface SaidToStatusLine {
  sessionId: string;
  /** When it said so, in epoch ms. */
  atMs: number;
  /** The client's JSON. */
  raw: unknown;
}

/** Sessions that draw a status line at the same time are few. */
const MAX_FILES = 50;

/** A session that has not drawn for so long is over. */
const KEEP_MS = 14 * 24 * 3_600_000;

/** What was said after `sinceMs`, the oldest first. Nothing where no status line is set up, at the cost of one look. */
export function readStatusLines({ root }: Pick<Home, "root">, sinceMs: number): SaidToStatusLine[] {
  const folder = folderOf(root);
  return filesIn(folder)
    .filter(({ atMs }) => atMs > sinceMs)
    .slice(-MAX_FILES)
    .flatMap(({ name, atMs }) => {
      try {
        const raw: unknown = JSON.parse(tryReadText(join(folder, name), MAX_BYTES.note) ?? "");
        return [{ sessionId: name.slice(0, -".json".length), atMs, raw }];
      } catch {
        return [];
      }
    });
}

/** Forgets sessions that have not drawn their status line for two weeks. */
export function pruneStatusLines({ root }: Pick<Home, "root">, nowMs: number): void {
  const folder = folderOf(root);
  for (const { name, atMs } of filesIn(folder))
    if (nowMs - atMs > KEEP_MS) rmSync(join(folder, name), { force: true });
}

/** Whether a status line of ours is drawn on this machine. */
export function drawsStatusLine({ root }: Pick<Home, "root">): boolean {
  return statSync(folderOf(root), { throwIfNoEntry: false })?.isDirectory() === true;
}

/** What the day has cost, for the line that the script draws: day, USD, and the limit where there is one. */
export function noteToday({ root }: Pick<Home, "root">, day: string, usd: number, limitUsd?: number): void {
  const words = [day, usd.toFixed(4), ...(limitUsd === undefined ? [] : [String(limitUsd)])];
  writeAtomic(join(folderOf(root), "today"), `${words.join(" ")}\n`);
}

function folderOf(root: string): string {
  return join(root, "statusline");
}

function filesIn(folder: string): { name: string; atMs: number }[] {
  let names: string[];
  try {
    names = readdirSync(folder).filter((name) => name.endsWith(".json"));
  } catch {
    return [];
  }
  return names
    .flatMap((name) => {
      const atMs = statSync(join(folder, name), { throwIfNoEntry: false })?.mtimeMs;
      return atMs === undefined ? [] : [{ name, atMs }];
    })
    .toSorted((a, b) => a.atMs - b.atMs);
}
