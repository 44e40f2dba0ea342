import { type HookEvent, readInbox } from "../hook/inbox.ts";
import { type Awaited, addEvent, newAwaited } from "./awaited.ts";
import { type FollowWorld, followSession } from "./follow-session.ts";

/** How often the inbox is read while sessions are followed. */
const INBOX_MS = 250;

/** The result of `drainInbox`. */
export interface Drained {
  /** Something could not be delivered, and its event is still in the inbox. */
  isLeft: boolean;
  /** Whether an event has not been handled. */
  isNew: (event: HookEvent) => boolean;
}

interface DrainWorld extends FollowWorld {
  /** Called with each event when it is first seen. */
  onEvent?: (event: HookEvent) => void;
  /**
   * Whether other sessions come first, because the backend rejected items of this one and it is not yet known whether
   * the items or the backend are at fault.
   */
  isDoubted?: (sessionId: string) => boolean;
}

/**
 * Follows every session that has an event in the inbox, until there is no new event and no session is followed any
 * more.
 */
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
    // Waiting for the next look at the inbox does not keep the process alive.
    const nextLook = world.sleep(INBOX_MS, "background");
    await Promise.race([...[...active.values()].map(({ done }) => done), nextLook]);
  }
}

/**
 * File names start with process ids, which are used again: in a container, after a few events. So the time is part of
 * the key.
 */
function keyOf(event: HookEvent): string {
  return `${event.files} ${event.atMs}`;
}
