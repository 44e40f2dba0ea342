/** The one settings file on disk: reading, backing up and replacing it. Everything else about settings is text. */

import { constants } from "node:fs";
import { access, lstat, readdir, readlink, realpath, rm, stat } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { UserError } from "../config/user-error.ts";
import { writeAtomic } from "../disk/atomic-write.ts";
import { makeFolder } from "../disk/owner.ts";
import { MAX_BYTES, readText, UnfitFileError } from "../disk/read.ts";
import { type JsonFault, readDocument } from "./json-document.ts";

const BACKUPS_KEPT = 10;

/** What an edit wants done with the text it was given; `text: null` takes the file away. */
export type Edit<T> = (text: string | null) => { readonly text: string | null; readonly result: T };

export interface Edited<T> {
  readonly result: T;
  readonly before: string | null;
  readonly after: string | null;
  /** The copy of what was there, undefined when nothing was or nothing changed. */
  readonly backup: string | undefined;
}

/** The text of a settings file, null when there is none. */
export async function readSettings(path: string): Promise<string | null> {
  try {
    return readText(path, MAX_BYTES.settings);
  } catch (error) {
    if (codeOf(error) === "ENOENT") return null;
    throw explained(error, path, "cannot be read");
  }
}

/**
 * Reads the file, has it edited, and replaces it: backup first, then a temporary file and a rename, through
 * symbolic links, with mode and owner kept. Claude Code rewrites the file too and there is no lock to share, so it
 * is read again just before the rename; when it has changed, the edit is made anew on the new text.
 *
 * @param beforeWriting runs when the change is certain to be tried: what it saves is there even if this process
 * dies half-way
 */
export async function editSettings<T>(
  path: string,
  edit: Edit<T>,
  beforeWriting?: (result: T) => Promise<void>,
): Promise<Edited<T>> {
  for (let attempt = 0; attempt < 5; attempt++) {
    const before = await readSettled(path);
    const { text: after, result } = edit(before);
    if (after === before) return { result, before, after, backup: undefined };
    const target = await targetOf(path);
    await checkWritable(target, path);
    await beforeWriting?.(result);
    const backup = before === null ? undefined : await writeBackup(path, before);
    if ((await readSettings(path)) !== before) {
      if (backup) await rm(backup, { force: true });
      await sleep(40);
      continue;
    }
    await replace(target, after, path);
    await dropOldBackups(path);
    return { result, before, after, backup };
  }
  throw new UserError(`${path} keeps being changed by another program, so it was left alone.`, {
    hint: "Close other Claude Code sessions for a moment and try again.",
  });
}

/** The error for a settings text that cannot be edited. */
export function refusal(path: string, problem: JsonFault): UserError {
  const { line, column, reason, isShape } = problem;
  return new UserError(`${path}:${line}:${column} cannot be edited: ${reason}.`, {
    hint: isShape
      ? "Claude Code cannot use this value either. Correct or remove it, then run the command again."
      : "Claude Code does not load this file either, so none of its settings take effect. Correct it, then run the command again.",
  });
}

/** The backups that ccotel made of this file, the oldest first. */
export async function listBackups(path: string): Promise<string[]> {
  const prefix = `${basename(path)}.ccotel-`;
  const names = await readdir(dirname(path)).catch(() => []);
  return names
    .filter((name) => name.startsWith(prefix) && name.endsWith(".bak"))
    .sort()
    .map((name) => join(dirname(path), name));
}

// The client waits out a half-written file the same way: five times 40 ms.
async function readSettled(path: string): Promise<string | null> {
  for (let attempt = 0; ; attempt++) {
    const text = await readSettings(path);
    if (text === null || attempt >= 5 || readDocument(text).kind !== "broken") return text;
    await sleep(40);
  }
}

// A backup of a linked file stays beside the link: behind it may be a repository of dotfiles, where a token has no
// business.
async function writeBackup(path: string, text: string): Promise<string> {
  const stamp = new Date().toISOString().replaceAll(":", "-");
  const backup = join(dirname(path), `${basename(path)}.ccotel-${stamp}.bak`);
  const owner = (await ownerOf(path)) ?? "of the folder";
  try {
    writeAtomic(backup, text, { owner });
  } catch (error) {
    throw explained(error, backup, "cannot be written");
  }
  return backup;
}

async function dropOldBackups(path: string): Promise<void> {
  const backups = await listBackups(path);
  await Promise.all(backups.slice(0, -BACKUPS_KEPT).map((backup) => rm(backup, { force: true })));
}

async function replace(target: string, text: string | null, path: string): Promise<void> {
  try {
    if (text === null) return await rm(target, { force: true });
    const existing = await stat(target).catch(() => undefined);
    await makeFolder(dirname(target), 0o700);
    const mode = existing === undefined ? 0o600 : existing.mode & 0o777;
    writeAtomic(target, text, { mode, owner: existing ?? "of the folder" });
  } catch (error) {
    throw explained(error, path, "cannot be written");
  }
}

// Also a link to a file that is not there yet leads to where that file belongs.
async function targetOf(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch (error) {
    if (codeOf(error) === "ELOOP") throw explained(error, path, "is a link that leads in a circle");
    const link = await readlink(path).catch(() => undefined);
    return link === undefined ? path : targetOf(resolve(dirname(path), link));
  }
}

// A rename would replace even a file without write permission, but whoever took it away meant something by it.
async function checkWritable(target: string, path: string): Promise<void> {
  const shown = target === path ? path : `${path} (a link to ${target})`;
  const readOnly = new UserError(`${shown} is read-only, so it was left alone.`, {
    hint: "Make it writable (chmod u+w). If another tool manages it, add the lines from --dry-run to that tool's source.",
  });
  const existing = await stat(target).catch(() => undefined);
  if (existing && !existing.isFile())
    throw new UserError(`${shown} is not a file.`, { hint: "Move it away and try again." });
  if (existing && (existing.mode & 0o222) === 0) throw readOnly;
  if (existing) {
    await access(target, constants.W_OK).catch(() => {
      throw readOnly;
    });
  }
  const folder = dirname(target);
  const there = await stat(folder).catch(() => undefined);
  if (!there) return;
  await access(folder, constants.W_OK).catch((error) => {
    throw explained(error, folder, "cannot be written to");
  });
}

async function ownerOf(path: string) {
  return lstat(path).catch(() => undefined);
}

function explained(error: unknown, path: string, what: string): UserError {
  const hints: Record<string, string> = {
    EACCES: "Check who owns it and its permissions; sudo is not needed for your own settings.",
    EPERM: "Check who owns it and its permissions; sudo is not needed for your own settings.",
    EROFS:
      "The file system is read-only. Add the lines from --dry-run to the source that this file is generated from.",
    ENOSPC: "The disk is full.",
    EISDIR: "There is a folder of this name; move it away and try again.",
    ENOTDIR: "A part of this path is a file, not a folder.",
  };
  // It is there and is no text: a folder, a device, a link in a circle. The error itself says which.
  if (error instanceof UnfitFileError)
    return new UserError(`${error.message}.`, { cause: error, hint: "Move it away and try again." });
  const code = codeOf(error);
  return new UserError(`${path} ${what} (${code || error}).`, {
    cause: error,
    hint: hints[code] ?? "Check the path and its permissions.",
  });
}

function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException | undefined)?.code ?? "";
}
