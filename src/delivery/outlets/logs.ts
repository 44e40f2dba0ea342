import type { ReadableLogRecord } from "@opentelemetry/sdk-logs";
import { logSize, splitLogs } from "../../otlp/batches.ts";
import type { World } from "../../state/world.ts";
import { createReadableLog, type LogEvent, toLogEvents } from "../../telemetry/logs/logs.ts";
import { LOG } from "../../telemetry/logs/names.ts";
import type { ResourceFacts } from "../../telemetry/resource.ts";
import { AHEAD_MS, createItemOutlet, type ItemOptions, type ItemSignal } from "./item-outlet.ts";
import type { Outlet } from "./outlet.ts";
import { spanContextOf } from "./traces.ts";

interface LogsOptions extends ItemOptions {
  resource: ResourceFacts;
  /** How many attributes a record may have. */
  maxAttributes: number;
}

/** Makes log records of finished pieces and sends them. */
export function createLogs(options: LogsOptions, world: World): Outlet {
  const { url, destination, state, sender } = options;
  let toReadable: ((event: LogEvent) => ReadableLogRecord) | undefined;
  const signal: ItemSignal<ReadableLogRecord> = {
    signal: "logs",
    url,
    destination,
    state,
    ...(options.onExport === undefined ? {} : { onExport: options.onExport }),
    // Sampling applies to traces only: each finding or denial exists once.
    wants: () => true,
    make(pieces, session, nowMs) {
      return toLogEvents(pieces, spanContextOf(session, options))
        .filter(({ id }) => options.only?.has(id) ?? true)
        .map((event) => {
          toReadable ??= createReadableLog(options.resource, options.maxAttributes);
          return toReadable(event.atMs <= nowMs + AHEAD_MS ? event : { ...event, atMs: nowMs });
        });
    },
    idOf,
    split: splitLogs,
    send: (records) => sender.send("logs", records),
    sizeOf: logSize,
    refused(record) {
      const { traceId = "", spanId = "" } = record.spanContext ?? {};
      return { traceId, spanId, name: record.eventName ?? "", recordId: idOf(record) };
    },
  };
  return createItemOutlet(signal, world);
}

function idOf({ attributes }: ReadableLogRecord): string {
  return String(attributes[LOG.uid]);
}
