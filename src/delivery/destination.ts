import type { Signal } from "../config/signals.ts";
import { maskUrl } from "../config/text/secret.ts";
import { readRepository } from "../files/repository.ts";
import { describeDoubt, describeOutcome } from "../otlp/describe.ts";
import { createSpanEncoder } from "../otlp/encode-spans.ts";
import { LONGEST_HOLD_MS, type Outcome } from "../otlp/outcome.ts";
import { createSender, type Sender } from "../otlp/sender.ts";
import { createAppraiser } from "../pricing/price-request.ts";
import type { SessionOptions } from "../session/options.ts";
import { assessing } from "../signals/assess.ts";
import {
  type DestinationPlace,
  destinationPlace,
  ensurePlace,
} from "../state/destinations/destination-place.ts";
import {
  type DestinationState,
  readDestinationState,
  signalState,
  writeDestinationState,
} from "../state/destinations/destination-state.ts";
import { createFamiliar } from "../state/familiar.ts";
import { homeAt } from "../state/home.ts";
import { instanceId } from "../state/instance-id.ts";
import { loadPosition, newPosition, type Position } from "../state/position/position.ts";
import type { World } from "../state/world.ts";
import { type ExportResult, observeExport } from "../telemetry/metrics/health.ts";
import { addObservations } from "../telemetry/metrics/state.ts";
import type { ResourceFacts } from "../telemetry/resource.ts";
import { VERSION } from "../version.ts";
import { type Backoff, createBackoff, retryAfterOf } from "./backoff.ts";
import type { Prepared } from "./load/load.ts";
import { userIdOf } from "./load/user-id.ts";
import { createLogs } from "./outlets/logs.ts";
import { type Meter, openMeter } from "./outlets/meter.ts";
import { createMetrics, type MetricsOptions } from "./outlets/metrics.ts";
import type { Outlet } from "./outlets/outlet.ts";
import type { Trouble } from "./outlets/send-items.ts";
import { createTraces } from "./outlets/traces.ts";

/** The state of one destination while a process works with it. Settings that lead to the same destination share it. */
export interface OpenPlace {
  place: DestinationPlace;
  state: DestinationState;
  meter: Meter;
  backoff: Backoff;
}

/** A backend with everything that a delivery to it needs. */
export interface Destination extends OpenPlace {
  /** Its address for display, without secrets. */
  endpoint: string;
  outlets: readonly Outlet[];
  /** How sessions are read for it, from the user's settings. */
  session: SessionOptions;
  sender: Sender;
}

/** Opens the saved state of a destination. Honours a wait that its backend asked an earlier process for. */
export function openPlace(key: string, world: World): OpenPlace {
  const place = destinationPlace(world.home, key);
  ensurePlace(place);
  const state = readDestinationState(place);
  const backoff = createBackoff();
  const holdMs = heldMs(state, "traces", world.nowMs());
  if (holdMs > 0) backoff.holdUntil(world.ticks() + holdMs, world.ticks());
  return { place, state, backoff, meter: openMeter(place, world) };
}

/**
 * Connects an opened place with its outlets, from the user's settings. `counts`: which sessions count in the metrics.
 * `only`: ids of the only spans and log records to send.
 */
export function createDestination(
  opened: OpenPlace,
  prepared: Prepared,
  world: World,
  use: { counts: MetricsOptions["counts"]; only?: ReadonlySet<string> },
): Destination {
  const { config } = prepared;
  const sender = createSender(prepared.sender);
  const userId = userIdOf(config.userId);
  const user = userId === undefined ? {} : { userId };
  const resource: ResourceFacts = {
    serviceName: config.serviceName,
    serviceInstanceId: instanceId(world.home),
    distroVersion: VERSION,
    extra: config.resourceAttributes,
    semconv: config.semconv,
    ...user,
  };
  const { traces, metrics, logs } = prepared.sender;
  const isCounted = metrics !== undefined && use.counts !== "none";
  const items = {
    ...user,
    ...(isCounted
      ? { onExport: (result: ExportResult) => addObservations(opened.meter.state(), observeExport(result)) }
      : {}),
    destination: opened.place.key,
    sender,
    scope: config.traceScope,
    content: prepared.content,
    ...(use.only === undefined ? {} : { only: use.only }),
  };
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
  const endpoint = maskUrl(traces?.url ?? metrics?.url ?? logs?.url ?? "");
  opened.state.endpoint = endpoint;
  for (const { signal, url } of outlets) signalState(opened.state, signal).endpoint = maskUrl(url);
  return { ...opened, endpoint, outlets, session: sessionOptions(prepared), sender };
}

