import type { Signal } from "../config/signals.ts";
import { maskUrl } from "../config/text/secret.ts";
import { readRepository } from "../files/repository.ts";
import { describeDoubt, describeOutcome } from "../otlp/describe.ts";
import { LONGEST_HOLD_MS, type Outcome } from "../otlp/outcome.ts";
import { createSender, type Sender } from "../otlp/sender.ts";
import { createAppraiser } from "../pricing/price-request.ts";
import type { SessionOptions } from "../session/options.ts";
import { assessing } from "../signals/assess.ts";
import { signalState } from "../state/destinations/destination-state.ts";
import { createFamiliar } from "../state/familiar.ts";
import { homeAt } from "../state/home.ts";
import { loadPosition, newPosition, type Position } from "../state/position/position.ts";
import type { World } from "../state/world.ts";
import { retryAfterOf } from "./backoff.ts";
import { createOutlets, type Use } from "./create-outlets.ts";
import type { Prepared } from "./load/load.ts";
import { heldMs, type OpenPlace } from "./open-place.ts";
import type { Outlet } from "./outlets/outlet.ts";
import type { Trouble } from "./outlets/send-items.ts";

/** A backend with everything that a delivery to it needs. */
export interface Destination extends OpenPlace {
  /** Its address for display, without secrets. */
  endpoint: string;
  outlets: readonly Outlet[];
  /** How sessions are read for it, from the user's settings. */
  session: SessionOptions;
  sender: Sender;
}

/**
 * Connects an opened place with its outlets, from the user's settings.
 */
export function createDestination(
  opened: OpenPlace,
  prepared: Prepared,
  world: World,
  use: Use,
): Destination {
  const sender = createSender(prepared.sender);
  const outlets = createOutlets(opened, prepared, sender, world, use);
  const { traces, metrics, logs } = prepared.sender;
  const endpoint = maskUrl(traces?.url ?? metrics?.url ?? logs?.url ?? "");
  opened.state.endpoint = endpoint;
  for (const { signal, url } of outlets) signalState(opened.state, signal).endpoint = maskUrl(url);
  return { ...opened, endpoint, outlets, session: sessionOptions(prepared), sender };
}

/** How sessions are read, from the user's settings. */
export function sessionOptions({ config, priceFile, homeDir }: Prepared): SessionOptions {
  return {
    ...(config.findings ? assessing(homeDir, createFamiliar(homeAt(config.home), { learns: true })) : {}),
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
  destination: Destination,
  sessionId: string,
  path: string,
  log: (line: string) => void,
): Position {
  const position =
    loadPosition(destination.place, sessionId, (file) =>
      log(`${file} was damaged and has been moved aside; the session is read from its start again`),
    ) ?? firstPosition(destination, sessionId, path);
  const maybeSent = destination.underWay.of(sessionId);
  const isPast = (position.read.main?.offset ?? 0) > (maybeSent?.main.offset ?? 0);
  if (maybeSent !== undefined && !isPast) position.maybeSent ??= maybeSent;
  return position;
}

function firstPosition({ outlets }: Destination, sessionId: string, path: string): Position {
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
