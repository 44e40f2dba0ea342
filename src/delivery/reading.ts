import { type Signal, signals } from "../config/signals.ts";
import { readSession } from "../files/read-session.ts";
import type { ReadState } from "../files/read-state.ts";
import type { FileFacts } from "../session/finish/finish.ts";
import type { Finished } from "../session/model.ts";
import type { SessionOptions } from "../session/options.ts";
import { type Change, commit, type OnStep } from "../state/commit.ts";
import type { HookFacts } from "../state/position/hook-facts.ts";
import { memoryOf, type Position, positionChange } from "../state/position/position.ts";
import type { OpenPosition } from "../state/position/position-files.ts";
import { beginReplay, laterOf, takeNew, type Watermark } from "../state/position/watermark.ts";
import { requireRoom } from "../state/room.ts";
import type { World } from "../state/world.ts";
import type { Destination } from "./destination.ts";
import type { Outlet, Parcel, Waiting } from "./outlet.ts";
import type { Trouble } from "./send-items.ts";

/** The right to send, and who wants to know how it goes. */
export interface Watch {
  /** Whether the lock is still ours: what another process may be sending must not be committed by this one. */
  isHeld: () => boolean;
  /** Steps at which a test can end the process. */
  onStep?: OnStep;
  /** Told of everything that is read, whether an outlet wants it or not. */
  onPieces?: (pieces: readonly Finished[]) => void;
  /** What is known of another session that has been read and not yet been committed. */
  peek?: (sessionId: string) => ReadState | undefined;
}

/** `accepted`: how many items of each signal; `rejected`: of all of them. */
export type Delivered = { accepted: Partial<Record<Signal, number>>; rejected: number } & (
  | { kind: "delivered" }
  | { kind: "trouble"; outlet: Outlet; trouble: Trouble }
  | { kind: "lost_lock" }
);

export interface SessionToDeliver extends OpenPosition {
  hook: HookFacts;
  /** Copies of the transcript in other folders. */
  copies?: readonly string[];
}

/** A session between its files and a destination. */
export interface Reading {
  readonly position: Position;
  /** A parcel for each outlet that wants the session. */
  readonly parcels: readonly { outlet: Outlet; parcel: Parcel }[];
  /** What waits in all parcels. */
  waiting(): Waiting;
  /**
   * Reads on, until there is enough for a request, or to the end of what there is. Then `settle` is due before the next
   * call.
   */
  readOn(): "full" | "end";
  /**
   * Sends what waits, and moves the position behind it. `hold` is given what to commit, by a caller who has sent already,
   * holds the lock and has asked the disk for room. Returns why the session cannot go on.
   */
  settle(hold?: (changes: readonly Change[]) => void): Promise<Delivered | undefined>;
  /** Once all is settled. */
  delivered(): Delivered;
  /** Gives up what was taken and not settled. The position must be loaded anew. */
  discard(): void;
  /** How many bytes the position takes, with what lies beside it. */
  readonly stateBytes: number;
}

/** So many items are sent before reading goes on. A request holds 512: the turn that is the last one rarely needs a second. */
const COMMIT_ITEMS = 400;

/** A session that is over, and whose file is no larger, may be resumed: its rows are looked for in the file then. */
const SOON_READ_BYTES = 8_000_000;

