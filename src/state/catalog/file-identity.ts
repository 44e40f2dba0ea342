import { type Dirent, readdirSync, type Stats, statSync } from "node:fs";
import { sep } from "node:path";
import type { FoundSession } from "../../files/find-sessions.ts";

/** What a session's files look like from outside: as long as it is the same, so are they. */
export interface FileIdentity {
  /** Of the main file. */
  bytes: number;
  text: string;
}

/** Looks at the session's files without opening one. Agents of 2.0 clients, beside the main file, count with it. */
export function identityOf({ path, isAlone }: Pick<FoundSession, "path" | "isAlone">): FileIdentity {
  const main = statsOf(path);
  const text = main === undefined ? "-" : sizeAndTime(main);
  const others = isAlone ? "" : folderIdentity(path.slice(0, -".jsonl".length));
  return { bytes: main?.size ?? 0, text: text + others };
}

function sizeAndTime({ size, mtimeMs, ino }: Stats): string {
  return `${size}:${Math.round(mtimeMs)}:${ino}`;
}

/** All files below the session's own folder in three numbers: what is added or written changes one of them. */
function folderIdentity(folder: string): string {
  const sum = { files: 0, bytes: 0, latestMs: 0 };
  addFilesBelow(folder, sum);
  return sum.files === 0 ? "" : `+${sum.files}:${sum.bytes}:${sum.latestMs}`;
}

/** Transcripts and what is said of them; results that are kept as files of their own are nothing to read. */
function addFilesBelow(folder: string, sum: { files: number; bytes: number; latestMs: number }): void {
  for (const entry of entriesIn(folder)) {
    const path = folder + sep + entry.name;
    if (entry.isDirectory()) addFilesBelow(path, sum);
    else if (entry.name.endsWith(".jsonl") || entry.name.endsWith(".json")) {
      const stats = statsOf(path);
      if (stats === undefined) continue;
      sum.files++;
      sum.bytes += stats.size;
      sum.latestMs = Math.max(sum.latestMs, Math.round(stats.mtimeMs));
    }
  }
}

function entriesIn(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    return [];
  }
}

/** Undefined where there is no file, or where it may not be looked at. */
function statsOf(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}
