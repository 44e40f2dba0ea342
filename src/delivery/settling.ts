import { signals } from "../config/signals.ts";
import { mayHaveArrived } from "../otlp/outcome.ts";
import { type Change, commit } from "../state/commit.ts";
import { destinationStateChange } from "../state/destinations/destination-state.ts";
import { memoryOf, type Position, positionChange } from "../state/position/position.ts";
import type { SessionEnd } from "../state/position/under-way.ts";
import { requireRoom } from "../state/room.ts";
import type { World } from "../state/world.ts";
import type { OpenPlace } from "./open-place.ts";
import type { Waiting } from "./outlets/outlet.ts";
import type { Delivered, ReadElsewhere, Reading, Watch } from "./reading.ts";

/** The part of a reading that sends items and moves the position. */
type Settling = Omit<Reading, "readOn" | "settle" | "ending"> & {
  /** `changes` returns the files to commit so that the next reading continues from here. */
  settle(
    hold: Parameters<Reading["settle"]>[0],
    changes: () => readonly [position: Change, ...beside: Change[]],
    ending: SessionEnd | undefined,
  ): ReturnType<Reading["settle"]>;
};

/** Opens the sending part of a reading. `before`: the saved position as JSON text. */
export function openSettling(
  { position, before, parcels }: Pick<ReadElsewhere, "position" | "before" | "parcels">,
  { place, state, underWay }: Pick<OpenPlace, "place" | "state" | "underWay">,
  world: World,
  { isHeld, onStep = () => {} }: Watch,
): Settling {
  const total: Pick<Delivered, "accepted" | "rejected"> = { accepted: {}, rejected: 0 };
  const { sessionId } = position.read.session;
  let committed = before;

  const stateBytes = () => committed.length + (position.read.archive?.bytes ?? 0);

  function waiting(): Waiting {
    const sum = { items: 0, bytes: 0 };
    for (const { parcel } of parcels) {
      sum.items += parcel.waiting.items;
      sum.bytes += parcel.waiting.bytes;
    }
    return sum;
  }

  /**
   * The results of sending, if items were rejected: `status` must know of them, and the next worker must know how much
   * the backend has accepted by now, even if this process is killed.
   */
  function resultsOf(rejected: number): Change[] {
    const isDoubt = Object.values(position.outlets).some(({ refused }) => refused !== undefined);
    return rejected > 0 || isDoubt ? [destinationStateChange(place, state)] : [];
  }

  return {
    position,
    parcels,
    waiting,
    stateBytes,
    async settle(hold, changes, ending) {
      const wasUnderWay = underWay.of(sessionId) !== undefined;
      if (hold === undefined) {
        if (!isHeld()) return { kind: "lost_lock", ...total };
        requireRoom(world.home, stateBytes());
        if (ending !== undefined) await underWay.begin([ending]);
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
        const reached = positionChange(place, withMemories(committed, position));
        commit(world.home, [reached, ...resultsOf(settled.rejected)], onStep);
        if (!wasUnderWay && !mayHaveArrived(stopped.trouble.outcome)) underWay.settle([sessionId]);
        underWay.save();
        return { kind: "trouble", ...stopped, ...total };
      }
      const spans = settled.accepted.traces ?? 0;
      if (spans + settled.rejected > 0)
        position.lastDelivery = { atMs: world.nowMs(), spans, rejected: settled.rejected };
      delete position.vanishedMs;
      const ofOutlets = parcels.flatMap(
        ({ outlet, parcel }) => parcel.change(memoryOf(position, outlet.signal)) ?? [],
      );
      const [saved, ...beside] = changes();
      const all = [saved, ...beside, ...ofOutlets, ...resultsOf(settled.rejected)];
      if (hold === undefined) {
        commit(world.home, all, onStep);
        underWay.settle([sessionId]);
        underWay.save();
      } else hold(all);
      committed = saved.content;
      return undefined;
    },
    delivered: () => ({ kind: "delivered", ...total }),
    discard() {
      for (const { parcel } of parcels) parcel.discard();
    },
  };
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

/** The committed position, with the ids of the items that the backends accepted or rejected before the failure. */
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
