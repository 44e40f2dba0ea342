import { statSync } from "node:fs";
import { basename, dirname, isAbsolute, join, resolve } from "node:path";
import { MAX_BYTES, tryReadText } from "../disk/read.ts";
import type { Repository } from "../session/model.ts";
import { MAX_NAME, repositoryOfUrl } from "./repository-url.ts";

/** The highest number of parent folders that are searched. A link may form a circle. */
const MAX_DEPTH = 64;

/**
 * The git repository of a folder, read from the repository's own files; no program is started. Undefined when there is
 * no repository, or neither a remote nor a worktree.
 *
 * `cwd`: the folder that a session began in. A transcript may name any path, so a folder on another host is not opened.
 */
export function readRepository(cwd: string): Repository | undefined {
  if (!isAbsolute(cwd) || isOnOtherHost(cwd)) return undefined;
  const found = findGit(cwd);
  if (found === undefined) return undefined;
  const remote = remoteIn(tryReadText(join(found.common, "config"), MAX_BYTES.note) ?? "");
  const repository = remote === undefined ? undefined : repositoryOfUrl(remote);
  if (repository === undefined && found.worktree === undefined) return undefined;
  return { ...repository, ...(found.worktree === undefined ? {} : { worktree: found.worktree }) };
}

/** On Windows, opening such a path tells the host who the user is. */
function isOnOtherHost(path: string): boolean {
  return /^[\\/]{2}/.test(path);
}

/** The folder with the repository's settings, and the name of the worktree if `cwd` is in one. */
function findGit(cwd: string): { common: string; worktree?: string } | undefined {
  let folder = resolve(cwd);
  for (let depth = 0; depth < MAX_DEPTH; depth++) {
    const git = join(folder, ".git");
    const kind = kindOf(git);
    if (kind === "folder") return { common: git };
    if (kind === "file") return ofLink(git);
    const parent = dirname(folder);
    if (parent === folder) return undefined;
    folder = parent;
  }
  return undefined;
}

function kindOf(path: string): "folder" | "file" | undefined {
  try {
    const stats = statSync(path);
    return stats.isDirectory() ? "folder" : stats.isFile() ? "file" : undefined;
  } catch {
    return undefined;
  }
}

/**
 * The `.git` of a worktree is a file that names a folder inside the repository's `.git`. That of a submodule names a
 * folder of its own.
 */
function ofLink(file: string): { common: string; worktree?: string } | undefined {
  const target = /^gitdir:(.+)$/m.exec(tryReadText(file, MAX_BYTES.note) ?? "")?.[1]?.trim();
  if (target === undefined || isOnOtherHost(target)) return undefined;
  const folder = resolve(dirname(file), target);
  const parent = dirname(folder);
  return basename(parent) === "worktrees"
    ? { common: dirname(parent), worktree: basename(folder).slice(0, MAX_NAME) }
    : { common: folder };
}

/** The address of `origin`, else of the first remote. */
function remoteIn(config: string): string | undefined {
  let remote: string | undefined;
  let first: string | undefined;
  for (const line of config.split("\n")) {
    const section = /^\s*\[\s*(\w+)(?:\s+"([^"]*)")?\s*\]/.exec(line);
    if (section !== null) remote = section[1]?.toLowerCase() === "remote" ? section[2] : undefined;
    const url = remote === undefined ? undefined : /^\s*url\s*=(.+)$/.exec(line)?.[1]?.trim();
    if (!url) continue;
    if (remote === "origin") return url;
    first ??= url;
  }
  return first;
}
