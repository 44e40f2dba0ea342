import { describeOutcome } from "../otlp/describe.ts";
import type { Code, MessageTable } from "./finding.ts";
import { counted, lasting, listed, sized } from "./words.ts";

const SEE_STATUS = "`ccotel status` shows each setting and where it comes from.";

/** What ccotel is told, and what became of it. */
export const sendingMessages = {
  unconfigured: {
    say: () => "ccotel is not told where to send, so it does nothing.",
    do: () => "Run `ccotel configure`, or set CCOTEL_ENDPOINT.",
  },
  "switched-off": {
    say: ({ by }) => `ccotel is switched off by ${by}.`,
    do: () => SEE_STATUS,
  },
  "endpoint-wrong": {
    say: ({ message }) => message,
    do: () => "Run `ccotel configure` with the right address.",
  },
  "headers-wrong": {
    say: ({ message }) => message,
    do: () => "Nothing is sent without the headers that were meant.",
  },
  "headers-withheld": {
    say: ({ message }) => message,
    do: () => "Set the headers beside the endpoint that they are for.",
  },
  "setting-wrong": { say: ({ message }) => message, do: () => SEE_STATUS },
  "setting-ignored": { say: ({ message }) => message, do: () => SEE_STATUS },
  "prices-wrong": {
    say: ({ message }) => message,
    do: () => "Until the file is corrected (docs/use/prices.md), hooks use the built-in list prices.",
  },
  "temporality-dropped": {
    say: ({ backend, temporality, wanted }) =>
      `${backend} does not take ${temporality} metrics: it wants ${wanted} points.`,
    do: ({ wanted }) => `Set CCOTEL_METRICS_TEMPORALITY to ${wanted}.`,
  },
  "signal-not-taken": {
    say: ({ backend, signal }) => `${backend} takes no ${signal}.`,
    do: ({ signal }) =>
      `Set CCOTEL_${signal.toUpperCase()} to off, or CCOTEL_${signal.toUpperCase()}_ENDPOINT to a backend that takes them.`,
  },
  "scope-unfit": {
    say: ({ backend }) => `${backend} shows traces of one turn better than traces of a whole session.`,
    do: () => "Set CCOTEL_TRACE_SCOPE to turn.",
  },
  "proxy-in-the-way": {
    say: ({ proxy, host }) => `Requests to ${host} go through the proxy ${proxy}.`,
    do: ({ host }) => `If it does not let them through, add ${host} to NO_PROXY.`,
  },
  "backend-unreachable": {
    say: ({ url, outcome }) => `The test was not delivered. ${describeOutcome(outcome, url)}`,
    do: () => "What is not delivered waits in the transcripts and is sent when the backend answers again.",
  },
  "backend-refuses": {
    say: ({ url, outcome }) => `The test was refused. ${describeOutcome(outcome, url)}`,
    do: () => "Sending stops here until that is repaired; nothing is lost meanwhile.",
  },
  "backend-drops": {
    say: ({ url, outcome }) => describeOutcome(outcome, url),
    do: () => "Look at the limits of the backend, and at its own log.",
  },
  "clock-skew": {
    say: ({ skewMs }) =>
      `This machine's clock is ${lasting(skewMs)} ${skewMs > 0 ? "ahead of" : "behind"} the backend's, and spans carry its times.`,
    do: () => "Set the clock by the network (NTP).",
  },
  "delivery-stuck": {
    say: ({ message, sinceMs }) =>
      `The last delivery failed (${new Date(sinceMs).toISOString()}): ${message}`,
    do: () =>
      "Once that is repaired, the next turn sends everything that waits; `ccotel export --all` does so at once.",
  },
  backlog: {
    say: ({ sessions, bytes, ageMs }) =>
      `${counted(sessions, "session")} with ${sized(bytes)} of transcript wait to be sent, the oldest since ${lasting(ageMs)}.`,
    do: () => "`ccotel export --all` tries it now and says what stands in the way.",
  },
  "transcripts-about-to-go": {
    say: ({ undelivered, neverSent, leftMs, days }) => {
      const parts = [
        ...(undelivered > 0 ? [`${counted(undelivered, "session")} not wholly delivered`] : []),
        ...(neverSent > 0 ? [`${counted(neverSent, "session")} never exported`] : []),
      ];
      const when = leftMs > 0 ? `in ${lasting(leftMs)}` : "when it starts next";
      return `Claude Code deletes transcripts ${counted(days, "day")} after their last change (cleanupPeriodDays), and what is not sent goes with them: ${listed(parts)}, the first ${when}.`;
    },
    do: () =>
      "`ccotel export --all` sends them now; a higher cleanupPeriodDays in Claude Code's settings keeps them longer.",
  },
  "backlog-too-old": {
    say: ({ backend, ageMs, limitMs }) =>
      `${backend} drops spans that are older than ${lasting(limitMs)}, and what waits is ${lasting(ageMs)} old.`,
    do: () => "It can still be sent to a Collector that stores it elsewhere.",
  },
  "spans-rejected": {
    say: ({ count }) => `The backend has refused or thrown away ${counted(count, "span")}.`,
    do: () =>
      "rejected.jsonl in ccotel's folder says which and why; after a repair, `ccotel export --rejected` sends those that were refused again.",
  },
  "models-unpriced": {
    say: ({ models }) => `There is no price for ${listed(models)}, so these requests carry no cost.`,
    do: () => "Update ccotel, or name a price file of your own in CCOTEL_PRICES.",
  },
} satisfies Partial<MessageTable<Code>>;
