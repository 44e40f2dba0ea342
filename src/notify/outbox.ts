import type { ProxyConfig } from "../config/load.ts";
import { addCosts } from "../notices/costs.ts";
import { isAlert, type Notice, type NoticeSettings } from "../notices/notice.ts";
import { pingsOf } from "../notices/pings.ts";
import { sentence, webhookBody, webhookKind } from "../notices/webhook.ts";
import type { Finished } from "../session/model.ts";
import { sha256 } from "../sha256.ts";
import type { Change } from "../state/commit.ts";
import type { DestinationPlace } from "../state/destinations/destination-place.ts";
import type { DayCost } from "../state/statusline.ts";
import type { World } from "../state/world.ts";
import { showOnDesktop } from "./desktop.ts";
import { enqueue, memoryChange, readMemory, type Waiting, writeMemory } from "./memory.ts";
import { postJson } from "./post.ts";
import { hostOf, receiverKey, receiversOf } from "./receiver.ts";

/** Makes notices from finished pieces, sends them, and keeps each one until its receiver has accepted it. */
export interface NoticeOutbox {
  /**
   * Adds to costs and queue in memory. This takes effect only when `change` is committed together with the position.
   */
  take(pieces: readonly Finished[], sessionId: string): void;
  change(): Change;
  /** Discards what was taken and not committed. */
  discard(): void;
  /** Sends what is due. Call it after all sessions, so that no delivery waits for a receiver. */
  flush(isHeld: () => boolean): Promise<void>;
}

interface OutboxOptions {
  place: DestinationPlace;
  settings: NoticeSettings;
  proxy: ProxyConfig;
  hashPath: (path: string) => string;
  /** Writes a line to the log of notices. */
  log: (line: string) => void;
  /** Called after each worker with the cost of the day. */
  noteToday?: (cost: DayCost) => void;
  /** Shows an alert on the desktop. */
  show?: (text: string) => boolean;
}

/** The wait before the first retry of a receiver. It doubles with each failure, up to an hour. */
const FIRST_WAIT_MS = 60_000;
const LONGEST_WAIT_MS = 3_600_000;

/** Notices older than this are dropped: old pings and alerts are of no use. */
const MAX_PING_AGE_MS = 24 * 3_600_000;
const MAX_ALERT_AGE_MS = 7 * 24 * 3_600_000;

/** The longest time that one worker spends on sending notices. */
const MAX_FLUSH_MS = 30_000;

/** Creates the outbox of one worker, with the memory from disk. */
export function createOutbox(options: OutboxOptions, world: Pick<World, "nowMs" | "ticks">): NoticeOutbox {
  const { place, settings, log, show = showOnDesktop } = options;
  const receivers = new Map(receiversOf(settings).map((url) => [receiverKey(url), url]));
  let memory = readMemory(place);
  /** Alerts for the desktop. They are shown once they are on disk. */
  let toShow: Notice[] = [];
  /** Sessions of which the noted cost of the day does not have everything yet. */
  const sessionIds = new Set<string>();

  function take(pieces: readonly Finished[], sessionId: string): void {
    const nowMs = world.nowMs();
    const before = memory.day?.usd;
    const alerts = addCosts(memory, pieces, settings, { sessionId, dayOf, nowMs });
    if (memory.day?.usd !== before) sessionIds.add(sessionId);
    const { ping, sinceMs, webhooks } = settings;
    const context = { sessionId, sinceMs, hashPath: options.hashPath };
    const pings = ping === undefined ? [] : pingsOf(pieces, ping.events, context);
    const items = [
      ...alerts.flatMap((notice) => webhooks.map((url) => waiting(notice, url, nowMs))),
      ...(ping === undefined ? [] : pings.map((notice) => waiting(notice, ping.url, nowMs))),
    ];
    if (items.length > 0) enqueue(memory, items);
    toShow.push(...alerts);
  }

  async function flush(isHeld: () => boolean): Promise<void> {
    if (settings.desktop) for (const notice of toShow) show(sentence(notice));
    toShow = [];
    noteToday();
    const until = world.ticks() + MAX_FLUSH_MS;
    dropStale();
    for (const item of [...memory.queue]) {
      if (!isHeld() || world.ticks() > until) return;
      const url = receivers.get(item.to);
      if (url === undefined || (memory.receivers[item.to]?.notBeforeMs ?? 0) > world.nowMs()) continue;
      const body = webhookBody(webhookKind(url), item.notice, item.id);
      const posted = await postJson(url, body, { proxy: options.proxy });
      if (!isHeld()) return;
      if (posted.isAccepted) {
        memory.queue = memory.queue.filter(({ id }) => id !== item.id);
        delete memory.receivers[item.to];
        log(`sent ${item.notice.type} to ${hostOf(url)}`);
      } else {
        const failures = (memory.receivers[item.to]?.failures ?? 0) + 1;
        const waitMs = Math.min(LONGEST_WAIT_MS, posted.retryAfterMs ?? FIRST_WAIT_MS * 2 ** (failures - 1));
        memory.receivers[item.to] = {
          failures,
          notBeforeMs: world.nowMs() + waitMs,
          message: posted.message,
        };
        log(
          `${hostOf(url)} did not accept ${item.notice.type}: ${posted.message}; next try in ${waitMs / 1000} s`,
        );
      }
      // Save after each notice, so that a killed process sends at most one notice twice.
      writeMemory(place, memory);
    }
  }

  function noteToday(): void {
    const { day } = memory;
    if (day === undefined) return;
    const limitUsd = settings.dayUsd.find((limit) => limit >= day.usd) ?? settings.dayUsd.at(-1);
    options.noteToday?.({ date: day.date, usd: day.usd, limitUsd, sessionIds });
    sessionIds.clear();
  }

  /** Drops notices that are too old and those for a receiver that is no longer set up. */
  function dropStale(): void {
    const nowMs = world.nowMs();
    const kept = memory.queue.filter(({ to, atMs, notice }) => {
      return receivers.has(to) && nowMs - atMs < (isAlert(notice) ? MAX_ALERT_AGE_MS : MAX_PING_AGE_MS);
    });
    if (kept.length === memory.queue.length) return;
    log(`dropped ${memory.queue.length - kept.length} notices that no receiver has accepted in time`);
    memory.dropped += memory.queue.length - kept.length;
    memory.queue = kept;
    writeMemory(place, memory);
  }

  return {
    take,
    change: () => memoryChange(place, memory),
    discard() {
      memory = readMemory(place);
      toShow = [];
    },
    flush,
  };
}

/** The same notice to the same receiver has the same id, so that the receiver can drop duplicates. */
function waiting(notice: Notice, url: string, atMs: number): Waiting {
  const to = receiverKey(url);
  const id = sha256(JSON.stringify([to, notice])).slice(0, 16);
  return { id, to, atMs, notice };
}

/** Returns the local date: `2026-11-29`. */
function dayOf(ms: number): string {
  const date = new Date(ms);
  const two = (n: number) => String(n).padStart(2, "0");
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}
