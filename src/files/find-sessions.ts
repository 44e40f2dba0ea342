import { basename, dirname, join, resolve } from "node:path";
import { NothingThere, UserError } from "../config/user-error.ts";
import { entriesIn } from "../disk/folder.ts";
import { mtimeOf, realPathOf, sizeOf, tryStat } from "../disk/stat.ts";
import { createLineReader } from "../transcript/lines.ts";
import { parseLine } from "../transcript/parse.ts";
import { clock } from "../units.ts";
import { projectFolder } from "./project-folder.ts";
import { isBeginningOfId, isSessionId, isShortOfId, sessionIdOf } from "./session-id.ts";
import {
  copiesBeside,
  directSessions,
  type FoundSession,
  type LocatedSession,
  type OnLeftOut,
  sessionsIn,
} from "./sessions-below.ts";
import { chunks, withFile } from "./transcript-file.ts";

export type { FoundSession };

export interface Search extends OnLeftOut {
  /** The Claude configuration folder: `CLAUDE_CONFIG_DIR` or `~/.claude`. */
  configDir: string;
  /** The folder that relative paths start from. */
  cwd: string;
  /** Only transcripts that changed since this time, in epoch ms. */
  sinceMs?: number;
  /** Called for a session that has several files. */
  onCopies?: (session: FoundSession) => void;
}

/**
 * The sessions that the targets name, sorted by path, each once. A target is a transcript, a session id, or a folder
 * that contains transcripts at any depth. Throws a `UserError` when a target names no session, and `NothingThere` when
 * none has changed since `sinceMs`.
 */
export function findSessions(targets: readonly string[], search: Search): FoundSession[] {
  const found = sorted(
    targets.flatMap((target) => sessionsOf(target, search)),
    search,
  );
  return changedSince(found, search);
}

/**
 * Every session that Claude Code keeps on this machine, sorted by path. Throws `NothingThere` when there is none, or none
 * that has changed since `sinceMs`, and a `UserError` when there is only what cannot be read.
 */
export function findAllSessions(search: Search): FoundSession[] {
  const folder = join(search.configDir, "projects");
  const unreadable: string[] = [];
  const found = listAllSessions({
    ...search,
    onUnreadable(path) {
      unreadable.push(path);
      search.onUnreadable?.(path);
    },
  });
  if (found.length > 0) return changedSince(found, search);
  if (unreadable.length > 0) throw new UserError(`No session in ${folder} can be read.`);
  throw new NothingThere(`No sessions in ${folder}.`, {
    hint: search.configDir.includes(",")
      ? `Claude Code takes CLAUDE_CONFIG_DIR as one folder, not as a list. Set it to one of them, or name several: ccotel stats ${search.configDir.split(",").join(" ")}.`
      : "Claude Code creates it on its first run. If your sessions are elsewhere, set CLAUDE_CONFIG_DIR.",
  });
}

/** The same as `findAllSessions`, but an empty list instead of an error, and without regard to `sinceMs`. */
export function listAllSessions(search: Search): FoundSession[] {
  return sorted(sessionsIn(join(search.configDir, "projects"), search), search);
}

/**
 * The session that changed last in the project of `search.cwd` or of its nearest parent. Throws a `UserError` when
 * there is none.
 */
export function findNewestSession(search: Search): FoundSession {
  for (let folder = resolve(search.cwd); ; folder = dirname(folder)) {
    const sessions = directSessions(projectFolder(search.configDir, folder));
    const newest = sessions.sort((a, b) => mtimeOf(b.path) - mtimeOf(a.path))[0];
    if (newest !== undefined) return newest;
    if (folder === dirname(folder)) break;
  }
  throw new UserError(
    `No session belongs to ${search.cwd}: there is none in ${projectFolder(search.configDir, search.cwd)} or in the folders of its parents.`,
    { hint: "Name a session id, a transcript or a folder with transcripts." },
  );
}

function sessionsOf(target: string, search: Search): LocatedSession[] {
  const path = resolve(search.cwd, target);
  const stats = tryStat(path);
  if (stats === undefined) {
    const id = isSessionId(target) ? target : wholeId(target, search);
    if (id !== undefined) return sessionsWithId(id, search);
    if (isShortOfId(target))
      throw new UserError(`${target} is too short for a session id: name at least four of its characters.`);
    throw new UserError(`There is no file, folder or session ${target}.`, {
      hint: "Name a transcript (….jsonl), a folder with transcripts, or a session id such as 0b9aeb4e-7d5c-4d5e-a6c1-1f4ad3f5b3f0 or its beginning (at least four characters).",
    });
  }
  if (!stats.isDirectory()) return [sessionOfFile(path)];
  const found = sessionsIn(path, search);
  if (found.length > 0) return found;
  // The target is the folder with a session's further files. The transcript is beside it.
  const beside = `${path}.jsonl`;
  if (isSessionId(basename(path)) && tryStat(beside)?.isFile()) return [sessionOfFile(beside)];
  throw new UserError(`No transcript in ${path} or below (files named <session id>.jsonl).`, {
    hint: "Claude Code keeps transcripts in ~/.claude/projects. You can pass a transcript with another name as a file.",
  });
}