/** How sessions are read, from the user's settings. */
export function sessionOptions({ config, priceFile, homeDir }: Prepared): SessionOptions {
  return {
    ...(config.findings ? assessing(homeDir, createFamiliar(homeAt(config.home), true)) : {}),
    ...(config.repository ? { repositoryOf: readRepository } : {}),
    keep: config.content,
    appraise: createAppraiser(priceFile),
    maxSpansPerTrace: config.maxSpansPerTrace,
    idleCloseMs: config.idleCloseMs,
  };
}

/**
 * The session's position for this destination. A session that was never sent, or whose state is lost, begins at its
 * start.
 */
export function openPosition(
  { place, outlets }: Destination,
  sessionId: string,
  path: string,
  log: (line: string) => void,
): Position {
  const known = loadPosition(place, sessionId, (file) =>
    log(`${file} was damaged and has been moved aside; the session is read from its start again`),
  );
  if (known !== undefined) return known;
  const position = newPosition(sessionId, path);
  for (const outlet of outlets) {
    const memory = outlet.remembered(sessionId);
    if (memory !== undefined) position.outlets[outlet.signal] = memory;
  }
  return position;
}

/** Records that the backend has accepted something of this signal. */
export function noteSuccess({ state, backoff }: Destination, signal: Signal, nowMs: number): void {
  const of = signalState(state, signal);
  of.lastSuccessMs = nowMs;
  delete of.lastFailure;
  delete of.notBeforeMs;
  if (signal === "traces") backoff.succeeded();
}

/** Calls `noteSuccess` for each signal of which a delivery sent something. `accepted`: accepted items by signal. */
export function noteAccepted(
  destination: Destination,
  accepted: Readonly<Partial<Record<Signal, number>>>,
  nowMs: number,
): void {
  for (const { signal } of destination.outlets)
    if ((accepted[signal] ?? 0) > 0) noteSuccess(destination, signal, nowMs);
}

/** Records a failure for `status`, for the log and for the next process. Returns the message for the user. */
export function noteTrouble(
  { state, outlets }: Destination,
  signal: Signal,
  { outcome, isDoubt }: Trouble,
  world: World,
): string {
  const url = outlets.find((outlet) => outlet.signal === signal)?.url ?? "";
  const message = isDoubt ? describeDoubt(outcome, url) : describeOutcome(outcome, url);
  world.log(message);
  const of = signalState(state, signal);
  const atMs = world.nowMs();
  of.lastFailure = { atMs, kind: outcome.kind, message };
  const holdMs = Math.min(retryAfterOf(outcome), LONGEST_HOLD_MS);
  if (holdMs > 0) of.notBeforeMs = atMs + holdMs;
  return message;
}

/** How long an earlier process was asked to wait before it sends this signal again, in milliseconds; 0 for no wait. */
function heldMs(state: DestinationState, signal: Signal, nowMs: number): number {
  const holdMs = (state.signals[signal]?.notBeforeMs ?? 0) - nowMs;
  // A longer wait is never recorded, so the clock was set back.
  return holdMs > 0 && holdMs <= LONGEST_HOLD_MS ? holdMs : 0;
}

/**
 * Sends the metrics of all outlets, except for signals whose backend asked to wait. Returns the last failure, with its
 * message.
 */
export async function flush(
  destination: Destination,
  world: World,
  isHeld: () => boolean,
): Promise<{ outcome: Outcome; message: string; url: string } | undefined> {
  let failure: { outcome: Outcome; message: string; url: string } | undefined;
  for (const outlet of destination.outlets) {
    const { signal, url } = outlet;
    if (heldMs(destination.state, signal, world.nowMs()) > 0) continue;
    const { isAccepted, trouble } = await outlet.flush(isHeld);
    if (isAccepted) noteSuccess(destination, signal, world.nowMs());
    if (trouble === undefined) continue;
    failure = { outcome: trouble.outcome, message: noteTrouble(destination, signal, trouble, world), url };
  }
  return failure;
}

/** Whether a backend has asked for a pause, so that `flush` sends nothing to it. */
export function isHeldBack({ outlets, state }: Destination, world: World): boolean {
  return outlets.some(({ signal }) => heldMs(state, signal, world.nowMs()) > 0);
}

/** Saves how the sending went. */
export function saveState({ place, state }: OpenPlace): void {
  writeDestinationState(place, state);
}
