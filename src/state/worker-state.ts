import { dict } from "../dict.ts";
import { writeAtomic } from "../disk/atomic-write.ts";
import { MAX_BYTES, readJson } from "../disk/read.ts";
import { epoch, object, processId, text } from "../transcript/fields.ts";
import type { Home } from "./home.ts";

/** What workers keep besides sessions and destinations: `delivery.json`. */
export interface WorkerState {
  lastSweepMs?: number;
  /** Sessions that have not ended, with the id of their Claude Code process. */
  running?: Record<string, number>;
  /** Why the last events could not be delivered anywhere: the worker found a wrong setting. */
  fault?: { atMs: number; message: string };
}

/** Reads the state. Of a damaged file, returns the valid parts. No delivery depends on it. */
export function readWorkerState(home: Home): WorkerState {
  const raw = readJson(home.delivery, MAX_BYTES.state) ?? {};
  const running = Object.entries(object(raw.running) ?? {}).filter(([, pid]) => processId(pid) !== undefined);
  const fault = object(raw.fault);
  const isFault = epoch(fault?.atMs) !== undefined && text(fault?.message) !== undefined;
  return {
    ...raw,
    lastSweepMs: epoch(raw.lastSweepMs),
    running: running.length > 0 ? dict(Object.fromEntries(running)) : undefined,
    fault: isFault ? fault : undefined,
  } as WorkerState;
}

export function writeWorkerState(home: Home, state: WorkerState): void {
  writeAtomic(home.delivery, JSON.stringify(state));
}
