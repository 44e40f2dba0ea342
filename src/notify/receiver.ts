import { percentDecoded } from "../config/text/percent.ts";
import type { NoticeSettings } from "../notices/notice.ts";
import { sha256 } from "../sha256.ts";

/** Parts of an address that are shorter than this are too short to be secrets. */
const SHORTEST_SECRET = 6;

/** Returns a key for a receiver that does not reveal its address, which is a secret. */
export function receiverKey(url: string): string {
  return sha256(`ccotel/receiver\u0000${url}`).slice(0, 12);
}

/** Returns the receiver's host for the log. The address holds a secret, the host does not. */
export function hostOf(url: string): string {
  return new URL(url).host;
}

/** Removes parts of the address from a receiver's message: many answer `Cannot POST /the/whole/path`. */
export function withoutAddress(text: string, url: string): string {
  const { pathname, search, searchParams, username, password } = new URL(url);
  const whole = [`${pathname}${search}`, pathname];
  return [...whole, ...pathname.split("/"), ...searchParams.values(), username, password]
    .flatMap((part) => [part, percentDecoded(part)])
    .filter((part) => part.length >= SHORTEST_SECRET)
    .reduce((masked, part) => masked.replaceAll(part, "…"), text);
}

/** Returns the addresses that receive alerts and pings. */
export function receiversOf({ webhooks, ping }: NoticeSettings): string[] {
  return [...webhooks, ...(ping === undefined ? [] : [ping.url])];
}
