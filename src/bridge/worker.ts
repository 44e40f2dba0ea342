import { existsSync } from "node:fs";
import type { Env } from "../config/source.ts";
import { describeOutcome } from "../otlp/describe.ts";
import type { OnStep } from "./commit.ts";
import { recover } from "./commit.ts";
import { type Couriers, createCouriers } from "./couriers.ts";
import { readDeliveryState } from "./delivery-state.ts";
import { ensureHome, type Home } from "./home.ts";
import { readInbox } from "./inbox.ts";
import { takeLock } from "./lock.ts";
import { appendLine } from "./log.ts";
import { openMeter } from "./meter.ts";
import { SWEEP_EVERY_MS, sweep } from "./sweep.ts";
import { tidy } from "./tidy.ts";
import { type Worked, workOff } from "./work.ts";

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
  const couriers = createCouriers({
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
    const worked = await workOff({ home, deliver: couriers.deliver, nowMs, ticks, log });
    const swept = await sweepWhenDue(home, worked, couriers, nowMs());
    for (const courier of couriers.used()) {
      const failure = await meter.send(courier, isHeld);
      if (failure !== undefined) log(describeOutcome(failure, courier.metrics?.url ?? ""));
    }
    if (couriers.used().length > 0) couriers.saveState(swept ? { lastSweepMs: nowMs() } : {});
    return worked;
  } finally {
    await couriers.shutdown();
  }
}

/** Returns whether it was done, and all of what it found delivered. */
async function sweepWhenDue(
  home: Home,
  { stopped }: Worked,
  couriers: Couriers,
  nowMs: number,
): Promise<boolean> {
  const noted = readDeliveryState(home).lastSweepMs ?? 0;
  // A sweep of the future was one before the clock was set back; nobody knows when that was.
  const lastSweepMs = noted > nowMs ? 0 : noted;
  if (nowMs - lastSweepMs <= SWEEP_EVERY_MS) return false;
  tidy(home, nowMs);
  const courier = couriers.used()[0];
  if (stopped || courier === undefined) return false;
  const { idleCloseMs } = courier.delivery.session;
  return sweep({ home, deliver: couriers.deliver, env: courier.env, nowMs, lastSweepMs, idleCloseMs });
}
