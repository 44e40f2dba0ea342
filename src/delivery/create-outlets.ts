import type { Config } from "../config/load.ts";
import { createSpanEncoder } from "../otlp/encode-spans.ts";
import type { Sender } from "../otlp/sender.ts";
import { signalState } from "../state/destinations/destination-state.ts";
import { instanceId } from "../state/instance-id.ts";
import type { World } from "../state/world.ts";
import { type ExportResult, observeExport } from "../telemetry/metrics/health.ts";
import { addObservations } from "../telemetry/metrics/state.ts";
import type { ResourceFacts } from "../telemetry/resource.ts";
import { VERSION } from "../version.ts";
import type { Prepared } from "./load/load.ts";
import { userIdOf } from "./load/user-id.ts";
import type { OpenPlace } from "./open-place.ts";
import type { ItemOptions } from "./outlets/item-outlet.ts";
import { createLogs } from "./outlets/logs.ts";
import { createMetrics, type MetricsOptions } from "./outlets/metrics.ts";
import type { Outlet } from "./outlets/outlet.ts";
import { createTraces } from "./outlets/traces.ts";

/** What a destination is used for. */
export interface Use {
  /** Which sessions count in the metrics. */
  counts: MetricsOptions["counts"];
  /** Ids of the only spans and log records to send. Not set: sends all. */
  only?: ReadonlySet<string>;
}

/** The outlets of the signals that have a target in the user's settings. */
export function createOutlets(
  opened: OpenPlace,
  prepared: Prepared,
  sender: Sender,
  world: World,
  use: Use,
): Outlet[] {
  const { traces, metrics, logs } = prepared.sender;
  const { config } = prepared;
  const resource = resourceOf(config, world);
  const items = itemOptions(opened, prepared, sender, use);
  const outlets: Outlet[] = [];
  if (traces !== undefined) {
    const options = {
      ...items,
      url: traces.url,
      state: signalState(opened.state, "traces"),
      dialect: config.dialect,
      semconv: config.semconv,
      maxAttributes: config.maxAttributesPerSpan,
      sample: config.tracesSample,
      encode: createSpanEncoder({ ...resource, dialect: config.dialect }),
    };
    outlets.push(createTraces(options, world));
  }
  if (metrics !== undefined) {
    const options = {
      url: metrics.url,
      sender,
      meter: opened.meter,
      resource,
      // For the instruments that ccotel has, "lowmemory" means delta.
      temporality: config.temporality === "cumulative" ? ("cumulative" as const) : ("delta" as const),
      attributes: config.metricAttributes,
      semconv: config.semconv,
      counts: use.counts,
    };
    outlets.push(createMetrics(options, world));
  }
  if (logs !== undefined) {
    const options = {
      ...items,
      url: logs.url,
      state: signalState(opened.state, "logs"),
      maxAttributes: config.maxAttributesPerLogRecord,
      resource,
    };
    outlets.push(createLogs(options, world));
  }
  return outlets;
}

function resourceOf(config: Config, { home }: World): ResourceFacts {
  return {
    serviceName: config.serviceName,
    serviceInstanceId: instanceId(home),
    distroVersion: VERSION,
    extra: config.resourceAttributes,
    semconv: config.semconv,
    ...userOf(config),
  };
}

/** The options that traces and logs share. Their requests are counted if the destination gets metrics of sessions. */
function itemOptions(
  { place, meter }: OpenPlace,
  { config, content, sender: { metrics } }: Prepared,
  sender: Sender,
  { counts, only }: Use,
): Omit<ItemOptions, "url" | "state"> {
  const isCounted = metrics !== undefined && counts !== "none";
  const onExport = (result: ExportResult) => addObservations(meter.state(), observeExport(result));
  return {
    ...userOf(config),
    ...(isCounted ? { onExport } : {}),
    destination: place.key,
    sender,
    scope: config.traceScope,
    content,
    ...(only === undefined ? {} : { only }),
  };
}

function userOf(config: Config): { userId?: string } {
  const userId = userIdOf(config.userId);
  return userId === undefined ? {} : { userId };
}
