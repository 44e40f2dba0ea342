import { readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { namesIn } from "../../disk/folder.ts";
import { ensurePrivateFolder } from "../../disk/private.ts";
import { mtimeOf } from "../../disk/stat.ts";
import type { KinMemory } from "../../files/kin/known-kin.ts";
import { type ReadState, restoreReadState } from "../../files/read-state.ts";
import type { SummarizerState } from "../../session/sums/summary.ts";
import type { Home } from "../home.ts";
import { fileName } from "../state-file.ts";
import { readChecked, writeChecked } from "./checked-file.ts";

/**
 * How far a session that grows has been read and added up, in `~/.ccotel/growing`. The next look reads only what is
 * new. Like the catalog, it only saves work.
 */
export interface Growing {
  /** What the sums depend on besides the files: versions and prices. */
  key: string;
  path: string;
  /** The identity of its files, as in the catalog, before they were read. */
  identity: string;
  /** The sessions with which it shares history, as known then. */
  kin: KinMemory;
  /** Inode numbers of the session's files. */
  files: Record<string, number>;
  read: ReadState;
  sums: SummarizerState;
}

/** More than the sessions that a person has open. */
const MOST = 16;

const MAX_CHARACTERS = 1 << 20;

/** Loads what was kept of a session under the same `key`. Undefined if there is nothing, or if it is damaged. */
export function loadGrowing(home: Home, sessionId: string, key: string): Growing | undefined {
  const text = readChecked(fileOf(home, sessionId), 4 * MAX_CHARACTERS);
  if (text === undefined) return undefined;
  const growing = JSON.parse(text) as Growing;
  if (growing.key !== key) return undefined;
  restoreReadState(growing.read);
  return growing;
}

/** Keeps a session's state, unless it is large. Never throws. */
export function saveGrowing(home: Home, sessionId: string, growing: Growing): void {
  const text = JSON.stringify(growing);
  const file = fileOf(home, sessionId);
  try {
    if (text.length > MAX_CHARACTERS) return rmSync(file, { force: true });
    ensurePrivateFolder(home.root, true);
    ensurePrivateFolder(folderOf(home));
    writeChecked(file, text);
    removeOldest(folderOf(home));
  } catch {
    // The disk is full or the folder is read-only. The next look reads the whole session again.
  }
}

/** Ids of the sessions of which something is kept. */
export function growingSessions(home: Home): Set<string> {
  return new Set(namesIn(folderOf(home)).map((name) => name.replace(/\.json$/, "")));
}

/** Removes what was kept of a session. Never throws. */
export function forgetGrowing(home: Home, sessionId: string): void {
  try {
    rmSync(fileOf(home, sessionId), { force: true });
  } catch {
    // It will not match either.
  }
}

function removeOldest(folder: string): void {
  const names = readdirSync(folder);
  if (names.length <= MOST) return;
  const files = names.map((name) => ({ path: join(folder, name), atMs: mtimeOf(join(folder, name)) }));
  for (const { path } of files.sort((a, b) => b.atMs - a.atMs).slice(MOST)) rmSync(path, { force: true });
}

function folderOf({ root }: Home): string {
  return join(root, "growing");
}

function fileOf(home: Home, sessionId: string): string {
  return join(folderOf(home), fileName(sessionId));
}
