import type { Env } from "../config/source.ts";
import { retryAfterOf } from "../delivery/backoff.ts";
import { deliverSession } from "../delivery/deliver.ts";
import { createDestination, type Destination } from "../delivery/destination.ts";
import { prepare } from "../delivery/load.ts";
import { counterFor, type Meter } from "../delivery/meter.ts";
import { describeOutcome } from "../otlp/describe.ts";
import type { Outcome } from "../otlp/outcome.ts";
import type { FileFacts } from "../session/finish.ts";
import type { OnStep } from "../state/commit.ts";
import { type DeliveryState, readDeliveryState, writeDeliveryState } from "../state/delivery-state.ts";
import type { Home } from "../state/home.ts";
import type { SavedSession } from "../state/session-store.ts";
import { VERSION } from "../version.ts";
import type { DeliverOnce } from "./follow-session.ts";
import { configDirOf, placesOf } from "./places.ts";

/** The backends of a worker: one for each folder of Claude Code that ccotel is set up for. */
export interface Destinations {
  deliver: DeliverOnce;
  /** All destinations that were used. */
  used(): Destination[];
  /** Writes down how the sending went, for `status` and the next worker. */
  saveState(change?: Partial<DeliveryState>): void;
  shutdown(): Promise<void>;
}

export interface DestinationsWorld {
  home: Home;
  /** What the worker was started with, which `configure` has written down. */
  env: Env;
  meter: Meter;
  nowMs: () => number;
  /** A clock that never jumps, in milliseconds. */
  ticks: () => number;
  isHeld: () => boolean;
  log: (line: string) => void;
  onStep?: OnStep;
}

/** A backend that asks for more is asked again after so long: it may have been repaired. */
const LONGEST_HOLD_MS = 3_600_000;

export function createDestinations(world: DestinationsWorld): Destinations {
  const known = new Map<string, Promise<Destination | "unconfigured" | "faulty">>();
  const places = placesOf(world.home, world.env);
  const used: Destination[] = [];
  const state = readDeliveryState(world.home);
  const enqueue = createQueue();

  /** Which backend a session goes to is a matter of the settings that it runs under, and of nothing that it says. */
  function forSession({ path }: SavedSession): Promise<Destination | "unconfigured" | "faulty"> {
    const configDir = configDirOf(path, places);
    const destination = known.get(configDir) ?? open(configDir);
    known.set(configDir, destination);
    return destination;
  }

  async function open(configDir: string): Promise<Destination | "unconfigured" | "faulty"> {
    const prepared = await prepare({
      env: { ...world.env, CLAUDE_CONFIG_DIR: configDir },
      isInstalled: true,
      otelFromEnvironment: false,
      userAgent: `ccotel/${VERSION}`,
      homeDir: places.homeDir,
    });
    for (const { severity, message } of prepared.problems)
      if (severity !== "note") world.log(message.replaceAll("\n", " "));
    if (prepared.readiness === "faulty") return "faulty";
    if (prepared.readiness !== "ready") return "unconfigured";
    // Positions must not move on where spans were meant to go but cannot.
    const { traces } = prepared.config;
    if (traces.enabled && traces.url !== undefined && prepared.sender.traces === undefined) return "faulty";
    const destination = createDestination(world.home, prepared, world);
    used.push(destination);
    remember(destination);
    return destination;
  }

  async function deliverTo(
    destination: Destination,
    saved: SavedSession,
    lookNow: () => FileFacts,
  ): ReturnType<DeliverOnce> {
    const { backoff } = destination;
    const waitMs = backoff.waitMs(world.ticks());
    if (waitMs === undefined) return "gave_up";
    if (waitMs > 0) return { waitMs };
    const result = await deliverSession(saved, lookNow(), {
      ...destination.delivery,
      meter: counterFor(world.meter, destination, false),
    });
    if (result.kind === "lost_lock") return "lost_lock";
    state.rejectedSpans = (state.rejectedSpans ?? 0) + result.rejected;
    if (result.kind === "delivered") {
      if (result.spans > 0) noteSuccess(destination);
      return "delivered";
    }
    noteFailure(destination, result.outcome);
    return "failed";
  }

  function noteSuccess({ backoff }: Destination): void {
    backoff.succeeded();
    state.lastSuccessMs = world.nowMs();
    delete state.lastFailure;
    delete state.notBeforeMs;
  }

  function noteFailure({ backoff, tracesUrl: endpoint = "" }: Destination, outcome: Outcome): void {
    const message = describeOutcome(outcome, endpoint);
    world.log(message);
    backoff.failed(outcome, world.ticks());
    const atMs = world.nowMs();
    state.lastFailure = { atMs, kind: outcome.kind, message, endpoint };
    const retryAfterMs = Math.min(retryAfterOf(outcome), LONGEST_HOLD_MS);
    if (retryAfterMs > 0) state.notBeforeMs = atMs + retryAfterMs;
  }

  /** What earlier workers learned about the backend. */
  function remember({ backoff, delivery, tracesUrl }: Destination): void {
    if (delivery.traces !== undefined) delivery.traces.refusals.inARow = state.refusalsInARow ?? 0;
    const holdMs = (state.notBeforeMs ?? 0) - world.nowMs();
    // Beyond the longest time that is ever noted, the clock has been set back.
    const holds = holdMs > 0 && holdMs <= LONGEST_HOLD_MS && state.lastFailure?.endpoint === tracesUrl;
    if (holds) backoff.holdUntil(world.ticks() + holdMs, world.ticks());
  }

  return {
    used: () => used,
    async deliver(saved, lookNow) {
      const destination = await forSession(saved);
      if (destination === "unconfigured" || destination === "faulty") return destination;
      // One delivery at a time: they share the metrics, the connection and the patience with the backend.
      return enqueue(() => deliverTo(destination, saved, lookNow));
    },
    saveState(change = {}) {
      const refusalsInARow = Math.max(
        0,
        ...used.map(({ delivery }) => delivery.traces?.refusals.inARow ?? 0),
      );
      writeDeliveryState(world.home, Object.assign(state, { refusalsInARow }, change));
    },
    async shutdown() {
      await Promise.all(used.map(({ sender }) => sender.close()));
    },
  };
}

function createQueue(): <T>(task: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  return (task) => {
    const next = last.then(task, task);
    last = next.catch(() => {});
    return next;
  };
}
