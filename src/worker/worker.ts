import { existsSync } from "node:fs";
import { flush } from "../delivery/destination.ts";
import type { Watch } from "../delivery/reading.ts";
import { dict } from "../dict.ts";
import { type HookEvent, readInbox } from "../hook/inbox.ts";
import { type OnStep, recover } from "../state/commit.ts";
import { ensureHome } from "../state/home.ts";
import { takeLock } from "../state/lock.ts";
import { migrate } from "../state/migrate.ts";
import { removeLeftovers } from "../state/remove-leftovers.ts";
import { pruneStatusLines } from "../state/statusline.ts";
import { readWorkerState, type WorkerState, writeWorkerState } from "../state/worker-state.ts";
import type { World } from "../state/world.ts";
import { closeAbandoned, deliverKilled, SWEEP_EVERY_MS } from "./close-abandoned.ts";
import { createDestinations, type Destinations } from "./destinations.ts";
import { type Drained, drainInbox } from "./drain-inbox.ts";
import { pruneSessions } from "./prune-sessions.ts";

/**
 * The background process. Delivers the sessions that the inbox names, then what killed Claude Code processes have left,
 * then sweeps. At most one worker runs at a time; a second one exits and leaves its event to the first. Such an event
 * may arrive after the last look at the inbox and before the lock is released, so the worker looks at the inbox once
 * more after the release. Returns whether a backend has accepted anything.
 */
export async function runWorker(world: World, onStep?: OnStep): Promise<boolean> {
  const { home, nowMs, log } = world;
  if (!existsSync(home.root)) return false;
  ensureHome(home, (aside) =>
    log(`A link or file was in the place of a folder of ccotel; it is now ${aside}.`),
  );
  let hasSent = false;
  for (;;) {
    const lock = takeLock(home.lock, nowMs);
    if (lock === undefined) return hasSent;
    let drained: Worked;
    try {
      const { isHeld } = lock;
      drained = await workWithLock(world, onStep === undefined ? { isHeld } : { isHeld, onStep });
    } finally {
      lock.release();
    }
    hasSent ||= drained.hasSent;
    if (drained.isLeft || !readInbox(home.inbox).some(drained.isNew)) return hasSent;
  }
}

async function workWithLock(world: World, watch: Watch): Promise<Worked> {
  const { home } = world;
  recover(home);
  migrate(home);
  const state = readWorkerState(home);
  let before = JSON.stringify(state);
  const startMs = world.nowMs();
  const destinations = createDestinations(world, watch);
  const isDoubted = (sessionId: string) => destinations.last().some((port) => port.isDoubted(sessionId));
  const onEvent = (event: HookEvent) => {
    if (!noteRunning(state, event) || !watch.isHeld()) return;
    try {
      // The event is removed when it is delivered. If this process is killed after that, the next worker must still
      // know the session.
      writeWorkerState(home, state);
      before = JSON.stringify(state);
    } catch {
      // It is saved again at the end. The current delivery does not need it.
    }
  };
  // Connections are left to the end of the process; idle ones do not keep it alive.
  const drained = await drainInbox({ ...world, destinations, onEvent, isDoubted });
  await deliverLeft(state, destinations, drained, world);
  for (const destination of destinations.used()) await flush(destination, world, watch.isHeld);
  await destinations.tell();
  const [fault] = destinations.faults();
  if (fault !== undefined) state.fault = { atMs: world.nowMs(), message: fault };
  else if (destinations.used().length > 0) delete state.fault;
  if (watch.isHeld()) {
    destinations.saveState();
    if (JSON.stringify(state) !== before) writeWorkerState(home, state);
  }
  const hasSent = destinations
    .used()
    .some(({ state: { signals } }) =>
      Object.values(signals).some(({ lastSuccessMs = 0 }) => lastSuccessMs >= startMs),
    );
  return { ...drained, hasSent };
}

type Worked = Drained & { hasSent: boolean };

/**
 * Records which sessions have not ended, so that a later worker finds those whose Claude Code process was killed.
 * Returns whether a session was added.
 */
function noteRunning(state: WorkerState, { name, sessionId, env }: HookEvent): boolean {
  const running = dict(state.running);
  const pid = Number(env.CLAUDE_PID);
  const isNew = name !== "SessionEnd" && Number.isInteger(pid) && pid > 0 && running[sessionId] !== pid;
  if (name === "SessionEnd") delete running[sessionId];
  else if (isNew) running[sessionId] = pid;
  if (Object.keys(running).length > 0) state.running = running;
  else delete state.running;
  return isNew;
}

/** Delivers what no event has named: sessions of killed processes every time, and silent sessions once an hour. */
async function deliverLeft(
  state: WorkerState,
  destinations: Destinations,
  { isLeft }: Drained,
  world: World,
): Promise<void> {
  const ports = destinations.last();
  if (ports.length > 0 && state.running !== undefined) {
    const { running } = state;
    for (const sessionId of await deliverKilled(running, ports, world)) delete running[sessionId];
  }
  const nowMs = world.nowMs();
  const noted = state.lastSweepMs ?? 0;
  // A sweep in the future was recorded before the clock was set back. Its real time is unknown.
  const lastSweepMs = noted > nowMs ? 0 : noted;
  if (nowMs - lastSweepMs <= SWEEP_EVERY_MS) return;
  removeLeftovers(world.home, nowMs);
  pruneSessions(world.home, nowMs);
  pruneStatusLines(world.home, nowMs);
  if (isLeft || ports.length === 0) return;
  if (await closeAbandoned(ports, world, lastSweepMs)) state.lastSweepMs = nowMs;
}
