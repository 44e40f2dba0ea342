import type { Repository } from "../session/model.ts";

/** Longer names are cut. */
export const MAX_NAME = 200;

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
