import { createHash } from "node:crypto";
import type { NoticeSettings } from "../notices/notice.ts";

/** Names a receiver without its address, which is a secret. */
export function receiverKey(url: string): string {
  return createHash("sha256").update(`ccotel/receiver\u0000${url}`).digest("hex").slice(0, 12);
}

/** A receiver for the log: its address holds a secret, its host does not. */
export function hostOf(url: string): string {
  return new URL(url).host;
}

/** The addresses that alerts and pings go to. */
export function receiversOf({ webhooks, ping }: NoticeSettings): string[] {
  return [...webhooks, ...(ping === undefined ? [] : [ping.url])];
}
