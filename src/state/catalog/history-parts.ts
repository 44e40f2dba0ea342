import { readdirSync } from "node:fs";
import { sep } from "node:path";
import type { FoundSession } from "../../files/find-sessions.ts";
import { sessionIdOf } from "../../files/session-id.ts";
import { hash53 } from "../../transcript/row-key.ts";
import { identityOf } from "./file-identity.ts";

/** The sessions of a project, or a part of them, with everything below the project's folder. */
export interface HistoryPart {
  /** The folder, and in a large one the first digit of the sessions' ids; or the transcript of a session that grows. */
  key: string;
  /** A digest of the identities of its sessions: the same as long as no file of a session has changed. */
  digest: string;
  /** Number of its sessions, at least one. */
  count: number;
  /** Lists them again: who finds the digest unchanged needs no list. */
  sessions(): FoundSession[];
}

/** In a folder with more sessions than this, those whose ids begin alike are a part of their own. */
const MANY = 100;

/**
 * Looks at the files of all sessions once, without opening one. Undefined if the history is not simply folders of
 * sessions: if there are links, folders that cannot be read, or two transcripts of one session, which have to be found
 * by `findAllSessions`.
 *
 * `apart`: ids of the sessions that are a part each, so that a change of one concerns no other.
 */
export function historyParts(
  projects: string,
  apart: ReadonlySet<string> = new Set(),
): HistoryPart[] | undefined {
  try {
    const names = new Set<string>();
    const parts: HistoryPart[] = [];
    for (const entry of readdirSync(projects, { withFileTypes: true })) {
      if (entry.isDirectory()) parts.push(...partsOf(projects + sep + entry.name, names, apart));
      else if (entry.isSymbolicLink() || sessionIdOf(entry.name) !== undefined) return undefined;
    }
    return parts.length > 0 ? parts : undefined;
  } catch {
    return undefined;
  }
}

/** The parts of a project's folder. Throws for a link, and for a transcript whose name is among `names` already. */
function partsOf(folder: string, names: Set<string>, apart: ReadonlySet<string>): HistoryPart[] {
  const all = new Digest();
  const groups = new Map<string, Digest>();
  const single: HistoryPart[] = [];
  visit(folder, (session, name) => {
    if (names.has(name)) throw new Error(`${name} is there twice`);
    names.add(name);
    const hash = hash53(`${name} ${identityOf(session).text}`);
    if (apart.has(session.sessionId)) {
      single.push({ key: session.path, digest: digestOf(hash), count: 1, sessions: () => [session] });
      return;
    }
    all.add(hash);
    const start = name.charAt(0);
    let group = groups.get(start);
    if (group === undefined) {
      group = new Digest();
      groups.set(start, group);
    }
    group.add(hash);
  });
  if (all.count === 0) return single;
  const sessions = once(() => list(folder).filter(({ sessionId }) => !apart.has(sessionId)));
  if (all.count <= MANY)
    return [...single, { key: folder + sep, digest: all.text(), count: all.count, sessions }];
  const grouped = [...groups].map(([start, group]) => ({
    key: folder + sep + start,
    digest: group.text(),
    count: group.count,
    sessions: () => sessions().filter(({ sessionId }) => sessionId.startsWith(start)),
  }));
  return [...single, ...grouped];
}

function digestOf(hash: number): string {
  const digest = new Digest();
  digest.add(hash);
  return digest.text();
}

/** Sum of the hashes of some sessions, in any order. */
class Digest {
  count = 0;
  private low = 0;
  private high = 0;

  add(hash: number): void {
    this.count++;
    this.low = (this.low + (hash | 0)) | 0;
    this.high = (this.high + hash / 2 ** 32) | 0;
  }

  text(): string {
    return `${this.count} ${this.low >>> 0} ${this.high >>> 0}`;
  }
}

function once<T>(make: () => T): () => T {
  let made: T | undefined;
  return () => {
    made ??= make();
    return made;
  };
}

function list(folder: string): FoundSession[] {
  const sessions: FoundSession[] = [];
  visit(folder, (session) => sessions.push(session));
  return sessions;
}

/** Calls `onSession` for each session in a folder and below it. Throws for a link. */
function visit(folder: string, onSession: (session: FoundSession, name: string) => void): void {
  const entries = readdirSync(folder, { withFileTypes: true });
  const folders = new Set<string>();
  for (const entry of entries) if (entry.isDirectory()) folders.add(entry.name);
  for (const entry of entries) {
    const { name } = entry;
    if (entry.isSymbolicLink()) throw new Error(`${name} is a link`);
    const sessionId = entry.isFile() ? sessionIdOf(name) : undefined;
    if (sessionId === undefined) continue;
    const path = folder + sep + name;
    // The folder beside a transcript contains more of the same session.
    onSession(folders.delete(sessionId) ? { sessionId, path } : { sessionId, path, isAlone: true }, name);
  }
  for (const name of folders) visit(folder + sep + name, onSession);
}
