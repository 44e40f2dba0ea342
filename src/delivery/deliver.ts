import { type Signal, signals } from "../config/signals.ts";
import { readSession } from "../files/read-session.ts";
import type { FileFacts } from "../session/finish/finish.ts";
import type { Finished } from "../session/model.ts";
import type { SessionOptions } from "../session/options.ts";
import { type Change, commit, type OnStep } from "../state/commit.ts";
import type { HookFacts } from "../state/position/hook-facts.ts";
import {
  memoryOf,
  type Position,
  peekPosition,
  positionChange,
  positionFile,
} from "../state/position/position.ts";
import { ledgerFile, openSavedRows } from "../state/position/row-ledger.ts";
import { beginReplay, laterOf, takeNew, type Watermark } from "../state/position/watermark.ts";
import { requireRoom } from "../state/room.ts";
import type { World } from "../state/world.ts";
import type { Destination } from "./destination.ts";
import type { Outlet } from "./outlet.ts";
import type { Trouble } from "./send-items.ts";

/** The right to send, and who wants to know how it goes. */
export interface Watch {
  /** Whether the lock is still ours: what another process may be sending must not be committed by this one. */
  isHeld: () => boolean;
  /** Steps at which a test can end the process. */
  onStep?: OnStep;
  /** Told of everything that is read, whether an outlet wants it or not. */
  onPieces?: (pieces: readonly Finished[]) => void;
}

/** `accepted`: how many items of each signal; `rejected`: of all of them. */
export type Delivered = { accepted: Partial<Record<Signal, number>>; rejected: number } & (
  | { kind: "delivered" }
  | { kind: "trouble"; outlet: Outlet; trouble: Trouble }
  | { kind: "lost_lock" }
);

export interface SessionToDeliver {
  hook: HookFacts;
  position: Position;
  /** Copies of the transcript in other folders. */
  copies?: readonly string[];
}

/** Items that are gathered before a commit: as many as one request may hold. */
const COMMIT_ITEMS = 512;

/**
 * Reads what is new in a session, gives it to the outlets, and moves the position behind what they have settled. The
 * position is changed in place; after anything but `delivered` it must be loaded anew.
 */
export async function deliverSession(
  session: SessionToDeliver,
  facts: FileFacts,
  destination: Destination,
  world: World,
  watch: Watch,
): Promise<Delivered> {
  let result: Delivered | undefined;
  try {
    result = await deliverPieces(session, facts, destination, world, watch);
    return result;
  } finally {
    if (result?.kind !== "delivered") for (const outlet of destination.outlets) outlet.discard();
  }
}

async function deliverPieces(
  { hook, position, copies = [] }: SessionToDeliver,
  facts: FileFacts,
  destination: Destination,
  world: World,
  { isHeld, onStep = () => {}, onPieces }: Watch,
): Promise<Delivered> {
  const { place, outlets } = destination;
  const session = { sessionId: position.read.session.sessionId, hook };
  const wanted = outlets.filter((outlet) => outlet.wants(session));
  const offsetBefore = position.read.main?.offset;
  const total: Pick<Delivered, "accepted" | "rejected"> = { accepted: {}, rejected: 0 };
  let committed = JSON.stringify(position);
  const rows = openSavedRows(ledgerFile(positionFile(place, session.sessionId)), position.read);

  const settle = async (): Promise<Delivered | undefined> => {
    if (!isHeld()) return { kind: "lost_lock", ...total };
    requireRoom(world.home, committed.length);
    onStep("deliver: before sending");
    const { settled, stopped } = await settleAll(wanted, position);
    onStep("deliver: after sending");
    if (!isHeld()) return { kind: "lost_lock", ...total };
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
    const changes = wanted.flatMap(
      (outlet) => outlet.change(session, memoryOf(position, outlet.signal)) ?? [],
    );
    rows.save();
    const state: Change = positionChange(place, position);
    commit(world.home, [state, ...changes], onStep);
    committed = state.content;
    return undefined;
  };

  const options = readOptions(hook, destination.session);
  const onReplaced = (path: string) => {
    world.log(`${path} is another file than before and is read from its start`);
    const known = Object.values(position.outlets).reduce<Watermark>(
      (sum, { until }) => laterOf(sum, until),
      {},
    );
    for (const { signal } of wanted) beginReplay(memoryOf(position, signal), known);
  };
  let isDirty = false;
  for (const pieces of readSession(position.path, position.read, {
    ...facts,
    session: options,
    copies,
    openLedger: rows.open,
    peek: (sessionId) => peekPosition(place, sessionId)?.read,
    onReplaced,
  })) {
    isDirty = true;
    onPieces?.(pieces);
    for (const outlet of wanted) {
      const fresh = takeNew(memoryOf(position, outlet.signal), pieces);
      if (fresh.length > 0) outlet.take(fresh, session);
    }
    if (pendingOf(wanted) < COMMIT_ITEMS) continue;
    const failed = await settle();
    if (failed !== undefined) return failed;
    isDirty = false;
  }
  if (isDirty || position.read.main?.offset !== offsetBefore) {
    const failed = await settle();
    if (failed !== undefined) return failed;
  }
  return { kind: "delivered", ...total };
}

/** Below a span of somebody else's there are no parts. */
export function readOptions(hook: HookFacts, options: SessionOptions): SessionOptions {
  const isInTrace = hook.starts.some(({ inbound }) => inbound?.sampled);
  return isInTrace ? { ...options, maxSpansPerTrace: Number.POSITIVE_INFINITY } : options;
}

function pendingOf(outlets: readonly Outlet[]): number {
  return outlets.reduce((sum, { pending }) => sum + pending, 0);
}

async function settleAll(outlets: readonly Outlet[], position: Position) {
  const sum: Pick<Delivered, "accepted" | "rejected"> = { accepted: {}, rejected: 0 };
  for (const outlet of outlets) {
    const { accepted, rejected, trouble } = await outlet.settle(memoryOf(position, outlet.signal));
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
