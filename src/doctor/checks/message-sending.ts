import { describeOutcome } from "../../otlp/describe.ts";
import type { Code, MessageTable } from "../finding.ts";
import { counted, lasting, listed, sized } from "../words.ts";

const SEE_STATUS = "`ccotel status` shows each setting and where it comes from.";

/** What ccotel is told, and what became of it. */
export const sendingMessages = {
  unconfigured: {
    say: () => "No endpoint is set, so ccotel does nothing.",
    do: () => "Run `ccotel configure`, or set CCOTEL_ENDPOINT.",
  },
  "notices-stuck": {
    say: ({ host, message, waiting }) =>
      `${host} does not accept alerts or pings (${message}); ${counted(waiting, "notice")} ${waiting === 1 ? "waits" : "wait"}.`,
    do: () =>
      "Check the URL with `ccotel configure --webhook URL` or `--ping URL`, which sends a test. notices.log in ccotel's folder has each attempt.",
  },
  "switched-off": {
    say: ({ by }) => `ccotel is switched off by ${by}.`,
    do: () => SEE_STATUS,
  },
  "endpoint-wrong": {
    say: ({ message }) => message,
    do: () => "Run `ccotel configure` with the correct URL.",
  },
  "headers-wrong": {
    say: ({ message }) => message,
    do: () => "Correct the headers. Until then ccotel sends nothing, rather than sending without them.",
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
      `${backend} rejects ${temporality} metrics: it accepts ${wanted} points only.`,
    do: ({ wanted }) => `Set CCOTEL_METRICS_TEMPORALITY to ${wanted}.`,
  },
  "signal-not-taken": {
    say: ({ backend, signal }) => `${backend} does not accept ${signal}.`,
    do: ({ signal }) =>
      `Set CCOTEL_${signal.toUpperCase()} to off, or CCOTEL_${signal.toUpperCase()}_ENDPOINT to a backend that accepts them.`,
  },
  "scope-unfit": {
    say: ({ backend }) => `${backend} shows traces of one turn better than traces of a whole session.`,
    do: () => "Set CCOTEL_TRACE_SCOPE to turn.",
  },
  "proxy-in-the-way": {
    say: ({ proxy, host }) => `Requests to ${host} go through the proxy ${proxy}.`,
    do: ({ host }) => `If the proxy blocks them, add ${host} to NO_PROXY.`,
  },
  "backend-unreachable": {
    say: ({ url, outcome }) => `The test was not delivered. ${describeOutcome(outcome, url)}`,
    do: () => "Nothing is lost: ccotel sends what waits in the transcripts when the backend answers again.",
  },
  "backend-refuses": {
    say: ({ url, outcome }) => `The backend rejected the test. ${describeOutcome(outcome, url)}`,
    do: () => "Correct this; until then nothing is sent, and nothing is lost.",
  },
  "backend-drops": {
    say: ({ url, outcome }) => describeOutcome(outcome, url),
    do: () => "Check the backend's limits and its log.",
  },
  "clock-skew": {
    say: ({ skewMs }) =>
      `This machine's clock is ${lasting(skewMs)} ${skewMs > 0 ? "ahead of" : "behind"} the backend's, and spans carry this machine's times.`,
    do: () => "Synchronize the clock (NTP).",
  },
  "delivery-stuck": {
    say: ({ message, sinceMs }) =>
      `The last delivery failed (${new Date(sinceMs).toISOString()}): ${message}`,
    do: () =>
      "Correct this. The next turn then sends everything that waits; `ccotel export --all` sends it at once.",
  },
  backlog: {
    say: ({ sessions, bytes, ageMs }) =>
      `${counted(sessions, "session")} with ${sized(bytes)} of transcript wait to be sent; the oldest has waited for ${lasting(ageMs)}.`,
    do: () => "Run `ccotel export --all`: it sends them now, or says what prevents it.",
  },
  "transcripts-about-to-go": {
    say: ({ undelivered, neverSent, leftMs, days }) => {
      const parts = [
        ...(undelivered > 0 ? [`${counted(undelivered, "session")} not completely delivered`] : []),
        ...(neverSent > 0 ? [`${counted(neverSent, "session")} never exported`] : []),
      ];
      const when = leftMs > 0 ? `in ${lasting(leftMs)}` : "at its next start";
      return `Claude Code deletes transcripts ${counted(days, "day")} after their last change (cleanupPeriodDays). You will lose ${listed(parts)}, the first ${when}.`;
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
    say: ({ count }) => `The backend has rejected or dropped ${counted(count, "span")}.`,
    do: () =>
      "rejected.jsonl in ccotel's folder lists them with the reason. Once the cause is gone, `ccotel export --rejected` sends the rejected ones again.",
  },
  "models-unpriced": {
    say: ({ models }) => `ccotel has no price for ${listed(models)}, so these requests have no cost.`,
    do: () => "Update ccotel, or set CCOTEL_PRICES to a price file of your own.",
  },
} satisfies Partial<MessageTable<Code>>;
