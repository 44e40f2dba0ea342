import { join } from "node:path";
import { writeAtomic } from "../disk/atomic-write.ts";
import { MAX_BYTES, readJson } from "../disk/read.ts";
import { type NoticeSettings, PING_EVENTS, type PingEvent } from "../notices/notice.ts";
import type { Home } from "../state/home.ts";
import { epoch, list, object, text, usd } from "../transcript/fields.ts";

/**
 * Returns the path of `notices.json` in ccotel's folder, where `configure --alert-session`, `--webhook` and `--ping`
 * store their settings. Only its owner can read it. So no project can change it, and it may hold addresses, which are
 * secrets.
 */
export function noticesFile({ root }: Pick<Home, "root">): string {
  return join(root, "notices.json");
}

/** Returns undefined if nothing is set up or the file is damaged. */
export function readNotices(home: Pick<Home, "root">): NoticeSettings | undefined {
  const content = readJson(noticesFile(home), MAX_BYTES.settings);
  return content && parse(content);
}

/** Replaces `notices.json`. */
export function writeNotices(home: Pick<Home, "root">, settings: NoticeSettings): void {
  writeAtomic(noticesFile(home), `${JSON.stringify({ format: 1, ...settings }, null, 2)}\n`);
}

/** Returns whether there is any receiver. */
export function tellsAnybody({ webhooks, desktop, ping }: NoticeSettings): boolean {
  return webhooks.length > 0 || desktop || ping !== undefined;
}

/** Returns an address that accepts a POST, or undefined for anything else. */
export function postUrl(value: unknown): string | undefined {
  const url = text(value);
  if (url === undefined || !URL.canParse(url)) return undefined;
  return /^https?:$/.test(new URL(url).protocol) ? url : undefined;
}

function parse(raw: Record<string, unknown>): NoticeSettings {
  const ping = object(raw.ping);
  const url = postUrl(ping?.url);
  const events = list(ping?.events).filter((event): event is PingEvent =>
    (PING_EVENTS as readonly unknown[]).includes(event),
  );
  return {
    sessionUsd: amounts(raw.sessionUsd),
    dayUsd: amounts(raw.dayUsd),
    webhooks: list(raw.webhooks).flatMap((value) => postUrl(value) ?? []),
    desktop: raw.desktop === true,
    ...(url === undefined || events.length === 0 ? {} : { ping: { url, events } }),
    sinceMs: epoch(raw.sinceMs) ?? 0,
  };
}

function amounts(value: unknown): number[] {
  const found = list(value).flatMap((amount) => usd(amount) ?? []);
  return found.filter((amount) => amount > 0).toSorted((a, b) => a - b);
}
