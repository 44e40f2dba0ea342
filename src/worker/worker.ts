import { existsSync } from "node:fs";
import type { Env } from "../config/source.ts";
import { openMeter } from "../delivery/meter.ts";
import { readInbox } from "../hook/inbox.ts";
import { describeOutcome } from "../otlp/describe.ts";
import type { OnStep } from "../state/commit.ts";
import { recover } from "../state/commit.ts";
import { readDeliveryState } from "../state/delivery-state.ts";
import { ensureHome, type Home } from "../state/home.ts";
import { takeLock } from "../state/lock.ts";
import { appendLine } from "../state/log.ts";
import { removeLeftovers } from "../state/remove-leftovers.ts";
import { closeAbandoned, SWEEP_EVERY_MS } from "./close-abandoned.ts";
import { createDestinations, type Destinations } from "./destinations.ts";
import { drainInbox, type Worked } from "./drain-inbox.ts";

export interface WorkerOptions {
  home: Home;
  env: Env;
  nowMs?: () => number;
  onStep?: OnStep;
}

/**
 * The background process: delivers what the inbox names, then sweeps. At most one works at a time; another one leaves
 * its event to it. Between its last look at the inbox and letting go of the lock an event may come whose own worker
 * found the lock taken: so it looks once more afterwards.
 */
export async function runWorker(options: WorkerOptions): Promise<void> {
  const { home, nowMs = Date.now } = options;
  const log = (line: string) => appendLine(home.log, `${new Date(nowMs()).toISOString()} ${line}`);
  if (!existsSync(home.root)) return;
  ensureHome(home);
  for (;;) {
    const lock = takeLock(home.lock, nowMs);
    if (lock === undefined) return;
    let worked: Worked;
    try {
      worked = await workWithLock(options, lock.isHeld, log);
    } finally {
      lock.release();
    }
    if (worked.stopped || !readInbox(home.inbox).some(worked.isNew)) return;
  }
}

async function workWithLock(
  { home, env, onStep, nowMs = Date.now }: WorkerOptions,
  isHeld: () => boolean,
  log: (line: string) => void,
): Promise<Worked> {
  recover(home);
  const meter = openMeter(home, nowMs, log);
  const ticks = () => performance.now();
  const destinations = createDestinations({
    home,
    env,
    meter,
    nowMs,
    ticks,
    isHeld,
    log,
    ...(onStep === undefined ? {} : { onStep }),
  });
  try {
    const worked = await drainInbox({ home, deliver: destinations.deliver, nowMs, ticks, log });
    const swept = await sweepWhenDue(home, worked, destinations, nowMs());
    for (const destination of destinations.used()) {
      const failure = await meter.send(destination, isHeld);
      if (failure !== undefined) log(describeOutcome(failure, destination.metrics?.url ?? ""));
    }
    if (destinations.used().length > 0) destinations.saveState(swept ? { lastSweepMs: nowMs() } : {});
    return worked;
  } finally {
    await destinations.shutdown();
  }
}

/** Returns whether it was done, and all of what it found delivered. */
async function sweepWhenDue(
  home: Home,
  { stopped }: Worked,
  destinations: Destinations,
  nowMs: number,
): Promise<boolean> {
  const noted = readDeliveryState(home).lastSweepMs ?? 0;
  // A sweep of the future was one before the clock was set back; nobody knows when that was.
  const lastSweepMs = noted > nowMs ? 0 : noted;
  if (nowMs - lastSweepMs <= SWEEP_EVERY_MS) return false;
  removeLeftovers(home, nowMs);
  const destination = destinations.used()[0];
  if (stopped || destination === undefined) return false;
  const { idleCloseMs } = destination.delivery.session;
  return closeAbandoned({
    home,
    deliver: destinations.deliver,
    nowMs,
    lastSweepMs,
    idleCloseMs,
  });
}
