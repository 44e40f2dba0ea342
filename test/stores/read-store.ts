import { appendFileSync, mkdirSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { ReadOptions } from "../../src/files/feed.ts";
import { findSessions } from "../../src/files/find-sessions.ts";
import { readSession } from "../../src/files/read-session.ts";
import { newReadState, type ReadState, restoreReadState } from "../../src/files/read-state.ts";
import type { Finished } from "../../src/session/model.ts";
import { OPTIONS } from "../support/recordings.ts";
import { linesOf, type Row, type Store } from "../support/transcripts/store.ts";

/** The result of reading each session. */
export type ReadStore = Map<string, Finished[]>;

/** Reads a complete store in one pass. */
export function readAtOnce(folder: string): ReadStore {
  const reading = createReading();
  for (const { path, copies = [] } of sessionsIn(folder))
    reading.look(path, { quiet: true, ended: true, copies });
  return reading.read;
}

/** Reads a store while it is written: session by session, at any byte, each time from a saved state. */
export async function readGrowing(folder: string, store: Store, seed: number): Promise<ReadStore> {
  const random = randomFrom(seed);
  const reading = createReading();
  const steps = stepsOf(store, random);
  const mains = Object.keys(store).filter((path) => isMain(path));
  const begun = new Set<string>();
  for (const { path, text } of steps) {
    const file = join(folder, "projects", path);
    mkdirSync(dirname(file), { recursive: true });
    // Files that begin one after the other must have different creation times.
    if (mains.includes(path) && !begun.has(path)) await sleep(begun.add(path).size > 1 ? 12 : 0);
    if (path.endsWith(".json")) writeFileSync(file, text);
    else appendFileSync(file, text);
    const main = mains[Math.floor(random() * mains.length * 3)];
    if (main !== undefined) reading.look(join(folder, "projects", main), { quiet: false, ended: false });
  }
  for (const { path, copies = [] } of sessionsIn(folder))
    reading.look(path, { quiet: true, ended: true, copies });
  return reading.read;
}

function createReading() {
  const read: ReadStore = new Map();
  const states = new Map<string, string>();
  const stateOf = (id: string) => {
    const saved = states.get(id);
    return saved === undefined ? undefined : restoreReadState(JSON.parse(saved) as ReadState);
  };
  return {
    read,
    look(path: string, facts: Omit<ReadOptions, "session">): void {
      const id = basename(path, ".jsonl");
      const state = stateOf(id) ?? newReadState(id);
      const options = { ...facts, session: OPTIONS, peek: stateOf };
      const pieces = [...readSession(path, state, options)].flat();
      read.set(id, [...(read.get(id) ?? []), ...pieces]);
      states.set(id, JSON.stringify(state));
    },
  };
}

function sessionsIn(folder: string) {
  return findSessions([folder], { configDir: folder, cwd: folder });
}

function isMain(path: string): boolean {
  return path.split("/").length === 2 && path.endsWith(".jsonl") && !basename(path).startsWith("agent-");
}

interface Step {
  path: string;
  text: string;
  atMs: number;
}

/** The lines of all files in the order in which they were written, some in two pieces. */
function stepsOf(store: Store, random: () => number): Step[] {
  const seen = new Set<unknown>();
  const steps = Object.entries(store).flatMap(([path, content]): Step[] => {
    // The client buffers each file separately.
    const lagMs = Math.floor(random() * 100);
    if (content.length === 0) return [{ path, text: "", atMs: 0 }];
    if (path.endsWith(".json")) return [{ path, text: String(content), atMs: 0 }];
    const rows = typeof content === "string" ? undefined : content;
    const lines = rows === undefined ? String(content).split(/(?<=\n)/) : rows.map((row) => linesOf([row]));
    const times = timesOf(rows ?? [], seen, lines.length);
    return lines.flatMap((text, index) => {
      const atMs = (times[index] as number) + lagMs;
      const cut = random() < 0.3 ? Math.floor(random() * text.length) : 0;
      return [text.slice(0, cut), text.slice(cut)]
        .filter(Boolean)
        .map((part) => ({ path, text: part, atMs }));
    });
  });
  return steps.sort((a, b) => a.atMs - b.atMs);
}

/** The time when each row was on disk: never before the previous row. A copied row has the time of the next own row. */
function timesOf(rows: readonly Row[], seen: Set<unknown>, count: number): number[] {
  const keysOf = ({ uuid, timestamp, message }: Row) =>
    uuid === undefined ? [] : [uuid, JSON.stringify([timestamp, message])];
  const isCopied = rows.map((row) => keysOf(row).some((key) => seen.has(key)));
  for (const row of rows) for (const key of keysOf(row)) seen.add(key);
  const own = rows.map(({ timestamp }, index) => {
    const ms = typeof timestamp === "string" ? Date.parse(timestamp) : Number.NaN;
    return isCopied[index] || Number.isNaN(ms) ? undefined : ms;
  });
  let latest = own.find((time) => time !== undefined) ?? 0;
  const times = own.map((time) => {
    latest = Math.max(latest, time ?? latest);
    return latest;
  });
  return times.length === count ? times : Array.from({ length: count }, () => 0);
}

function randomFrom(seed: number): () => number {
  let state = seed * 7919;
  return () => {
    state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
    return state / 0x7fffffff;
  };
}
