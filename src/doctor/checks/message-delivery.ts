import { describeOutcome } from "../../otlp/describe.ts";
import type { Outcome } from "../../otlp/outcome.ts";
import { clock, lasting, listed, plural, sized } from "../../units.ts";
import type { MessageTable } from "../message-table.ts";

/** Findings about deliveries. */
export interface DeliveryFindings {
  "backend-unreachable": { url: string; outcome: Outcome };
  /** `preset`: the backend, if it is a hosted one that `configure` has set up. */
  "backend-refuses": { url: string; outcome: Outcome; preset?: string };
  "backend-drops": { url: string; outcome: Outcome };
  "clock-skew": { skewMs: number };
  "delivery-stuck": { message: string; sinceMs: number; mayPass: boolean };
  backlog: { sessions: number; bytes: number; ageMs: number };
  "transcripts-about-to-go": { undelivered: number; neverSent: number; leftMs: number; days: number };
  "backlog-too-old": { backend: string; ageMs: number; limitMs: number };
  "spans-rejected": { count: number };
  "models-unpriced": { models: readonly string[] };
}

export const deliveryMessages: MessageTable<DeliveryFindings> = {
  "backend-unreachable": {
    say: ({ url, outcome }) => `The test was not delivered. ${describeOutcome(outcome, url, true)}`,
    do: () => "Nothing is lost: ccotel sends what waits in the transcripts when the backend answers again.",
  },
  "backend-refuses": {
    say: ({ url, outcome }) => `The backend rejected the test. ${describeOutcome(outcome, url, true)}`,
    do: ({ preset }) =>
      preset === undefined
        ? "Correct this; until then nothing is sent, and nothing is lost."
        : `Correct this: \`ccotel configure --preset ${preset}\` takes the address and the token again. Until then nothing is sent, and nothing is lost.`,
  },
  "backend-drops": {
    say: ({ url, outcome }) => describeOutcome(outcome, url, true),
    do: () => "Check the backend's limits and its log.",
  },
  "clock-skew": {
    say: ({ skewMs }) =>
      `This machine's clock is ${lasting(skewMs)} ${skewMs > 0 ? "ahead of" : "behind"} the backend's, and spans carry this machine's times.`,
    do: () => "Synchronize the clock (NTP).",
  },
  "delivery-stuck": {
    say: ({ message, sinceMs }) => `The last delivery failed (${clock(sinceMs)}): ${message}`,
    do: ({ mayPass }) =>
      mayPass
        ? "The next turn tries again and sends everything that waits; `ccotel export --all` tries at once. If it fails again and again, correct this."
        : "Correct this. The next turn then sends everything that waits; `ccotel export --all` sends it at once.",
  },
  backlog: {
    say: ({ sessions, bytes, ageMs }) =>
      `${plural(sessions, "session")} with ${sized(bytes)} of transcript wait to be sent; the oldest has waited for ${lasting(ageMs)}.`,
    do: () => "Run `ccotel export --all`: it sends them now, or says what prevents it.",
  },
  "transcripts-about-to-go": {
    say: ({ undelivered, neverSent, leftMs, days }) => {
      const parts = [
        ...(undelivered > 0 ? [`${plural(undelivered, "session")} not completely delivered`] : []),
        ...(neverSent > 0 ? [`${plural(neverSent, "session")} never exported`] : []),
      ];
      const when = leftMs > 0 ? `in ${lasting(leftMs)}` : "at its next start";
      return `Claude Code deletes transcripts ${plural(days, "day")} after their last change (cleanupPeriodDays). You will lose ${listed(parts)}, the first ${when}.`;
    },
    do: () =>
      "Run `ccotel export --all` to send them now, or raise cleanupPeriodDays in Claude Code's settings.",
  },
  "backlog-too-old": {
    say: ({ backend, ageMs, limitMs }) =>
      `${backend} drops spans that are older than ${lasting(limitMs)}, and the waiting spans are ${lasting(ageMs)} old.`,
    do: () => "Send them to a Collector that stores them elsewhere.",
  },
  "spans-rejected": {
    say: ({ count }) => `The backend has rejected or dropped ${plural(count, "span")}.`,
    do: () =>
      "rejected.jsonl in ccotel's folder lists them with the reason. Once the cause is gone, `ccotel export --rejected` sends the rejected ones again.",
  },
  "models-unpriced": {
    say: ({ models }) => `ccotel has no price for ${listed(models)}, so these requests have no cost.`,
    do: () => "Update ccotel, or set CCOTEL_PRICES to a price file of your own.",
  },
};
