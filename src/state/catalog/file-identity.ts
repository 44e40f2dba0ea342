import { existsSync, type Stats, statSync } from "node:fs";
import { sep } from "node:path";
import { entriesIn } from "../../disk/folder.ts";
import type { FoundSession } from "../../files/find-sessions.ts";

/** The identity of a session's files. As long as it is the same, the files are unchanged. */
interface FileIdentity {
  /** Stats of the main file. Undefined if it is missing or not accessible. */
  main: Stats | undefined;
  text: string;
}

/**
 * Computes the identity without opening a file. Includes the session's copies in other folders, since a reader also
 * reads the rows that only a copy has. 2.0 versions of Claude Code write agents' files beside the main file;
 * these count as unchanged as long as the main file is unchanged.
 */
export function identityOf({
  path,
  isAlone,
  copies = [],
}: Pick<FoundSession, "path" | "isAlone" | "copies">): FileIdentity {
  const main = statsOf(path);
  const text = main === undefined ? "-" : sizeAndTime(main);
  const others = isAlone ? "" : folderIdentity(path.slice(0, -".jsonl".length));
  const ofCopies = copies.map((copy) => `|${identityOf({ path: copy }).text}`).join("");
  return { main, text: text + others + ofCopies };
}

function sizeAndTime({ size, mtimeMs, ino }: Stats): string {
  return `${size}:${Math.round(mtimeMs)}:${ino}`;
}

/**
 * Number, bytes and latest time of all files below the session's folder. An added or changed file changes one of them.
 */
function folderIdentity(folder: string): string {
  const sum = { files: 0, bytes: 0, latestMs: 0 };
  addFilesBelow(folder, sum);
  return sum.files === 0 ? "" : `+${sum.files}:${sum.bytes}:${sum.latestMs}`;
}

/** Counts transcripts (`.jsonl`) and files about them (`.json`). Tool results in files of their own are not read. */
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

/** Undefined if the file is missing or not accessible. */
function statsOf(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}

/** Whether these transcripts are all there. Once a source is gone, its fork counts the rows that it copied. */
export function isStanding(paths: readonly string[] = []): boolean {
  return paths.every((path) => existsSync(path));
}
