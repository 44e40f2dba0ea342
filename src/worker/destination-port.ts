import { deliverSession, saveProgress } from "../delivery/deliver.ts";
import { type Destination, noteAccepted, noteTrouble, openPosition } from "../delivery/destination.ts";
import type { OpenPlace } from "../delivery/open-place.ts";
import type { SessionToDeliver, Watch } from "../delivery/reading.ts";
import type { FileFacts } from "../session/finish/finish.ts";
import { withFiles } from "../state/position/position-files.ts";
import type { World } from "../state/world.ts";
import type { Port, Verdict } from "./port.ts";
import type { Queue } from "./queue.ts";

/** A place with the queue of its deliveries: one at a time, because all share metrics, connection and backoff. */
export type QueuedPlace = OpenPlace & { enqueue: Queue };

/** The port through which sessions reach a destination whose state is in `opened`. */
export function destinationPort(
  opened: QueuedPlace,
  destination: Destination,
  world: World,
  watch: Watch,
): Port {
  return {
    key: opened.place.key,
    idleCloseMs: destination.session.idleCloseMs,
    open: (sessionId, path) => withFiles(opened.place, openPosition(destination, sessionId, path, world.log)),
    deliver: (session, lookNow) =>
      opened.enqueue(() => deliverTo(destination, session, lookNow, world, watch)),
    keep: (session) => saveProgress(session, world, watch),
    isDoubted: (sessionId) => opened.state.doubted?.includes(sessionId) === true,
  };
}

async function deliverTo(
  destination: Destination,
  session: SessionToDeliver,
  lookNow: () => FileFacts,
  world: World,
  watch: Watch,
): Promise<Verdict> {
  const { backoff, state } = destination;
  const held = verdictOf(backoff.waitMs(world.ticks()));
  if (held !== undefined) return held;
  const result = await deliverSession(session, lookNow(), destination, world, watch);
  if (result.kind === "lost_lock") return { kind: "stop", reason: "lock" };
  const others = (state.doubted ?? []).filter((id) => id !== session.hook.sessionId);
  state.doubted = others;
  noteAccepted(destination, result.accepted, world.nowMs());
  if (result.kind === "delivered") return { kind: "delivered" };
  noteTrouble(destination, result.outlet.signal, result.trouble, world);
  if (result.trouble.isDoubt) {
    state.doubted = [...others, session.hook.sessionId].slice(-MAX_DOUBTED);
    backoff.doubted();
    return { kind: "stop", reason: "session" };
  }
  backoff.failed(result.trouble.outcome, world.ticks());
  return verdictOf(backoff.waitMs(world.ticks())) ?? { kind: "wait", ms: 0 };
}

const MAX_DOUBTED = 100;

function verdictOf(waitMs: number | undefined): Verdict | undefined {
  if (waitMs === undefined) return { kind: "stop", reason: "destination" };
  return waitMs > 0 ? { kind: "wait", ms: waitMs } : undefined;
}
