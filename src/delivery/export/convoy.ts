import { UserError } from "../../config/user-error.ts";
import type { ReadState } from "../../files/read-state.ts";
import { defaultLimits } from "../../otlp/batches.ts";
import { type Change, commitEach } from "../../state/commit.ts";
import { memoryOf } from "../../state/position/position.ts";
import { requireRoom } from "../../state/room.ts";
import { type Begun, noteDelivered } from "./export-one.ts";
import type { Export } from "./export-work.ts";

/**
 * Sessions that travel together: one request holds what is new of many small ones, and while it is on its way the next
 * are read. Where a request fails, its sessions are handed back, to be delivered one by one.
 */
export interface Convoy {
  /** Takes a session that has been read. Returns those that are to be delivered by themselves, now and in this order. */
  add(begun: Begun): Promise<readonly Begun[]>;
  /** Sends what waits; returns the same. */
  end(): Promise<readonly Begun[]>;
  /** Waits for the request that is on its way, and for what is committed behind it; never rejects. */
  arrival(): Promise<void>;
  /** How far a session has been read whose position is not committed yet. */
  peek(sessionId: string): ReadState | undefined;
}

/** The rest of a request is for what its spans share. */
const MOST_BYTES = defaultLimits.maxBytes * 0.9;

/** Positions of so many sessions are written together. */
const MOST_SESSIONS = 64;

export function createConvoy(work: Export): Convoy {
  const { destination, world, lock } = work;
  let group: Begun[] = [];
  let sum = { items: 0, bytes: 0 };
  let onItsWay: Promise<readonly Begun[]> = Promise.resolve([]);
  const underWay = new Map<string, ReadState>();

  function fits({ reading }: Begun): boolean {
    const { items, bytes } = reading.waiting();
    return (
      group.length < MOST_SESSIONS &&
      sum.items + items <= defaultLimits.maxSpans &&
      sum.bytes + bytes <= MOST_BYTES
    );
  }

  /** Sends the group once the one before it has arrived; where that has failed, nothing travels together. */
  async function send(): Promise<readonly Begun[]> {
    const failed = await onItsWay;
    const next = group;
    group = [];
    sum = { items: 0, bytes: 0 };
    onItsWay = failed.length > 0 || next.length === 0 ? Promise.resolve([]) : deliver(next);
    // Whoever waits for it is told.
    onItsWay.catch(() => {});
    return alone(failed.length > 0 ? [...failed, ...next] : []);
  }

  function alone(sessions: readonly Begun[]): readonly Begun[] {
    for (const { look } of sessions) underWay.delete(look.sessionId);
    return sessions;
  }

  /** Returns the sessions if they were not accepted together. */
  async function deliver(sessions: readonly Begun[]): Promise<readonly Begun[]> {
    requireHeld();
    const stateBytes = sessions.reduce((bytes, { reading }) => bytes + reading.stateBytes, 0);
    requireRoom(world.home, stateBytes);
    for (const outlet of destination.outlets) {
      const parcels = sessions.flatMap(({ reading }) =>
        reading.parcels.flatMap((one) => (one.outlet === outlet ? [one.parcel] : [])),
      );
      if (!(await outlet.sendTogether(parcels))) return sessions;
    }
    requireHeld();
    const commits: (readonly Change[])[] = [];
    for (const { reading } of sessions) await reading.settle((changes) => void commits.push(changes));
    await commitEach(world.home, commits);
    for (const begun of sessions) {
      noteDelivered(work, begun);
      underWay.delete(begun.look.sessionId);
    }
    return [];
  }

  function requireHeld(): void {
    if (!lock.isHeld()) throw new UserError("Another ccotel process is now sending.");
  }

  return {
    async add(begun) {
      if (!mayTravel(begun)) return [...(await this.end()), begun];
      const left = fits(begun) ? [] : await send();
      const { items, bytes } = begun.reading.waiting();
      sum = { items: sum.items + items, bytes: sum.bytes + bytes };
      group.push(begun);
      underWay.set(begun.look.sessionId, begun.reading.position.read);
      // What is on its way gets a turn before the next session is read.
      await new Promise(setImmediate);
      return left;
    },
    async end() {
      const left = await send();
      return left.length > 0 ? left : alone(await send());
    },
    arrival: () =>
      onItsWay.then(
        () => {},
        () => {},
      ),
    peek: (sessionId) => underWay.get(sessionId),
  };
}

/** What was sent in part, or refused before, goes by itself; so does what more than one request holds. */
function mayTravel({ reading, at }: Begun): boolean {
  const memories = reading.parcels.map(({ outlet }) => memoryOf(reading.position, outlet.signal));
  return (
    at === "end" && memories.every(({ taken = [], refused }) => taken.length === 0 && refused === undefined)
  );
}
