import type { ReadableLogRecord } from "@opentelemetry/sdk-logs";
import type { TraceScope } from "../choices.ts";
import { splitLogs } from "../otlp/batches.ts";
import { describeOutcome } from "../otlp/describe.ts";
import type { Sender } from "../otlp/sender.ts";
import type { SignalState } from "../state/destination-state.ts";
import type { World } from "../state/world.ts";
import type { ContentPolicy } from "../telemetry/content/policy.ts";
import { createReadableLog, type LogEvent, toLogEvents } from "../telemetry/logs/logs.ts";
import { LOG } from "../telemetry/logs/names.ts";
import type { ResourceFacts } from "../telemetry/resource.ts";
import type { Outlet } from "./outlet.ts";
import { createServerErrors } from "./refusals.ts";
import { type ItemSender, sendItems } from "./send-items.ts";
import { setAside } from "./set-aside.ts";
import { AHEAD_MS, spanContextOf } from "./traces.ts";

export interface LogsOptions {
  /** The destination's key, by which what it refused is found again. */
  destination: string;
  url: string;
  sender: Sender;
  state: SignalState;
  scope: TraceScope;
  /** What of prompts, answers, commands and files leaves. */
  content: ContentPolicy;
  resource: ResourceFacts;
  /** Ids of the only records to send, when not all of them are wanted. */
  only?: ReadonlySet<string>;
}

/** Finished pieces → log records, each of which must have been accepted or set aside before the position moves. */
export function createLogs(options: LogsOptions, world: World): Outlet {
  const { url, sender, state } = options;
  const judge = createServerErrors();
  let toReadable: ((event: LogEvent) => ReadableLogRecord) | undefined;
  let gathered: LogEvent[] = [];
  let sessionId = "";
  const items: ItemSender<ReadableLogRecord> = {
    idOf,
    split: splitLogs,
    async send(records) {
      const outcome = await sender.send("logs", records);
      if (outcome.kind === "partial") world.log(describeOutcome(outcome, url));
      return judge(records.map(idOf), outcome);
    },
    setAside(record, outcome) {
      const { traceId = "", spanId = "" } = record.spanContext ?? {};
      const name = record.eventName ?? "";
      const { destination } = options;
      setAside(
        { signal: "logs", sessionId, destination, traceId, spanId, name, recordId: idOf(record) },
        outcome,
        world,
      );
    },
  };
  return {
    signal: "logs",
    url,
    // A finding or a denial is one of a kind: sampling is for traces.
    wants: () => true,
    take(pieces, session) {
      sessionId = session.sessionId;
      const nowMs = world.nowMs();
      for (const event of toLogEvents(pieces, spanContextOf(session, options))) {
        if (options.only !== undefined && !options.only.has(event.id)) continue;
        gathered.push(event.atMs <= nowMs + AHEAD_MS ? event : { ...event, atMs: nowMs });
      }
    },
    get pending() {
      return gathered.length;
    },
    async settle(memory) {
      if (gathered.length === 0) return { accepted: 0, rejected: 0 };
      toReadable ??= createReadableLog(options.resource);
      const settled = await sendItems(gathered.map(toReadable), items, memory, state);
      if (settled.rejected > 0) state.rejected = (state.rejected ?? 0) + settled.rejected;
      return settled;
    },
    change(_, memory) {
      gathered = [];
      delete memory.taken;
      return undefined;
    },
    discard() {
      gathered = [];
    },
    flush: async () => ({ isAccepted: false }),
    remembered: () => undefined,
  };
}

function idOf({ attributes }: ReadableLogRecord): string {
  return String(attributes[LOG.uid]);
}
