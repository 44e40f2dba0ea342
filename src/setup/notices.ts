import { type Input, textFlag } from "../cli/command.ts";
import { fromFile } from "../cli/from-file.ts";
import type { Io } from "../cli/io.ts";
import { loadConfig } from "../config/load.ts";
import { UserError } from "../config/user-error.ts";
import type { Machine } from "../doctor/facts/machine.ts";
import { type NoticeSettings, PING_EVENTS, type PingEvent } from "../notices/notice.ts";
import { textBody, webhookKind } from "../notices/webhook.ts";
import { limitsInWords } from "../notices/words.ts";
import { showOnDesktop } from "../notify/desktop.ts";
import { type Posted, postJson } from "../notify/post.ts";
import { hostOf, receiversOf } from "../notify/receiver.ts";
import { postUrl, readNotices, tellsAnybody } from "../notify/settings.ts";
import { defined } from "../objects.ts";
import { ccotelHome } from "../settings/locations.ts";

/** The flags for alerts and pings. What no flag names does not change. `off` is an empty list or null. */
interface NoticeFlags {
  sessionUsd?: number[];
  dayUsd?: number[];
  webhooks?: string[];
  desktop?: boolean;
  ping?: { url?: string; events?: PingEvent[] } | null;
}

/** Returns undefined without any flag for alerts or pings. */
export function readNoticeFlags(input: Input, io: Io): NoticeFlags | undefined {
  const session = textFlag(input, "alert-session");
  const day = textFlag(input, "alert-day");
  const desktop = textFlag(input, "alert-desktop");
  const webhooks = input.flags.webhook;
  const ping = textFlag(input, "ping");
  const events = textFlag(input, "ping-events");
  const wish: NoticeFlags = defined({
    sessionUsd: session === undefined ? undefined : amounts("alert-session", session),
    dayUsd: day === undefined ? undefined : amounts("alert-day", day),
    desktop: desktop === undefined ? undefined : onOff("alert-desktop", desktop),
    webhooks: Array.isArray(webhooks) ? webhookUrls(webhooks, io) : undefined,
    ping: ping === undefined && events === undefined ? undefined : pingOf(ping, events, io),
  });
  return Object.keys(wish).length === 0 ? undefined : wish;
}

/** The settings to write, and how each new receiver answered a test. */
interface NoticePlan {
  readonly settings: NoticeSettings;
  readonly tests: readonly { host: string; posted: Posted }[];
}

/** Plans the new settings and sends a test to each new receiver. Writes nothing. */
export async function planNotices(
  wish: NoticeFlags,
  { tries }: { tries: boolean },
  machine: Machine,
): Promise<NoticePlan> {
  const before = readNotices({ root: ccotelHome(machine) });
  const settings = merged(before, wish, machine.nowMs);
  refuseHalf(settings);
  const known = new Set(before === undefined ? [] : receiversOf(before));
  const added = receiversOf(settings).filter((url) => !known.has(url));
  const { config } = loadConfig({ env: machine.env, homeDir: machine.homeDir });
  if (tries && settings.desktop && before?.desktop !== true) tryDesktop();
  const tests: { host: string; posted: Posted }[] = [];
  for (const url of tries ? added : []) {
    const body = textBody(webhookKind(url), TEST, { event: "test" });
    tests.push({ host: hostOf(url), posted: await postJson(url, body, { proxy: config.proxy }) });
  }
  return { settings, tests };
}

const TEST = "This is a test of ccotel: alerts and pings arrive here.";

function tryDesktop(): void {
  if (showOnDesktop(TEST)) return;
  throw new UserError("This machine cannot show desktop notifications: there is no notify-send.", {
    hint: "Install it (libnotify-bin on Debian and Ubuntu, libnotify elsewhere), or pass --no-check to save without a test.",
  });
}

/** Describes how the receivers answered, one line each. */
export function describeTests({ tests }: NoticePlan): string {
  return tests
    .map(({ host, posted }) => `Test of ${host}: ${posted.isAccepted ? "accepted" : posted.message}.\n`)
    .join("");
}

