import type { Env } from "../config/source.ts";
import { describeOutcome } from "../otlp/describe.ts";
import { VERSION } from "../version.ts";
import type { DeliverOnce } from "./attend.ts";
import type { OnStep } from "./commit.ts";
import { type Courier, createCourier } from "./courier.ts";
import { deliverSession } from "./deliver.ts";
import { type DeliveryState, readDeliveryState, writeDeliveryState } from "./delivery-state.ts";
import type { Home } from "./home.ts";
import { counterFor, type Meter } from "./meter.ts";
import { prepare } from "./prepare.ts";

/** The backends of a worker: usually one, but each session brings its own environment. */
export interface Couriers {
  deliver: DeliverOnce;
  /** The courier for an environment, when anything may be sent there. */
  forEnv(env: Env): Promise<Courier | "unconfigured" | "faulty">;
  /** All couriers that were used. */
  used(): Courier[];
  /** Writes down how the sending went, for `status` and the next worker. */
  saveState(change?: Partial<DeliveryState>): void;
  shutdown(): Promise<void>;
}

export interface CouriersWorld {
  home: Home;
  /** What the worker itself was started with: below each event's own variables. */
  env: Env;
  meter: Meter;
  nowMs: () => number;
  isHeld: () => boolean;
  log: (line: string) => void;
  onStep?: OnStep;
}

export function createCouriers(world: CouriersWorld): Couriers {
  const known = new Map<string, Promise<Courier | "unconfigured" | "faulty">>();
  const used: Courier[] = [];
  const state = readDeliveryState(world.home);
  const enqueue = createQueue();

  function forEnv(env: Env): Promise<Courier | "unconfigured" | "faulty"> {
    const merged: Record<string, string | undefined> = { ...world.env, ...env };
    // What differs from turn to turn says nothing about where to send.
    for (const name of ["TRACEPARENT", "TRACESTATE", "CLAUDE_PID", "CLAUDE_CODE_ENTRYPOINT"])
      delete merged[name];
    const key = JSON.stringify(Object.entries(merged).sort());
    const courier = known.get(key) ?? open(merged);
    known.set(key, courier);
    return courier;
  }

  async function open(env: Env): Promise<Courier | "unconfigured" | "faulty"> {
    const prepared = await prepare({ env, otelFromEnvironment: false, userAgent: `ccotel/${VERSION}` });
    for (const { severity, message } of prepared.problems) if (severity === "error") world.log(message);
    if (prepared.readiness === "faulty") return "faulty";
    if (prepared.readiness !== "ready") return "unconfigured";
    // Positions must not move on where spans were meant to go but cannot.
    const { traces } = prepared.config;
    if (traces.enabled && traces.url !== undefined && prepared.sender.traces === undefined) return "faulty";
    const courier = createCourier(world.home, prepared, world);
    used.push(courier);
    return courier;
  }

  return {
    forEnv,
    used: () => used,
    async deliver(saved, facts, env) {
      const courier = await forEnv(env);
      if (courier === "unconfigured" || courier === "faulty") return courier;
      // One delivery at a time: they share the metrics and the connection.
      const result = await enqueue(() =>
        deliverSession(saved, facts, { ...courier.delivery, meter: counterFor(world.meter, courier, false) }),
      );
      if (result.kind === "lost_lock") return "lost_lock";
      state.rejectedSpans = (state.rejectedSpans ?? 0) + result.rejected;
      if (result.kind === "delivered") {
        if (result.spans > 0) {
          state.lastSuccessMs = world.nowMs();
          delete state.lastFailure;
        }
        return "delivered";
      }
      const { outcome } = result;
      const endpoint = courier.tracesUrl ?? "";
      const message = describeOutcome(outcome, endpoint);
      world.log(message);
      state.lastFailure = { atMs: world.nowMs(), kind: outcome.kind, message, endpoint };
      return outcome;
    },
    saveState(change = {}) {
      writeDeliveryState(world.home, Object.assign(state, change));
    },
    async shutdown() {
      await Promise.all(used.map(({ sender }) => sender.shutdown()));
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
