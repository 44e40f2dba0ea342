import type { Signal } from "../config/signals.ts";
import type { ReadState } from "../files/read-state.ts";
import type { Finished } from "../session/model.ts";
import type { Change, OnStep } from "../state/commit.ts";
import type { HookFacts } from "../state/position/hook-facts.ts";
import type { Position } from "../state/position/position.ts";
import type { OpenPosition } from "../state/position/position-files.ts";
import type { Outlet, Parcel, Waiting } from "./outlets/outlet.ts";
import type { Trouble } from "./outlets/send-items.ts";

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

/**
 * A session that was read to its end elsewhere. `before`: the position, as text, from which it was read; `beside`: what must
 * be committed with the position that it was read to.
 */
export type ReadElsewhere = Pick<Reading, "position" | "parcels"> & {
  before: string;
  beside: readonly Change[];
};