/** Describes who is notified about what, one line each. Shows only the hosts of addresses: addresses are secrets. */
export function describeNotices(settings: NoticeSettings): string[] {
  const { webhooks, desktop, ping } = settings;
  if (!tellsAnybody(settings)) return ["Alerts and pings are off."];
  const receivers = [...webhooks.map(hostOf), ...(desktop ? ["the desktop"] : [])].join(", ");
  const limits = limitsInWords(settings);
  return [
    ...(limits === undefined ? [] : [`Alerts about ${limits} go to ${receivers}.`]),
    ...(ping === undefined ? [] : [`Pings about ${ping.events.join(", ")} go to ${hostOf(ping.url)}.`]),
  ];
}

function merged(before: NoticeSettings | undefined, wish: NoticeFlags, nowMs: number): NoticeSettings {
  const { ping: oldPing, ...old } = before ?? {
    sessionUsd: [],
    dayUsd: [],
    webhooks: [],
    desktop: false,
    sinceMs: nowMs,
  };
  const { ping: newPing, ...rest } = wish;
  const settings = { ...old, ...rest };
  if (newPing === null) return settings;
  const url = newPing?.url ?? oldPing?.url;
  const events = newPing?.events ?? oldPing?.events ?? [...PING_EVENTS];
  if (url === undefined && newPing !== undefined)
    throw new UserError("--ping-events says what to ping about, but no address is set.", {
      hint: "Pass --ping URL as well.",
    });
  // Send pings only for what ends from now on.
  const sinceMs = oldPing === undefined && url !== undefined ? nowMs : settings.sinceMs;
  return { ...settings, sinceMs, ...(url === undefined ? {} : { ping: { url, events } }) };
}

/** Rejects a limit without a receiver and a receiver without a limit: neither would send an alert. */
function refuseHalf({ sessionUsd, dayUsd, webhooks, desktop }: NoticeSettings): void {
  const hasLimit = sessionUsd.length + dayUsd.length > 0;
  const hasReceiver = webhooks.length > 0 || desktop;
  if (hasLimit && !hasReceiver)
    throw new UserError("An alert needs a receiver.", {
      hint: "Pass --webhook URL (Slack, Discord, Teams or your own), or --alert-desktop on, or turn the alerts off as well: --alert-session off, --alert-day off.",
    });
  if (hasReceiver && !hasLimit)
    throw new UserError("A receiver of alerts is set, but no limit.", {
      hint: "Pass --alert-session USD or --alert-day USD, or turn the receivers off as well: --webhook off, --alert-desktop off.",
    });
}

function amounts(flag: string, value: string): number[] {
  if (value === "off") return [];
  const found = value.split(",").map((part) => (part.trim() === "" ? Number.NaN : Number(part)));
  if (found.every((amount) => Number.isFinite(amount) && amount > 0)) return found.toSorted((a, b) => a - b);
  throw new UserError(`--${flag} is "${value}", but must be an amount in USD, such as 5 or 5,20, or off.`);
}

function onOff(flag: string, value: string): boolean {
  if (value === "on" || value === "off") return value === "on";
  throw new UserError(`--${flag} is "${value}", but must be on or off.`);
}

function webhookUrls(values: readonly string[], io: Io): string[] {
  if (values.length === 1 && values[0] === "off") return [];
  return [...new Set(values.map((value) => webhookAddress("webhook", value, io)))];
}

function pingOf(
  url: string | undefined,
  events: string | undefined,
  io: Io,
): NonNullable<NoticeFlags["ping"]> | null {
  if (url === "off") return null;
  return defined({
    url: url === undefined ? undefined : webhookAddress("ping", url, io),
    events: events === undefined ? undefined : eventsOf(events),
  });
}

/** Returns the address from a flag or a file (`@FILE`). It holds a secret, so the error message does not repeat it. */
export function webhookAddress(flag: string, value: string, io: Io): string {
  const url = postUrl(fromFile(value, io));
  if (url !== undefined) return url;
  throw new UserError(`The value of --${flag} is not a URL that starts with http:// or https://.`, {
    hint: `Pass --${flag} https://… or --${flag} @FILE, a file with the URL in it.`,
  });
}

function eventsOf(value: string): PingEvent[] {
  const words = value.split(",").map((word) => word.trim());
  const events = PING_EVENTS.filter((event) => words.includes(event));
  if (events.length === words.length) return events;
  throw new UserError(`--ping-events is "${value}", but must be some of ${PING_EVENTS.join(", ")}.`);
}
