import { existsSync, type Stats } from "node:fs";
import { sep } from "node:path";
import { entriesIn } from "../../disk/folder.ts";
import { tryStat } from "../../disk/stat.ts";
import type { FoundSession } from "../../files/find-sessions.ts";

/** The identity of a session's files. As long as it is the same, the files are unchanged. */
interface FileIdentity {
  /** Stats of the main file. Undefined if it is missing or not accessible. */
  main: Stats | undefined;
  text: string;
}

/**
 * Computes the identity without opening a file. Includes the session's copies in other folders, since a reader also
 * reads the rows that only a copy has. Some agents' files are elsewhere: with clients of 2.0 beside the main file, and
 * with clients up to 2.1.150 perhaps in another project. They count as unchanged as long as the main file is unchanged.
 */
export function identityOf(session: Pick<FoundSession, "path" | "isAlone" | "copies">): FileIdentity {
  const { copies = [] } = session;
  const { main, below } = lookAtFiles(session);
  const text = main === undefined ? "-" : `${main.size}:${Math.round(main.mtimeMs)}:${main.ino}`;
  const others = below.files === 0 ? "" : `+${below.files}:${below.bytes}:${below.latestMs}`;
  const ofCopies = copies.map((copy) => `|${identityOf({ path: copy }).text}`).join("");
  return { main, text: text + others + ofCopies };
}

/** What the identity of a session without copies consists of. */
interface FilesSeen {
  /** Undefined if it is missing or not accessible. */
  main: Stats | undefined;
  /**
   * Number, bytes and latest time of all files below the session's folder. An added or changed file changes one of
   * them.
   */
  below: FilesBelow;
}

type FilesBelow = Record<"files" | "bytes" | "latestMs", number>;

const NONE_BELOW: FilesBelow = { files: 0, bytes: 0, latestMs: 0 };

/** Looks at the files of a session, without its copies. */
export function lookAtFiles({ path, isAlone }: Pick<FoundSession, "path" | "isAlone">): FilesSeen {
  const main = tryStat(path);
  if (isAlone) return { main, below: NONE_BELOW };
  const below = { ...NONE_BELOW };
  addFilesBelow(path.slice(0, -".jsonl".length), below);
  return { main, below };
}

/** Counts transcripts (`.jsonl`) and files about them (`.json`). Tool results in files of their own are not read. */
function addFilesBelow(folder: string, sum: FilesBelow): void {
  for (const entry of entriesIn(folder)) {
    const path = folder + sep + entry.name;
    if (entry.isDirectory()) addFilesBelow(path, sum);
    else if (entry.name.endsWith(".jsonl") || entry.name.endsWith(".json")) {
      const stats = tryStat(path);
      if (stats === undefined) continue;
      sum.files++;
      sum.bytes += stats.size;
      sum.latestMs = Math.max(sum.latestMs, Math.round(stats.mtimeMs));
    }
  }
}

/** Whether these transcripts are all there. Once a source is gone, its fork counts the rows that it copied. */
export function isStanding(paths: readonly string[] = []): boolean {
  return paths.every((path) => existsSync(path));
}
