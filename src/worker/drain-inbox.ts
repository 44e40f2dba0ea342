import { setTimeout as sleep } from "node:timers/promises";
import { type HookEvent, readInbox } from "../hook/inbox.ts";
import { type Awaited, addEvent, newAwaited } from "./awaited.ts";
import { type FollowWorld, followSession } from "./follow-session.ts";

/** How often the inbox is looked at while sessions are attended. */
const INBOX_MS = 250;

/** How the work ended. */
export interface Worked {
  /** Something is wrong that the next event may find repaired: nothing more is tried now. */
  stopped: boolean;
  /** Whether an event has not been looked at. */
  isNew: (event: HookEvent) => boolean;
}

/** Attends to every session that has an event in the inbox, until nothing is new and nothing is about to finish. */
export async function drainInbox(world: FollowWorld): Promise<Worked> {
  const active = new Map<string, { awaited: Awaited; done: Promise<void> }>();
  const seen = new Set<string>();
  let stopped = false;
  for (;;) {
    for (const event of stopped ? [] : readInbox(world.home.inbox)) {
      if (seen.has(keyOf(event))) continue;
      seen.add(keyOf(event));
      const known = active.get(event.sessionId);
      if (known !== undefined && !known.awaited.closed) {
        addEvent(known.awaited, event, world.ticks());
        continue;
      }
      const awaited = newAwaited(event.sessionId);
      addEvent(awaited, event, world.ticks());
      const done = followSession(awaited, world, () => stopped)
        .then((result) => {
          if (result === "stopped") stopped = true;
        })
        .finally(() => {
          if (active.get(event.sessionId)?.awaited === awaited) active.delete(event.sessionId);
        });
      active.set(event.sessionId, { awaited, done });
    }
    if (active.size === 0) return { stopped, isNew: (event) => !seen.has(keyOf(event)) };
    // The look at the inbox alone keeps nobody here.
    const nextLook = sleep(INBOX_MS, undefined, { ref: false });
    await Promise.race([...[...active.values()].map(({ done }) => done), nextLook]);
  }
}

/** Hooks name events by their process ids, which come back: in a container, after a few events. */
function keyOf(event: HookEvent): string {
  return `${event.files} ${event.atMs}`;
}
