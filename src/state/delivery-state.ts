import { MAX_BYTES, readText } from "../disk/read.ts";
import { writeAtomic } from "./atomic-write.ts";
import type { Home } from "./home.ts";

/** How the sending has gone, over all sessions: for the next worker and for `status`. */
export interface DeliveryState {
  lastSuccessMs?: number;
  lastFailure?: { atMs: number; kind: string; message: string; endpoint: string };
  /** The backend asked to be left alone until then. */
  notBeforeMs?: number;
  /** Lone spans that were refused one after the other, and nothing taken over since. */
  refusalsInARow?: number;
  lastSweepMs?: number;
  /** Spans that the backend refused or threw away, since the installation. */
  rejectedSpans?: number;
}

export function readDeliveryState(home: Home): DeliveryState {
  try {
    const state: unknown = JSON.parse(readText(home.delivery, MAX_BYTES.state));
    return typeof state === "object" && state !== null ? (state as DeliveryState) : {};
  } catch {
    // Missing or damaged: nothing in it is needed to deliver.
    return {};
  }
}

export function writeDeliveryState(home: Home, state: DeliveryState): void {
  writeAtomic(home.delivery, JSON.stringify(state));
}