/** The id of the only session in the configuration folder whose id begins like this. */
function wholeId(beginning: string, search: Search): string | undefined {
  if (!isBeginningOfId(beginning)) return undefined;
  const projects = join(search.configDir, "projects");
  const idsIn = (sessions: readonly FoundSession[]) =>
    sessions.map(({ sessionId }) => sessionId).filter((id) => id.startsWith(beginning.toLowerCase()));
  const direct = idsIn(
    entriesIn(projects, search.onUnreadable).flatMap(({ name }) => directSessions(join(projects, name))),
  );
  const ids = [...new Set(direct.length > 0 ? direct : idsIn(sessionsIn(projects, {})))].sort();
  if (ids.length < 2) return ids[0];
  const more = ids.length > MAX_IDS ? ` and ${ids.length - MAX_IDS} more` : "";
  throw new UserError(`${ids.length} session ids begin with ${beginning}.`, {
    hint: `Name one of them: ${ids.slice(0, MAX_IDS).join(", ")}${more}.`,
  });
}

/** How many ids an error lists. */
const MAX_IDS = 5;

function sessionsWithId(id: string, search: Search): LocatedSession[] {
  const sessionId = id.toLowerCase();
  const projects = join(search.configDir, "projects");
  const found = entriesIn(projects, search.onUnreadable).flatMap((project) => {
    const path = join(projects, project.name, `${sessionId}.jsonl`);
    return tryStat(path)?.isFile() ? [{ sessionId, path }, ...copiesBeside({ sessionId, path })] : [];
  });
  if (found.length > 0) return found.map(located);
  // A program that moves projects may have put it deeper, or written its name in capitals.
  const moved = sessionsIn(projects, search).filter((one) => one.sessionId === sessionId);
  if (moved.length > 0) return moved;
  throw new UserError(`No session ${sessionId} in ${projects}.`, {
    hint: "If your sessions are elsewhere, set CLAUDE_CONFIG_DIR, or pass the transcript as a file.",
  });
}

/** A file that the user named may have any name, but must be the main transcript of a session. */
function sessionOfFile(path: string): LocatedSession {
  if (/^agent-.+\.jsonl$/.test(basename(path))) {
    throw new UserError(`${path} is the transcript of a subagent.`, {
      hint: "Pass the main transcript of its session; ccotel reads its subagents with it.",
    });
  }
  const sessionId = sessionIdOf(basename(path)) ?? sessionIdIn(path);
  if (sessionId !== undefined) return located({ sessionId, path });
  throw new UserError(`${path} is no transcript of Claude Code: no record in it names a session.`, {
    hint: "Transcripts are the files ~/.claude/projects/*/<session id>.jsonl.",
  });
}

function located(session: FoundSession): LocatedSession {
  return { ...session, realPath: realPathOf(session.path) ?? session.path };
}

/** How much of a file with another name is read to find its session. Its first lines may be large. */
const MAX_HEAD_BYTES = 16 << 20;

/** The session that the first records of a file name. Undefined when they name none. */
function sessionIdIn(path: string): string | undefined {
  return withFile(path, (fd) => {
    const lines = createLineReader();
    let bytes = 0;
    for (const chunk of chunks(fd, 0)) {
      for (const line of lines.push(chunk)) {
        const parsed = parseLine(line);
        if (parsed.kind === "record" && parsed.record.sessionId !== undefined) return parsed.record.sessionId;
      }
      bytes += chunk.length;
      if (bytes > MAX_HEAD_BYTES) return undefined;
    }
    return undefined;
  });
}

function sorted(sessions: readonly LocatedSession[], { onCopies }: Search): FoundSession[] {
  const byFile = new Map<string, FoundSession>();
  for (const { realPath, ...session } of [...sessions].sort((a, b) => (a.path < b.path ? -1 : 1))) {
    if (!byFile.has(realPath)) byFile.set(realPath, session);
  }
  const byId = new Map<string, FoundSession[]>();
  for (const session of byFile.values()) {
    byId.set(session.sessionId, [...(byId.get(session.sessionId) ?? []), session]);
  }
  return [...byId.values()].map((files) => {
    const session = withCopies(files);
    if (session.copies !== undefined) onCopies?.(session);
    return session;
  });
}

/**
 * One session from its files: the longest of those that the client writes to, which was continued, with the others as
 * its copies.
 */
function withCopies(files: readonly FoundSession[]): FoundSession {
  const [first] = files as [FoundSession];
  if (files.length === 1) return first;
  const [main, ...others] = [...files].sort(
    (a, b) =>
      Number(isOwn(b)) - Number(isOwn(a)) ||
      sizeOf(b.path) - sizeOf(a.path) ||
      mtimeOf(b.path) - mtimeOf(a.path),
  ) as [FoundSession, ...FoundSession[]];
  return { ...main, copies: others.map(({ path }) => path) };
}

function isOwn({ path, sessionId }: FoundSession): boolean {
  return sessionIdOf(basename(path)) === sessionId;
}

function changedSince(sessions: FoundSession[], { sinceMs }: Search): FoundSession[] {
  if (sinceMs === undefined) return sessions;
  const changed = sessions.filter(({ path }) => mtimeOf(path) >= sinceMs);
  if (changed.length > 0) return changed;
  const what = sessions.length === 1 ? "The only session has not" : `None of ${sessions.length} sessions`;
  throw new NothingThere(`${what} changed since ${clock(sinceMs)}.`, {
    hint: "Pass an earlier --since, or remove it.",
  });
}
