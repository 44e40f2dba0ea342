import type { Signal } from "../../config/signals.ts";
import { plural } from "../../units.ts";
import type { MessageTable } from "../message-table.ts";

const SEE_STATUS = "`ccotel status` shows each setting and where it comes from.";

/** Findings about ccotel's configuration for sending. */
export interface SendingFindings {
  unconfigured: Record<never, never>;
  "additional-destination-wrong": { message: string };
  "notices-stuck": { host: string; message: string; waiting: number };
  "switched-off": { by: string };
  "endpoint-wrong": { message: string };
  "headers-wrong": { message: string };
  "headers-withheld": { message: string };
  "setting-wrong": { message: string };
  "setting-ignored": { message: string };
  "prices-wrong": { message: string };
  "temporality-dropped": { backend: string; temporality: string; wanted: string };
  "signal-not-taken": { backend: string; signal: Signal };
  "scope-unfit": { backend: string };
  "proxy-in-the-way": { proxy: string; host: string };
}

export const sendingMessages: MessageTable<SendingFindings> = {
  unconfigured: {
    say: () => "No endpoint is set, so ccotel does nothing.",
    do: () => "Run `ccotel configure`, or set CCOTEL_ENDPOINT.",
  },
  "additional-destination-wrong": {
    say: ({ message }) => message,
    do: () =>
      "Run `ccotel configure --also PRESET` again for it, or `ccotel configure --also off` to send to the first destination alone. What waits for it is not lost.",
  },
  "notices-stuck": {
    say: ({ host, message, waiting }) =>
      `${host} does not accept alerts or pings (${message}); ${plural(waiting, "notice")} ${waiting === 1 ? "waits" : "wait"}.`,
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
    do: () =>
      "Correct the headers, or run `ccotel configure` with the backend and its token again. Until then ccotel sends nothing, rather than sending without them.",
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
};