/** Opens what is new in a session for a destination. The position is changed in place. */
export function openReading(
  { hook, position, files, copies = [] }: SessionToDeliver,
  facts: FileFacts,
  destination: Destination,
  world: World,
  { isHeld, onStep = () => {}, onPieces, peek }: Watch,
): Reading {
  const { place, outlets } = destination;
  const session = { sessionId: position.read.session.sessionId, hook };
  const parcels = outlets
    .filter((outlet) => outlet.wants(session))
    .map((outlet) => ({ outlet, parcel: outlet.open(session) }));
  const total: Pick<Delivered, "accepted" | "rejected"> = { accepted: {}, rejected: 0 };
  let committed = JSON.stringify(position);
  const offsetBefore = position.read.main?.offset;
  let isDirty = false;
  const pieces = readSession(position.path, position.read, {
    ...facts,
    session: readOptions(hook, destination.session),
    copies,
    ...files.reading,
    peek: (sessionId) => peek?.(sessionId) ?? files.reading.peek(sessionId),
    onReplaced(path) {
      world.log(`${path} is another file than before and is read from its start`);
      const known = Object.values(position.outlets).reduce<Watermark>(
        (sum, { until }) => laterOf(sum, until),
        {},
      );
      for (const { outlet } of parcels) beginReplay(memoryOf(position, outlet.signal), known);
    },
  });

  const stateBytes = () => committed.length + (position.read.archive?.bytes ?? 0);

  function waiting(): Waiting {
    const sum = { items: 0, bytes: 0 };
    for (const { parcel } of parcels) {
      sum.items += parcel.waiting.items;
      sum.bytes += parcel.waiting.bytes;
    }
    return sum;
  }

  return {
    position,
    parcels,
    waiting,
    get stateBytes() {
      return stateBytes();
    },
    readOn() {
      for (let next = pieces.next(); next.done !== true; next = pieces.next()) {
        isDirty = true;
        onPieces?.(next.value);
        for (const { outlet, parcel } of parcels) {
          const fresh = takeNew(memoryOf(position, outlet.signal), next.value);
          if (fresh.length > 0) parcel.take(fresh);
        }
        if (waiting().items >= COMMIT_ITEMS) return "full";
      }
      return "end";
    },
    async settle(hold) {
      if (!isDirty && position.read.main?.offset === offsetBefore) return undefined;
      if (hold === undefined) {
        if (!isHeld()) return { kind: "lost_lock", ...total };
        requireRoom(world.home, stateBytes());
      }
      onStep("deliver: before sending");
      const { settled, stopped } = await settleAll(parcels, position);
      onStep("deliver: after sending");
      if (hold === undefined && !isHeld()) return { kind: "lost_lock", ...total };
      for (const signal of signals) {
        const count = settled.accepted[signal] ?? 0;
        if (count > 0) total.accepted[signal] = (total.accepted[signal] ?? 0) + count;
      }
      total.rejected += settled.rejected;
      if (stopped !== undefined) {
        commit(world.home, [positionChange(place, withMemories(committed, position))], onStep);
        return { kind: "trouble", ...stopped, ...total };
      }
      const spans = settled.accepted.traces ?? 0;
      if (spans + settled.rejected > 0)
        position.lastDelivery = { atMs: world.nowMs(), spans, rejected: settled.rejected };
      delete position.vanishedMs;
      const changes = parcels.flatMap(
        ({ outlet, parcel }) => parcel.change(memoryOf(position, outlet.signal)) ?? [],
      );
      const isSoonRead = facts.ended && (position.read.main?.offset ?? 0) < SOON_READ_BYTES;
      const [state, ...beside] = files.changes(isSoonRead);
      const all = [state, ...beside, ...changes];
      if (hold === undefined) commit(world.home, all, onStep);
      else hold(all);
      committed = state.content;
      isDirty = false;
      return undefined;
    },
    delivered: () => ({ kind: "delivered", ...total }),
    discard() {
      for (const { parcel } of parcels) parcel.discard();
      pieces.return(undefined);
    },
  };
}

/** Below a span of somebody else's there are no parts. */
export function readOptions(hook: HookFacts, options: SessionOptions): SessionOptions {
  const isInTrace = hook.starts.some(({ inbound }) => inbound?.sampled);
  return isInTrace ? { ...options, maxSpansPerTrace: Number.POSITIVE_INFINITY } : options;
}

async function settleAll(parcels: Reading["parcels"], position: Position) {
  const sum: Pick<Delivered, "accepted" | "rejected"> = { accepted: {}, rejected: 0 };
  for (const { outlet, parcel } of parcels) {
    const { accepted, rejected, trouble } = await parcel.settle(memoryOf(position, outlet.signal));
    sum.accepted[outlet.signal] = accepted;
    sum.rejected += rejected;
    if (trouble !== undefined) return { settled: sum, stopped: { outlet, trouble } };
  }
  return { settled: sum, stopped: undefined };
}

/** The position as it was, but for what backends have accepted or refused before the trouble began. */
function withMemories(committed: string, { outlets }: Position): Position {
  const before = JSON.parse(committed) as Position;
  for (const [signal, { taken, refused }] of Object.entries(outlets)) {
    const memory = memoryOf(before, signal as keyof Position["outlets"]);
    if (taken === undefined || taken.length === 0) delete memory.taken;
    else memory.taken = taken;
    if (refused === undefined) delete memory.refused;
    else memory.refused = refused;
  }
  return before;
}
