import type { SessionToDeliver } from "../delivery/reading.ts";
import type { FileFacts } from "../session/finish/finish.ts";
import type { OpenPosition } from "../state/position/position-files.ts";

/** One destination as seen by a worker that follows a session. */
export interface Port {
  key: string;
  idleCloseMs: number;
  /** Opens the session's position for this destination. */
  open(sessionId: string, path: string): OpenPosition;
  /**
   * Sends what is new. Calls `lookNow` when it is the session's turn. If the result is not `delivered`, the caller must
   * open the position again.
   */
  deliver(session: SessionToDeliver, lookNow: () => FileFacts): Promise<Verdict>;
  /** Saves how far a session has been read, if its deliveries have left that out. */
  keep(session: OpenPosition): void;
  /**
   * Whether the backend rejected items of the session and has accepted nothing since. Other sessions then come first.
   */
  isDoubted(sessionId: string): boolean;
}

/** How a delivery ended, and so what the caller may do next. */
export type Verdict =
  | { kind: "delivered" }
  /** Not now. The caller may try again after `ms`. */
  | { kind: "wait"; ms: number }
  /** Not in this process. `session`: other sessions may still be tried. */
  | { kind: "stop"; reason: "session" | "destination" | "lock" };
