import { readdirSync } from "node:fs";
import { sep } from "node:path";
import type { FoundSession } from "../../files/find-sessions.ts";
import { sessionIdOf } from "../../files/session-id.ts";
import { hash53 } from "../../transcript/row-key.ts";
import { identityOf } from "./file-identity.ts";

/** A project's folder, with everything below it. */
export interface HistoryFolder {
  path: string;
  /** A digest of the identities of its sessions: the same as long as no file of a session has changed. */
  digest: string;
  /** Number of its sessions, at least one. */
  count: number;
  /** Lists them again: who finds the digest unchanged needs no list. */
  sessions(): FoundSession[];
}

/**
 * Looks at the files of all sessions once, without opening one. Undefined if the history is not simply folders of
 * sessions: if there are links, folders that cannot be read, or two transcripts of one session, which have to be found
 * by `findAllSessions`.
 */
export function historyFolders(projects: string): HistoryFolder[] | undefined {
  try {
    const folders: HistoryFolder[] = [];
    const names = new Set<string>();
    for (const entry of readdirSync(projects, { withFileTypes: true })) {
      if (!entry.isDirectory()) {
        if (entry.isSymbolicLink() || sessionIdOf(entry.name) !== undefined) return undefined;
        continue;
      }
      const path = projects + sep + entry.name;
      const before = names.size;
      let text = "";
      visit(path, (session, name) => {
        if (names.has(name)) throw new Error(`${name} is there twice`);
        names.add(name);
        text += `${name} ${identityOf(session).text}\n`;
      });
      const count = names.size - before;
      if (count > 0)
        folders.push({ path, digest: hash53(text).toString(36), count, sessions: () => list(path) });
    }
    return folders.length > 0 ? folders : undefined;
  } catch {
    return undefined;
  }
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
