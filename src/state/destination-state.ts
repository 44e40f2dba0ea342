import type { Signal } from "../config/signals.ts";
import { MAX_BYTES, readText } from "../disk/read.ts";
import { writeAtomic } from "./atomic-write.ts";
import type { DestinationPlace } from "./destination-place.ts";

/** How the sending to a destination has gone, over all sessions: for the next process, `status` and `doctor`. */
export interface DestinationState {
  /** Its address for eyes, without secrets. */
  endpoint?: string;
  /** When a worker last delivered there, and not only an export by hand. */
  usedMs?: number;
  signals: Partial<Record<Signal, SignalState>>;
  /** Sessions that wait because the backend refused some of their items and has accepted nothing since. */
  doubted?: string[];
}

export interface SignalState {
  endpoint?: string;
  lastSuccessMs?: number;
  lastFailure?: { atMs: number; kind: string; message: string };
  /** The backend asked to be left alone until then. */
  notBeforeMs?: number;
  /** How many requests it has accepted. */
  accepted?: number;
  /** Items that it refused or threw away. */
  rejected?: number;
}

export function readDestinationState(place: DestinationPlace): DestinationState {
  try {
    const state = JSON.parse(readText(place.state, MAX_BYTES.state)) as Partial<DestinationState> | null;
    if (typeof state === "object" && state !== null) {
      const { signals } = state;
      return { ...state, signals: typeof signals === "object" && signals !== null ? signals : {} };
    }
  } catch {
    // Missing or damaged: nothing in it is needed to deliver.
  }
  return { signals: {} };
}

export function writeDestinationState(place: DestinationPlace, state: DestinationState): void {
  writeAtomic(place.state, JSON.stringify(state));
}

export function signalState(state: DestinationState, signal: Signal): SignalState {
  const known = state.signals[signal] ?? {};
  state.signals[signal] = known;
  return known;
}
