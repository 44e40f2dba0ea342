import type { ShellCommand } from "./shell/command.ts";
import { isLocalHost } from "./shell/network.ts";

/** Programs that connect to the hosts in their arguments. */
const BY_URL =
  /^(curl|wget|http|https|xh|fetch|aria2c|git|nc|ncat|netcat|ssh|scp|sftp|rsync|ftp|websocat|grpcurl)$/;
/** Programs that also take a host without a scheme: `user@host`, `host:path`. */
const BY_NAME = /^(ssh|scp|sftp|rsync|git)$/;

/** The remote hosts in a program's arguments, in lower case. Hosts that are only known at run time are left out. */
export function hostsOf({ program, args }: ShellCommand): string[] {
  if (!BY_URL.test(program)) return [];
  return args.flatMap((arg) => {
    const host = hostOfUrl(arg) ?? (BY_NAME.test(program) ? hostOfName(arg) : undefined);
    return host === undefined ? [] : [host];
  });
}

/** The host of a URL, in lower case; undefined for this machine and for text without a scheme. */
export function hostOfUrl(text: string): string | undefined {
  if (isLocalHost(text)) return undefined;
  return /^[a-z][a-z0-9+.-]*:\/\/(?:[^\s/?#@]*@)?(\[[0-9a-f:.]+\]|[\w.-]{1,253})(?=[:/?#]|$)/i
    .exec(text)?.[1]
    ?.toLowerCase();
}

function hostOfName(text: string): string | undefined {
  if (isLocalHost(text)) return undefined;
  const host = /^(?:[\w.-]+@)([\w.-]{2,253})(?::|$)|^([\w-]+\.[\w.-]{1,253}):(?!\\)/.exec(text);
  return (host?.[1] ?? host?.[2])?.toLowerCase();
}
