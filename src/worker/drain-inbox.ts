import { type HookEvent, readInbox } from "../hook/inbox.ts";
import { type Awaited, addEvent, newAwaited } from "./awaited.ts";
import { type FollowWorld, followSession } from "./follow-session.ts";

/** How often the inbox is looked at while sessions are followed. */
const INBOX_MS = 250;

/** How the work ended. */
export interface Drained {
  /** Something could not be delivered, and its event stays. */
  isLeft: boolean;
  /** Whether an event has not been looked at. */
  isNew: (event: HookEvent) => boolean;
}

export interface DrainWorld extends FollowWorld {
  /** Told of each event when it is first seen. */
  onEvent?: (event: HookEvent) => void;
  /** Whether others come first: the session's items were refused, and it is not yet known whose fault that is. */
  isDoubted?: (sessionId: string) => boolean;
}

/** Follows every session that has an event in the inbox, until nothing is new and nothing is about to finish. */
export async function drainInbox(world: DrainWorld): Promise<Drained> {
  const active = new Map<string, { awaited: Awaited; done: Promise<void> }>();
  const seen = new Set<string>();
  const { isDoubted = () => false } = world;
  let isLeft = false;
  for (;;) {
    const events = readInbox(world.home.inbox).filter((event) => !seen.has(keyOf(event)));
    const ordered = events.toSorted(
      (a, b) => Number(isDoubted(a.sessionId)) - Number(isDoubted(b.sessionId)),
    );
    for (const event of ordered) {
      seen.add(keyOf(event));
      world.onEvent?.(event);
      const known = active.get(event.sessionId);
      if (known !== undefined && !known.awaited.closed) {
        addEvent(known.awaited, event, world.ticks());
        continue;
      }
      const awaited = newAwaited(event.sessionId);
      addEvent(awaited, event, world.ticks());
      const done = followSession(awaited, world)
        .then((result) => {
          isLeft ||= result === "left";
        })
        .finally(() => {
          if (active.get(event.sessionId)?.awaited === awaited) active.delete(event.sessionId);
        });
      active.set(event.sessionId, { awaited, done });
    }
    if (active.size === 0) return { isLeft, isNew: (event) => !seen.has(keyOf(event)) };
    // The look at the inbox alone does not keep the process here.
    const nextLook = world.sleep(INBOX_MS, "background");
    await Promise.race([...[...active.values()].map(({ done }) => done), nextLook]);
  }
}

/** Hooks name events by their process ids, which come back: in a container, after a few events. */
function keyOf(event: HookEvent): string {
  return `${event.files} ${event.atMs}`;
}
