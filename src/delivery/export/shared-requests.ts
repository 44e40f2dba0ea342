import { UserError } from "../../config/user-error.ts";
import type { ReadState } from "../../files/read-state.ts";
import { defaultLimits } from "../../otlp/batches.ts";
import { type Change, commitEach } from "../../state/commit.ts";
import { memoryOf } from "../../state/position/position.ts";
import { requireRoom } from "../../state/room.ts";
import { type Begun, noteDelivered } from "./export-one.ts";
import type { Export } from "./export-work.ts";

/**
 * Requests that each carry several small sessions, while the caller reads the next ones. If a request fails, its
 * sessions are returned, and the caller delivers each one alone.
 */
interface SharedRequests {
  /** Takes a session that has been read. Returns the sessions that the caller must now deliver alone, in this order. */
  add(begun: Begun): Promise<readonly Begun[]>;
  /** Sends the sessions that wait. Returns the sessions that the caller must deliver alone. */
  end(): Promise<readonly Begun[]>;
  /** Waits until the request in flight is answered and its positions are committed. Never rejects. */
  arrival(): Promise<void>;
  /** How far a session has been read while its position is not yet committed. */
  peek(sessionId: string): ReadState | undefined;
}

/** The remaining tenth of a request is for what its spans share. */
const MOST_BYTES = defaultLimits.maxBytes * 0.9;

/** At most this many positions are written together. */
const MOST_SESSIONS = 64;

/** `add` and `end` reject with a `UserError` if another process has taken the lock. */
export function createSharedRequests(work: Export): SharedRequests {
  const { destination, world, lock } = work;
  let group: Begun[] = [];
  let sum = { items: 0, bytes: 0 };
  let inFlight: Promise<readonly Begun[]> = Promise.resolve([]);
  /** The sessions whose positions are not yet committed. */
  const uncommitted = new Map<string, ReadState>();

  function fits({ reading }: Begun): boolean {
    const { items, bytes } = reading.waiting();
    return (
      group.length < MOST_SESSIONS &&
      sum.items + items <= defaultLimits.maxItems &&
      sum.bytes + bytes <= MOST_BYTES
    );
  }

  /**
   * Sends the group when the request before it is answered. If that request failed, all its sessions and this group are
   * delivered one by one.
   */
  async function send(): Promise<readonly Begun[]> {
    const failed = await inFlight;
    const next = group;
    group = [];
    sum = { items: 0, bytes: 0 };
    inFlight = failed.length > 0 || next.length === 0 ? Promise.resolve([]) : deliver(next);
    // Prevents an unhandled rejection: the next `send` awaits this promise and gets the error.
    inFlight.catch(() => {});
    return handBack(failed.length > 0 ? [...failed, ...next] : []);
  }

  /** Forgets the sessions, which the caller must deliver alone, and returns them. */
  function handBack(sessions: readonly Begun[]): readonly Begun[] {
    for (const { look } of sessions) uncommitted.delete(look.sessionId);
    return sessions;
  }

  /** Returns the sessions if the backend did not accept all of them together. */
  async function deliver(sessions: readonly Begun[]): Promise<readonly Begun[]> {
    requireHeld();
    const stateBytes = sessions.reduce((bytes, { reading }) => bytes + reading.stateBytes(), 0);
    requireRoom(world.home, stateBytes);
    const ids = sessions.map(({ look }) => look.sessionId);
    await destination.underWay.begin(
      sessions.map(({ reading }) => reading.ending()).filter((end) => end !== undefined),
    );
    let isAccepted = false;
    for (const outlet of destination.outlets) {
      const parcels = sessions.flatMap(({ reading }) =>
        reading.parcels.flatMap((one) => (one.outlet === outlet ? [one.parcel] : [])),
      );
      const answer = await outlet.sendTogether(parcels);
      isAccepted ||= answer === "accepted" && parcels.some(({ waiting }) => waiting.items > 0);
      if (answer === "accepted") continue;
      if (answer === "apart" && !isAccepted) destination.underWay.settle(ids);
      return sessions;
    }
    requireHeld();
    const commits: (readonly Change[])[] = [];
    for (const { reading } of sessions) await reading.settle((changes) => void commits.push(changes));
    await commitEach(world.home, commits);
    destination.underWay.settle(ids);
    for (const begun of sessions) {
      noteDelivered(work, begun);
      uncommitted.delete(begun.look.sessionId);
    }
    return [];
  }

  function requireHeld(): void {
    if (!lock.isHeld()) throw new UserError("Another ccotel process is now sending.");
  }

  return {
    async add(begun) {
      if (!mayShare(begun)) return [...(await this.end()), begun];
      const left = fits(begun) ? [] : await send();
      const { items, bytes } = begun.reading.waiting();
      sum = { items: sum.items + items, bytes: sum.bytes + bytes };
      group.push(begun);
      uncommitted.set(begun.look.sessionId, begun.reading.position.read);
      // Lets the request in flight proceed before the next session is read.
      await new Promise(setImmediate);
      return left;
    },
    async end() {
      const left = await send();
      return left.length > 0 ? left : handBack(await send());
    },
    arrival: () =>
      inFlight.then(
        () => {},
        () => {},
      ),
    peek: (sessionId) => uncommitted.get(sessionId),
  };
}

/**
 * Whether a session can share a request. A session that was sent in part, that has rejected items, or that is larger
 * than one request goes alone.
 */
function mayShare({ reading, at }: Begun): boolean {
  const memories = reading.parcels.map(({ outlet }) => memoryOf(reading.position, outlet.signal));
  return (
    at === "end" && memories.every(({ taken = [], refused }) => taken.length === 0 && refused === undefined)
  );
}
