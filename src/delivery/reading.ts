import type { Signal } from "../config/signals.ts";
import type { ReadEnd } from "../files/read-end.ts";
import type { ReadState } from "../files/read-state.ts";
import type { Finished } from "../session/model.ts";
import type { Change, OnStep } from "../state/commit.ts";
import type { HookFacts } from "../state/position/hook-facts.ts";
import type { Position } from "../state/position/position.ts";
import type { OpenPosition } from "../state/position/position-files.ts";
import type { SessionEnd } from "../state/position/under-way.ts";
import type { Outlet, Parcel, Waiting } from "./outlets/outlet.ts";
import type { Trouble } from "./outlets/send-items.ts";

/** The lock, and callbacks for what happens during a delivery. */
export interface Watch {
  /**
   * Whether this process still holds the lock. If not, it must not commit, because another process may be sending the
   * same items.
   */
  isHeld: () => boolean;
  /** Called before and after each step, so that a test can end the process there. */
  onStep?: OnStep;
  /** Called with all pieces that are read, even if no outlet wants them. */
  onPieces?: (pieces: readonly Finished[]) => void;
  /** The state of another session that has been read and is not yet committed. */
  peek?: (sessionId: string) => ReadState | undefined;
}

/** The result of a delivery. `accepted`: items of each signal. `rejected`: items of all signals. */
export type Delivered = { accepted: Partial<Record<Signal, number>>; rejected: number } & (
  | { kind: "delivered" }
  | { kind: "trouble"; outlet: Outlet; trouble: Trouble }
  | { kind: "lost_lock" }
);

/** A session with its position and what the hooks know of it. */
export interface SessionToDeliver extends OpenPosition {
  hook: HookFacts;
  /** Paths of copies of the transcript in other folders. */
  copies?: readonly string[];
  /** The session is read again soon. Until there is something to send, it is enough to know in memory what was read. */
  isFollowed?: boolean;
}

/** A session that is being read for a destination. */
export interface Reading {
  readonly position: Position;
  /** One parcel for each outlet that wants the session. */
  readonly parcels: readonly { outlet: Outlet; parcel: Parcel }[];
  /**
   * Up to where the session is about to be sent, if the end of its file counts as its end and something waits. The
   * caller that sends the items itself must record that first (`UnderWay`).
   */
  ending(): SessionEnd | undefined;
  /** The sum of what waits in all parcels. */
  waiting(): Waiting;
  /**
   * Reads until there is enough for one request (`full`) or until all is read (`end`). Call `settle` before the next
   * call.
   */
  readOn(): "full" | "end";
  /**
   * Sends the waiting items and moves the position past them. If `hold` is given, it gets the changes to commit: that
   * caller has sent the items, holds the lock and has checked the disk space. Returns the result if the session cannot
   * continue.
   */
  settle(hold?: (changes: readonly Change[]) => void): Promise<Delivered | undefined>;
  /** The result, after everything is settled. */
  delivered(): Delivered;
  /** Drops the pieces that are taken and not settled. The position must then be loaded again. */
  discard(): void;
  /** Bytes of the committed position and of the agents file beside it. */
  stateBytes(): number;
}

/**
 * A session that another thread has read to its end. `end`: where it ended. `before`: the position before the reading,
 * as JSON text. `beside`: the files to commit together with the new position.
 */
export type ReadElsewhere = Pick<Reading, "position" | "parcels"> & {
  end: ReadEnd;
  before: string;
  beside: readonly Change[];
};
