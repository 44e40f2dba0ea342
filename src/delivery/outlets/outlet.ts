import type { Signal } from "../../config/signals.ts";
import type { Finished } from "../../session/model.ts";
import type { Change } from "../../state/commit.ts";
import type { HookFacts } from "../../state/position/hook-facts.ts";
import type { OutletMemory } from "../../state/position/position.ts";
import type { Settled, Trouble } from "./send-items.ts";

/**
 * One signal of one destination. A delivery opens a parcel for a session, fills it with the session's finished pieces,
 * and moves the position when every outlet has settled its parcel. To add a signal, add a row in `config/signals.ts`, a
 * payload in `otlp/sender.ts` and an outlet in `create-outlets.ts`.
 */
export interface Outlet {
  readonly signal: Signal;
  readonly url: string;
  /** Whether this outlet sends the session. */
  wants(session: OutletSession): boolean;
  /** Opens a parcel for the session's items of this signal. */
  open(session: OutletSession): Parcel;
  /**
   * Sends the items of several sessions' parcels as one request. `accepted`: `settle` does not send them again.
   * `apart`: the items did not fit into one request, the backend rejected it, or it failed. `unanswered`: it failed,
   * and the backend may have accepted it. After a failure, `settle` of the first parcel reports it.
   */
  sendTogether(parcels: readonly Parcel[]): Promise<"accepted" | "apart" | "unanswered">;
  /**
   * Sends what needs no position, after all sessions are delivered. `isHeld`: whether this process still holds the
   * lock.
   */
  flush(isHeld: () => boolean): Promise<Flushed>;
  /**
   * What this outlet knows of a session whose position is lost, so that nothing is delivered twice. Undefined: nothing.
   */
  remembered(sessionId: string): OutletMemory | undefined;
}

/** The items of one session at one outlet. */
export interface Parcel {
  /** Makes items of new pieces. They count only when the position is committed. */
  take(pieces: readonly Finished[]): void;
  /** How many items wait for `settle`, and how many bytes they take in a request. */
  readonly waiting: Waiting;
  /**
   * Sends the items that must be accepted or set aside before the position moves. Records in `memory` which items need
   * not be sent again.
   */
  settle(memory: OutletMemory): Promise<Settled>;
  /** The file to commit together with the position, if any. */
  change(memory: OutletMemory): Change | undefined;
  /** Drops the items. The position did not move, so the same pieces will come again. */
  discard(): void;
  /**
   * The items as plain data for a parcel of the same outlet in another thread. Missing if the signal's items cannot go
   * to another thread.
   */
  pack?(): unknown;
  unpack?(packed: unknown): void;
}

/** Number of waiting items, and the bytes that they take in a request. */
export interface Waiting {
  items: number;
  bytes: number;
}

/** Whether the backend has accepted anything, and the failure, if any. */
interface Flushed {
  isAccepted: boolean;
  trouble?: Trouble;
}

export interface OutletSession {
  sessionId: string;
  hook: HookFacts;
}

/** What an outlet reports if it has nothing to send, before and after. */
export const NOTHING_WAITS: Waiting = { items: 0, bytes: 0 };
export const NOTHING_SETTLED: Settled = { accepted: 0, rejected: 0 };
