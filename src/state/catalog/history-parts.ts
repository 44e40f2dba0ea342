import { readdirSync } from "node:fs";
import { sep } from "node:path";
import { checksum } from "../../checksum.ts";
import type { FoundSession } from "../../files/find-sessions.ts";
import { noteListing, type SeenTranscript, seenTranscript } from "../../files/kin/listing.ts";
import { sessionIdOf, sessionOfCopy } from "../../files/session-id.ts";
import { ticksMs } from "../../ticks.ts";
import { lookAtFiles } from "./file-identity.ts";

/** The whole history in parts. */
export interface History {
  parts: HistoryPart[];
  /** Whether the session has a transcript. */
  has(sessionId: string): boolean;
}

/** The sessions of a project, or a part of them, with everything below the project's folder. */
export interface HistoryPart {
  /** The folder, and in a large one the first digit of the sessions' ids; or the transcript of a session that grows. */
  key: string;
  /** A digest of the identities of its sessions: the same as long as no file of a session has changed. */
  digest: string;
  /** Lists them again, since a caller that finds the digest unchanged needs no list. */
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
export function lookAtHistory(projects: string, apart: ReadonlySet<string> = new Set()): History | undefined {
  try {
    const startMs = ticksMs();
    const walk: Walk = { apart, names: new Set(), seen: [] };
    const parts: HistoryPart[] = [];
    for (const entry of readdirSync(projects, { withFileTypes: true })) {
      if (entry.isDirectory()) parts.push(...partsOf(projects + sep + entry.name, walk));
      else if (entry.isSymbolicLink() || isTranscript(entry.name)) return undefined;
    }
    // A reading that continues in a growing session needs the list of the other sessions.
    if (apart.size > 0) noteListing(projects, startMs, walk.seen);
    return parts.length > 0 ? { parts, has: (id) => walk.names.has(`${id}.jsonl`) } : undefined;
  } catch {
    return undefined;
  }
}

function isTranscript(name: string): boolean {
  return (sessionIdOf(name) ?? sessionOfCopy(name)) !== undefined;
}

/** A walk through all projects. */
interface Walk {
  apart: ReadonlySet<string>;
  /** The names of the transcripts so far. */
  names: Set<string>;
  /** The transcripts in the projects' own folders, if some sessions are apart. */
  seen: SeenTranscript[];
}

/** The parts of a project's folder. Throws for a link, and for a transcript whose name the walk has met already. */
function partsOf(folder: string, { apart, names, seen }: Walk): HistoryPart[] {
  const groups = new Map<string, Digest>();
  const single: HistoryPart[] = [];
  visit(folder, (session, name) => {
    if (names.has(name)) throw new Error(`${name} is there twice`);
    names.add(name);
    const { sessionId, path } = session;
    const files = lookAtFiles(session);
    const { main } = files;
    const isOfProject = path.length === folder.length + 1 + name.length;
    if (apart.size > 0 && isOfProject && main !== undefined) seen.push(seenTranscript(session, main));
    if (apart.has(sessionId)) {
      const own = new Digest();
      own.add(name, files);
      single.push({ key: path, digest: own.text(), sessions: () => [session] });
      return;
    }
    const start = name.charAt(0);
    let group = groups.get(start);
    if (group === undefined) {
      group = new Digest();
      groups.set(start, group);
    }
    group.add(name, files);
  });
  const all = [...groups];
  const count = all.reduce((sum, [, group]) => sum + group.count, 0);
  if (count === 0) return single;
  const sessions = once(() => list(folder).filter(({ sessionId }) => !apart.has(sessionId)));
  if (count <= MANY) {
    const digest = all.map(([start, group]) => `${start} ${group.text()}`).join(",");
    return [...single, { key: folder + sep, digest, sessions }];
  }
  const grouped = all.map(([start, group]) => ({
    key: folder + sep + start,
    digest: group.text(),
    sessions: () => sessions().filter(({ sessionId }) => sessionId.startsWith(start)),
  }));
  return [...single, ...grouped];
}

/**
 * Digest of the names and identities of some sessions. Makes no text of the numbers, which would take most of the time.
 */
class Digest {
  count = 0;
  private names = "";
  private bytes = 0;
  private hash = 0;

  add(name: string, { main, below }: ReturnType<typeof lookAtFiles>): void {
    this.count++;
    this.names += name;
    const { size, mtimeMs, ino } = main ?? { size: -1, mtimeMs: 0, ino: 0 };
    this.bytes += size + below.bytes;
    let hash = mixed(mixed(mixed(this.hash, size), mtimeMs), ino);
    if (below.files > 0) hash = mixed(mixed(mixed(hash, below.files), below.bytes), below.latestMs);
    this.hash = hash;
  }

  text(): string {
    return `${this.count} ${this.bytes} ${this.hash >>> 0} ${checksum(this.names)}`;
  }
}

/** Adds the integer part of a number to a hash of 32 bits. */
function mixed(hash: number, value: number): number {
  let next = Math.imul(hash ^ (value | 0), 0x85ebca6b);
  next = Math.imul(next ^ (next >>> 15) ^ (value / 2 ** 32), 0xc2b2ae35);
  return next ^ (next >>> 13);
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

/**
 * Calls `onSession` for each session in a folder and below it. Throws for a link, for a copy of a transcript, and for a
 * name in capitals, which may be one.
 */
function visit(folder: string, onSession: (session: FoundSession, name: string) => void): void {
  const entries = readdirSync(folder, { withFileTypes: true });
  const folders = new Set<string>();
  for (const entry of entries) if (entry.isDirectory()) folders.add(entry.name);
  for (const entry of entries) {
    const { name } = entry;
    if (entry.isSymbolicLink()) throw new Error(`${name} is a link`);
    const sessionId = entry.isFile() ? sessionIdOf(name) : undefined;
    if (sessionId === undefined && sessionOfCopy(name) !== undefined) throw new Error(`${name} is a copy`);
    if (sessionId === undefined) continue;
    if (!name.startsWith(sessionId)) throw new Error(`${name} is in capitals`);
    const path = folder + sep + name;
    // The folder beside a transcript contains more of the same session.
    onSession(folders.delete(sessionId) ? { sessionId, path } : { sessionId, path, isAlone: true }, name);
  }
  for (const name of folders) visit(folder + sep + name, onSession);
}
