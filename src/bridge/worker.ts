import { existsSync } from "node:fs";
import type { Env } from "../config/source.ts";
import { describeOutcome } from "../otlp/describe.ts";
import type { OnStep } from "./commit.ts";
import { recover } from "./commit.ts";
import { createCouriers } from "./couriers.ts";
import { readDeliveryState } from "./delivery-state.ts";
import { ensureHome, type Home } from "./home.ts";
import { readInbox } from "./inbox.ts";
import { takeLock } from "./lock.ts";
import { appendLine } from "./log.ts";
import { openMeter } from "./meter.ts";
import { SWEEP_EVERY_MS, sweep } from "./sweep.ts";
import { tidy } from "./tidy.ts";
import { workOff } from "./work.ts";

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
    let done: boolean;
    try {
      done = await workWithLock(options, lock.isHeld, log);
    } finally {
      lock.release();
    }
    if (!done || readInbox(home.inbox).length === 0) return;
  }
}

async function workWithLock(
  { home, env, onStep, nowMs = Date.now }: WorkerOptions,
  isHeld: () => boolean,
  log: (line: string) => void,
): Promise<boolean> {
  recover(home);
  const meter = openMeter(home, nowMs, log);
  const couriers = createCouriers({
    home,
    env,
    meter,
    nowMs,
    isHeld,
    log,
    ...(onStep === undefined ? {} : { onStep }),
  });
  try {
    const done = await workOff({
      home,
      deliver: couriers.deliver,
      nowMs,
      ticks: () => performance.now(),
      log,
    });
    const { lastSweepMs = 0 } = readDeliveryState(home);
    const isDue = Math.abs(nowMs() - lastSweepMs) > SWEEP_EVERY_MS;
    if (isDue) tidy(home, nowMs());
    const courier = couriers.used()[0];
    if (done && isDue && courier !== undefined) {
      const { idleCloseMs } = courier.delivery.session;
      await sweep({ home, deliver: couriers.deliver, nowMs: nowMs(), lastSweepMs, idleCloseMs });
    }
    for (const courier of couriers.used()) {
      const failure = await meter.send(courier, isHeld);
      if (failure !== undefined) log(describeOutcome(failure, courier.metrics?.url ?? ""));
    }
    if (couriers.used().length > 0) couriers.saveState(done && isDue ? { lastSweepMs: nowMs() } : {});
    return done;
  } finally {
    await couriers.shutdown();
  }
}
