import { createHash } from "node:crypto";
import { percentDecoded } from "../config/text/percent.ts";
import type { NoticeSettings } from "../notices/notice.ts";

/** In a shorter part of an address no host would put what gives access. */
const SHORTEST_SECRET = 6;

/** Names a receiver without its address, which is a secret. */
export function receiverKey(url: string): string {
  return createHash("sha256").update(`ccotel/receiver\u0000${url}`).digest("hex").slice(0, 12);
}

/** A receiver for the log: its address holds a secret, its host does not. */
export function hostOf(url: string): string {
  return new URL(url).host;
}

/** What a receiver says, without what only its address tells: many answer `Cannot POST /the/whole/path`. */
export function withoutAddress(text: string, url: string): string {
  const { pathname, search, searchParams, username, password } = new URL(url);
  const whole = [`${pathname}${search}`, pathname];
  return [...whole, ...pathname.split("/"), ...searchParams.values(), username, password]
    .flatMap((part) => [part, percentDecoded(part)])
    .filter((part) => part.length >= SHORTEST_SECRET)
    .reduce((masked, part) => masked.replaceAll(part, "…"), text);
}

/** The addresses that alerts and pings go to. */
export function receiversOf({ webhooks, ping }: NoticeSettings): string[] {
  return [...webhooks, ...(ping === undefined ? [] : [ping.url])];
}
