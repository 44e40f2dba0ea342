import type { Dirent } from "node:fs";
import { dirname, join, sep } from "node:path";
import { entriesIn } from "../disk/folder.ts";
import { isAbsent } from "../disk/read.ts";
import { realPathOf, tryStat } from "../disk/stat.ts";
import { sessionIdOf, sessionOfCopy } from "./session-id.ts";

/** A session's main transcript on disk. */
export interface FoundSession {
  sessionId: string;
  path: string;
  /** No folder with more files of the session is beside the transcript. */
  isAlone?: true;
  /**
   * More transcripts of the same session: in other folders, if a person copied it to continue it in another project, or
   * beside it, if it was continued on another machine.
   */
  copies?: string[];
}

/** A session with its path after all links are resolved, so that one file under two names is found once. */
export interface LocatedSession extends FoundSession {
  realPath: string;
}

/** What is called for what a walk leaves out, with its path. */
export interface OnLeftOut {
  /** For folders that cannot be read. */
  onUnreadable?: ((path: string) => void) | undefined;
  /** For links to a folder that contains the one that is searched, such as `/`. They would lead everywhere. */
  onAbove?: ((path: string) => void) | undefined;
}

/**
 * All transcripts below a folder. Links are followed, but not above the folder, and each real folder is visited once.
 */
export function sessionsIn(folder: string, onLeftOut: OnLeftOut): LocatedSession[] {
  const realPath = realPathOf(folder);
  if (realPath !== undefined)
    return walk({ path: folder, realPath }, { ...onLeftOut, top: realPath, seen: new Set() });
  // A folder that is not there has no sessions; one that may not be looked up may have some.
  if (!isAbsent(folder)) onLeftOut.onUnreadable?.(folder);
  return [];
}

interface Walk extends OnLeftOut {
  /** Real path of the folder that is searched. */
  top: string;
  /** Real paths of the folders that were visited. */
  seen: Set<string>;
}

interface Place {
  path: string;
  realPath: string;
}

function walk(folder: Place, about: Walk): LocatedSession[] {
  const { top, seen, onUnreadable, onAbove } = about;
  if (seen.has(folder.realPath)) return [];
  if (top !== folder.realPath && top.startsWith(inFolder(folder.realPath, ""))) {
    onAbove?.(folder.path);
    return [];
  }
  seen.add(folder.realPath);
  const entries = entriesIn(folder.path, onUnreadable);
  const names = new Set(entries.map(({ name }) => name));
  return entries.flatMap((entry): LocatedSession[] => {
    const place = placeOf(entry, folder);
    if (place === undefined) return [];
    const stats = entry.isSymbolicLink() ? tryStat(place.path) : entry;
    // The folder beside a transcript contains more of the same session.
    if (stats?.isDirectory()) return names.has(`${entry.name}.jsonl`) ? [] : walk(place, about);
    const sessionId = stats?.isFile() ? (sessionIdOf(entry.name) ?? sessionOfCopy(entry.name)) : undefined;
    if (sessionId === undefined) return [];
    const isAlone = !names.has(sessionId) && !names.has(entry.name.slice(0, -".jsonl".length));
    return [{ sessionId, ...place, ...(isAlone ? { isAlone } : {}) }];
  });
}

/** Only links have to be resolved to know where they lead. A history has thousands of files and hardly any links. */
function placeOf(entry: Dirent, { path: folder, realPath: real }: Place): Place | undefined {
  const path = inFolder(folder, entry.name);
  const realPath = entry.isSymbolicLink() ? realPathOf(path) : inFolder(real, entry.name);
  return realPath === undefined ? undefined : { path, realPath };
}

function inFolder(folder: string, name: string): string {
  return folder.endsWith(sep) ? folder + name : folder + sep + name;
}

/** The transcripts in a folder itself, without copies beside them. Empty if it cannot be read. */
export function directSessions(folder: string): FoundSession[] {
  return filesIn(folder, sessionIdOf);
}

/** The copies beside the transcript of a session. */
export function copiesBeside({ path, sessionId }: FoundSession): FoundSession[] {
  return filesIn(dirname(path), sessionOfCopy).filter((copy) => copy.sessionId === sessionId);
}

function filesIn(folder: string, idOf: (name: string) => string | undefined): FoundSession[] {
  return entriesIn(folder).flatMap(({ name }) => {
    const sessionId = idOf(name);
    return sessionId === undefined ? [] : [{ sessionId, path: join(folder, name) }];
  });
}
