import { readdirSync, type Stats, statSync } from "node:fs";
import { join } from "node:path";
import type { FoundSession } from "../files/find-sessions.ts";

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
  let [files, bytes, latestMs] = [0, 0, 0];
  for (const name of filesBelow(folder)) {
    const stats = statsOf(join(folder, name));
    if (stats === undefined) continue;
    files++;
    bytes += stats.size;
    latestMs = Math.max(latestMs, Math.round(stats.mtimeMs));
  }
  return files === 0 ? "" : `+${files}:${bytes}:${latestMs}`;
}

/** Transcripts and what is said of them; results that are kept as files of their own are nothing to read. */
function filesBelow(folder: string): string[] {
  try {
    return readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) =>
      /\.jsonl?$/.test(name),
    );
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
