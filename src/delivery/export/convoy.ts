import { UserError } from "../../config/user-error.ts";
import type { ReadState } from "../../files/read-state.ts";
import { defaultLimits } from "../../otlp/batches.ts";
import { type Change, commitEach } from "../../state/commit.ts";
import { memoryOf } from "../../state/position/position.ts";
import { requireRoom } from "../../state/room.ts";
import { type Begun, noteDelivered } from "./export-one.ts";
import type { Export } from "./export-work.ts";

/**
 * Sends several small sessions in one request, and reads the next ones while the request is under way. If a request
 * fails, the convoy hands its sessions back, and the caller delivers each one alone.
 */
interface Convoy {
  /** Takes a session that has been read. Returns the sessions that the caller must now deliver alone, in this order. */
  add(begun: Begun): Promise<readonly Begun[]>;
  /** Sends the sessions that wait. Returns the sessions that the caller must deliver alone. */
  end(): Promise<readonly Begun[]>;
  /** Waits until the request under way is answered and its positions are committed. Never rejects. */
  arrival(): Promise<void>;
  /** How far a session has been read while its position is not yet committed. */
  peek(sessionId: string): ReadState | undefined;
}

/** The remaining tenth of a request is for what its spans share. */
const MOST_BYTES = defaultLimits.maxBytes * 0.9;

/** At most this many positions are written together. */
const MOST_SESSIONS = 64;

/** Makes an empty convoy. `add` and `end` reject with a `UserError` if another process has taken the lock. */
export function createConvoy(work: Export): Convoy {
  const { destination, world, lock } = work;
  let group: Begun[] = [];
  let sum = { items: 0, bytes: 0 };
  let onItsWay: Promise<readonly Begun[]> = Promise.resolve([]);
  const aboard = new Map<string, ReadState>();

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
    const failed = await onItsWay;
    const next = group;
    group = [];
    sum = { items: 0, bytes: 0 };
    onItsWay = failed.length > 0 || next.length === 0 ? Promise.resolve([]) : deliver(next);
    // Prevents an unhandled rejection: the next `send` awaits this promise and gets the error.
    onItsWay.catch(() => {});
    return alone(failed.length > 0 ? [...failed, ...next] : []);
  }

  function alone(sessions: readonly Begun[]): readonly Begun[] {
    for (const { look } of sessions) aboard.delete(look.sessionId);
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
      aboard.delete(begun.look.sessionId);
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
      aboard.set(begun.look.sessionId, begun.reading.position.read);
      // Lets the request under way proceed before the next session is read.
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
    peek: (sessionId) => aboard.get(sessionId),
  };
}

/**
 * Whether a session can share a request. A session that was sent in part, that has rejected items, or that is larger
 * than one request goes alone.
 */
function mayTravel({ reading, at }: Begun): boolean {
  const memories = reading.parcels.map(({ outlet }) => memoryOf(reading.position, outlet.signal));
  return (
    at === "end" && memories.every(({ taken = [], refused }) => taken.length === 0 && refused === undefined)
  );
}
