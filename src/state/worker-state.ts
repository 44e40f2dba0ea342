import { dict } from "../dict.ts";
import { writeAtomic } from "../disk/atomic-write.ts";
import { MAX_BYTES, readText } from "../disk/read.ts";
import { epoch, object, processId, text } from "../transcript/fields.ts";
import type { Home } from "./home.ts";

/** What workers remember beyond sessions and destinations: `delivery.json`. */
export interface WorkerState {
  lastSweepMs?: number;
  /** Sessions that have not ended, and the client's process of each. */
  running?: Record<string, number>;
  /** Why the last events could not be delivered anywhere: a setting that the worker saw is wrong. */
  fault?: { atMs: number; message: string };
}

/** What is known; of a damaged file, what is in order. Nothing in it is needed to deliver. */
export function readWorkerState(home: Home): WorkerState {
  try {
    const raw = object(JSON.parse(readText(home.delivery, MAX_BYTES.state))) ?? {};
    const running = Object.entries(object(raw.running) ?? {}).filter(
      ([, pid]) => processId(pid) !== undefined,
    );
    const fault = object(raw.fault);
    const isFault = epoch(fault?.atMs) !== undefined && text(fault?.message) !== undefined;
    return {
      ...raw,
      lastSweepMs: epoch(raw.lastSweepMs),
      running: running.length > 0 ? dict(Object.fromEntries(running)) : undefined,
      fault: isFault ? fault : undefined,
    } as WorkerState;
  } catch {
    return {};
  }
}

export function writeWorkerState(home: Home, state: WorkerState): void {
  writeAtomic(home.delivery, JSON.stringify(state));
}
