/** Reads, backs up and replaces the settings file on disk. All other code for settings works on text. */

import { constants } from "node:fs";
import { access, lstat, readdir, readFile, readlink, realpath, rm, stat } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { UserError } from "../config/user-error.ts";
import { writeAtomic } from "../disk/atomic-write.ts";
import { makeFolder } from "../disk/owner.ts";
import { MAX_BYTES, readText, UnfitFileError } from "../disk/read.ts";
import { type JsonFault, readDocument } from "./text/json-document.ts";

const BACKUPS_KEPT = 10;

/** Takes the current text and returns the new one. `text: null` removes the file. */
type Edit<T> = (text: string | null) => { readonly text: string | null; readonly result: T };

export interface Edited<T> {
  readonly result: T;
  readonly before: string | null;
  readonly after: string | null;
  /** Path of the backup, undefined if there was no file or nothing changed. */
  readonly backup: string | undefined;
}

/**
 * Returns the text of a settings file, null if missing. Throws a `UserError` if it is not UTF-8, because its bytes
 * would not survive an edit.
 */
export async function readSettings(path: string): Promise<string | null> {
  let text: string;
  try {
    text = readText(path, MAX_BYTES.settings);
    if (!text.includes(REPLACEMENT) || Buffer.from(text).equals(await readFile(path))) return text;
  } catch (error) {
    if (codeOf(error) === "ENOENT") return null;
    throw explained(error, path, "cannot be read");
  }
  const line = text.slice(0, text.indexOf(REPLACEMENT)).split("\n").length;
  throw new UserError(`${path}:${line} cannot be edited: this is not UTF-8.`, {
    hint: "Save the file as UTF-8, then run the command again.",
  });
}

/** What stands for bytes that are not UTF-8. */
const REPLACEMENT = "\ufffd";

/**
 * Reads the file, edits it and replaces it: first a backup, then a temporary file and a rename. Follows symbolic links
 * and keeps mode and owner. Claude Code also rewrites the file, and the two share no lock. So this function reads the
 * file again just before the rename and repeats the edit if it has changed. `beforeWriting` runs before each attempt to
 * write: what it saves is there even if this process dies before the end. Throws a `UserError` if the file cannot be
 * written or keeps changing.
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
    const target = await requireWritable(path);
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

/** Returns the error for a settings text that cannot be edited. */
export function refusal(path: string, problem: JsonFault): UserError {
  const { line, column, reason, isShape } = problem;
  return new UserError(`${path}:${line}:${column} cannot be edited: ${reason}.`, {
    hint: isShape
      ? "Claude Code cannot use this value either. Correct or remove it, then run the command again."
      : "Claude Code does not load this file either, so none of its settings take effect. Correct it, then run the command again.",
  });
}

/** Returns the paths of ccotel's backups of this file, the oldest first. */
export async function listBackups(path: string): Promise<string[]> {
  const prefix = `${basename(path)}.ccotel-`;
  const names = await readdir(dirname(path)).catch(() => []);
  return names
    .filter((name) => name.startsWith(prefix) && name.endsWith(".bak"))
    .sort()
    .map((name) => join(dirname(path), name));
}

/** The client waits for a half-written file in the same way: five times 40 ms. */
async function readSettled(path: string): Promise<string | null> {
  for (let attempt = 0; ; attempt++) {
    const text = await readSettings(path);
    if (text === null || attempt >= 5 || readDocument(text).kind !== "broken") return text;
    await sleep(40);
  }
}

/**
 * The backup of a linked file stays beside the link: the target may be in a repository of dotfiles, where a token must
 * not be.
 */
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

/** A link to a missing file also leads to the place where that file belongs. */
async function targetOf(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch (error) {
    if (codeOf(error) === "ELOOP") throw explained(error, path, "is a link that leads in a circle");
    const link = await readlink(path).catch(() => undefined);
    return link === undefined ? path : targetOf(resolve(dirname(path), link));
  }
}

/**
 * Returns the path of the file itself, which `path` may only link to. Throws a `UserError` if the file must not or
 * cannot be written. A rename would replace even a file without write permission, but that permission was removed on
 * purpose.
 */
export async function requireWritable(path: string): Promise<string> {
  const target = await targetOf(path);
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
  if (!there) return target;
  await access(folder, constants.W_OK).catch((error) => {
    throw explained(error, folder, "cannot be written to");
  });
  return target;
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
    ENOSPC: "The disk is full: make room on it, then run the command again.",
    EISDIR: "There is a folder of this name; move it away and try again.",
    ENOTDIR: "A part of this path is a file, not a folder.",
  };
  // The path exists, but is not a text file: a folder, a device, a cycle of links. The error says which.
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
