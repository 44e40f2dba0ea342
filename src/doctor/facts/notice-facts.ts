import { readMemory } from "../../notify/memory.ts";
import { hostOf, receiverKey, receiversOf } from "../../notify/receiver.ts";
import { readNotices, tellsAnybody } from "../../notify/settings.ts";
import { noticesPlace } from "../../state/destinations/destination-place.ts";
import type { Home } from "../../state/home.ts";

/** Alerts and pings without secrets: hosts instead of addresses. */
export interface NoticesFact {
  readonly sessionUsd: readonly number[];
  readonly dayUsd: readonly number[];
  /** Hosts that receive alerts, and `desktop`. */
  readonly alertsTo: readonly string[];
  readonly ping?: { readonly to: string; readonly events: readonly string[] };
  /** How many notices no receiver has accepted yet. */
  readonly waiting: number;
  /** How many notices were dropped. */
  readonly dropped: number;
  readonly troubles: readonly {
    readonly host: string;
    readonly message: string;
    readonly failures: number;
  }[];
}

/** Returns undefined if neither alerts nor pings are set up. */
export function noticesFact(home: Home): NoticesFact | undefined {
  const settings = readNotices(home);
  if (settings === undefined || !tellsAnybody(settings)) return undefined;
  const { queue, receivers, dropped } = readMemory(noticesPlace(home));
  const troubles = receiversOf(settings).flatMap((url) => {
    const trouble = receivers[receiverKey(url)];
    return trouble === undefined
      ? []
      : [{ host: hostOf(url), message: trouble.message, failures: trouble.failures }];
  });
  const { sessionUsd, dayUsd, webhooks, desktop, ping } = settings;
  return {
    sessionUsd,
    dayUsd,
    alertsTo: [...webhooks.map(hostOf), ...(desktop ? ["desktop"] : [])],
    ...(ping === undefined ? {} : { ping: { to: hostOf(ping.url), events: ping.events } }),
    waiting: queue.length,
    dropped,
    troubles,
  };
}
