import type { Signal } from "../../config/signals.ts";
import type { Finished } from "../../session/model.ts";
import type { Change } from "../../state/commit.ts";
import type { HookFacts } from "../../state/position/hook-facts.ts";
import type { OutletMemory } from "../../state/position/position.ts";
import type { Settled, Trouble } from "./send-items.ts";

/**
 * One signal on its way to one destination. A delivery opens a parcel for a session, fills it with the session's finished
 * pieces, and moves the position when every outlet has settled its parcel. A new signal is a row in `config/signals.ts`,
 * its payload in `otlp/sender.ts`, and one more of these in `destination.ts`.
 */
export interface Outlet {
  readonly signal: Signal;
  readonly url: string;
  /** Whether a session's pieces go this way. */
  wants(session: OutletSession): boolean;
  /** A parcel for what of a session goes this way. */
  open(session: OutletSession): Parcel;
  /**
   * Sends what waits in parcels of several sessions as one request. True: it was accepted, and `settle` does not send it
   * again. False: it does not fit into one or was refused, or there was trouble, which the first parcel's `settle` tells.
   */
  sendTogether(parcels: readonly Parcel[]): Promise<boolean>;
  /** Sends what needs no position, once all sessions have been looked at. `isHeld`: whether the lock is still ours. */
  flush(isHeld: () => boolean): Promise<Flushed>;
  /** What this outlet knows of a session whose position is lost, so that nothing is delivered twice. */
  remembered(sessionId: string): OutletMemory | undefined;
}

/** What of one session goes through one outlet. */
export interface Parcel {
  /** Makes of new pieces what will be sent. Nothing of it counts before the position is committed. */
  take(pieces: readonly Finished[]): void;
  /** How many items wait for `settle`, and how many bytes of a request they take. */
  readonly waiting: Waiting;
  /** Sends what must have been accepted before the position moves. Notes in `memory` what need not be sent again. */
  settle(memory: OutletMemory): Promise<Settled>;
  /** What must be written together with the position. */
  change(memory: OutletMemory): Change | undefined;
  /** Forgets what was taken: the position did not move, and it will come again. */
  discard(): void;
  /** What waits, for a parcel of the same outlet in another thread, where the outlet's items can go there. */
  pack?(): unknown;
  unpack?(packed: unknown): void;
}

export interface Waiting {
  items: number;
  bytes: number;
}

/** Whether the backend has accepted anything, and what went wrong. */
export interface Flushed {
  isAccepted: boolean;
  trouble?: Trouble;
}

export interface OutletSession {
  sessionId: string;
  hook: HookFacts;
}

export const NOTHING_WAITS: Waiting = { items: 0, bytes: 0 };
export const NOTHING_SETTLED: Settled = { accepted: 0, rejected: 0 };
