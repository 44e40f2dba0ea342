import { MAX_BYTES, readText } from "../disk/read.ts";
import { writeAtomic } from "./atomic-write.ts";
import type { Home } from "./home.ts";

/** What workers remember beyond sessions and destinations: `delivery.json`. */
export interface WorkerState {
  lastSweepMs?: number;
  /** Sessions that have not ended, and the client's process of each. */
  running?: Record<string, number>;
  /** Why the last events could not be delivered anywhere: a setting that the worker saw is wrong. */
  fault?: { atMs: number; message: string };
}

export function readWorkerState(home: Home): WorkerState {
  try {
    const state: unknown = JSON.parse(readText(home.delivery, MAX_BYTES.state));
    return typeof state === "object" && state !== null ? (state as WorkerState) : {};
  } catch {
    // Missing or damaged: nothing in it is needed to deliver.
    return {};
  }
}

export function writeWorkerState(home: Home, state: WorkerState): void {
  writeAtomic(home.delivery, JSON.stringify(state));
}
