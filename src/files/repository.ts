import { statSync } from "node:fs";
import { basename, dirname, isAbsolute, join, resolve } from "node:path";
import { MAX_BYTES, tryReadText } from "../disk/read.ts";
import type { Repository } from "../session/model.ts";

/** The highest number of parent folders that are searched. A link may form a circle. */
const MAX_DEPTH = 64;
const MAX_NAME = 200;

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

/**
 * The repository that an address names: `https://host/owner/name.git`, `ssh://git@host/owner/name`,
 * `git@host:owner/name.git`. User, password and query are removed. `url` is the address for a browser. It is missing
 * when the host is an alias from the settings of SSH or git. A path on this machine gives only the name. Undefined when
 * the address contains no name.
 */
export function repositoryOfUrl(remote: string): Repository | undefined {
  // The name of a remote helper precedes the address: `gcrypt::https://…`.
  const address = remote.replace(/^[\w+.-]+::/, "");
  const parts = addressOf(address);
  const plain = parts?.path ?? withoutSecrets(address.replaceAll("\\", "/"));
  const names = plain.split("/").filter((name) => name !== "");
  const name = names
    .pop()
    ?.replace(/\.git$/, "")
    .slice(0, MAX_NAME);
  if (!name) return undefined;
  if (parts === undefined) return { name };
  const owner = names.join("/").slice(0, MAX_NAME);
  const path = owner === "" ? name : `${owner}/${name}`;
  return {
    name,
    ...(owner === "" ? {} : { owner }),
    ...(parts.isAlias ? {} : { url: `https://${parts.host}/${path}` }),
  };
}

/** In an address of an unknown kind, the part before an @ may be a password, and a query may be a token. */
function withoutSecrets(address: string): string {
  const path = address.slice(address.lastIndexOf("@") + 1);
  return address.includes("://") ? path.replace(/[?#].*$/, "") : path;
}

function addressOf(remote: string): { host: string; path: string; isAlias?: boolean } | undefined {
  const url = /^(https?|ssh|git|git\+ssh):\/\//i.test(remote) ? tryUrl(remote) : undefined;
  if (url !== undefined) {
    const path = decoded(url.pathname);
    // Only a web address names the port for a browser.
    return /^http/.test(url.protocol)
      ? { host: url.host, path }
      : { host: url.hostname, path, isAlias: isAlias(url.hostname) };
  }
  const short = /^(?:[^@/\s]+@)?([\w.-]{2,253}):(?!:|\/\/|\\)([^\s?#]+)$/.exec(remote);
  if (short === null) return undefined;
  const [, host = "", path = ""] = short;
  return { host, path, isAlias: isAlias(host) };
}

function isAlias(host: string): boolean {
  return !host.includes(".");
}

function tryUrl(text: string): URL | undefined {
  try {
    return new URL(text);
  } catch {
    return undefined;
  }
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}
