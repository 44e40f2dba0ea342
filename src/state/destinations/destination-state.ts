import type { Signal } from "../../config/signals.ts";
import { maskPath, maskUrl } from "../../config/text/secret.ts";
import { writeAtomic } from "../../disk/atomic-write.ts";
import { MAX_BYTES, readJson } from "../../disk/read.ts";
import { epoch, list, maybeCount, object, text } from "../../transcript/fields.ts";
import type { Change } from "../commit.ts";
import type { DestinationPlace } from "./destination-place.ts";

/** The results of sending to a destination, over all sessions. Used by the next process, `status` and `doctor`. */
export interface DestinationState {
  /** Its address for display, without secrets. */
  endpoint?: string;
  /** When a worker last delivered there, in epoch ms. An export by hand does not count. */
  usedMs?: number;
  signals: Partial<Record<Signal, SignalState>>;
  /** Sessions that wait because the backend rejected some of their items and has accepted nothing since. */
  doubted?: string[];
}

/** The results of sending one signal. Times are epoch ms. */
export interface SignalState {
  endpoint?: string;
  lastSuccessMs?: number;
  lastFailure?: { atMs: number; kind: string; message: string };
  /** The backend asked to wait until then, in epoch ms. */
  notBeforeMs?: number;
  /** Number of accepted requests. */
  accepted?: number;
  /** Number of items that the backend rejected or dropped. */
  rejected?: number;
}

/** Reads the state. Of a damaged file, returns the valid parts. No delivery depends on it. */
export function readDestinationState(place: DestinationPlace): DestinationState {
  const raw = readJson(place.state, MAX_BYTES.state) ?? {};
  const signals = Object.entries(object(raw.signals) ?? {}).map(([signal, of]) => [signal, restored(of)]);
  const doubted = list(raw.doubted).flatMap((id) => text(id) ?? []);
  return {
    ...raw,
    endpoint: addressOf(raw),
    usedMs: epoch(raw.usedMs),
    signals: Object.fromEntries(signals),
    doubted: doubted.length > 0 ? doubted : undefined,
  } as DestinationState;
}

function restored(raw: unknown): SignalState {
  const signal = object(raw) ?? {};
  const failure = object(signal.lastFailure);
  const message = text(failure?.message);
  const isFailure = epoch(failure?.atMs) !== undefined && text(failure?.kind) && message;
  return {
    ...signal,
    endpoint: addressOf(signal),
    lastSuccessMs: epoch(signal.lastSuccessMs),
    lastFailure: isFailure ? { ...failure, message: maskPath(message) } : undefined,
    notBeforeMs: epoch(signal.notBeforeMs),
    accepted: maybeCount(signal.accepted),
    rejected: maybeCount(signal.rejected),
  } as SignalState;
}

/** Earlier versions stored an address, and messages about it, with the key in its path. */
function addressOf({ endpoint }: Record<string, unknown>): string | undefined {
  const address = text(endpoint);
  return address && maskUrl(address);
}

/** The change that saves the state together with a position. */
export function destinationStateChange({ state: path }: DestinationPlace, state: DestinationState): Change {
  return { path, content: JSON.stringify(state) };
}

/** Saves the state. It is not flushed to the disk: a power cut loses at most the results of the last sending. */
export function writeDestinationState(place: DestinationPlace, state: DestinationState): void {
  writeAtomic(place.state, JSON.stringify(state), { isFlushed: false });
}

/** The state of a signal, created in place if it is missing. */
export function signalState(state: DestinationState, signal: Signal): SignalState {
  const known = state.signals[signal] ?? {};
  state.signals[signal] = known;
  return known;
}
