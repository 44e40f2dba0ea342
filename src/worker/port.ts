import type { SessionToDeliver } from "../delivery/reading.ts";
import type { FileFacts } from "../session/finish/finish.ts";
import type { OpenPosition } from "../state/position/position-files.ts";

/** One destination, as a worker that follows a session sees it. */
export interface Port {
  key: string;
  idleCloseMs: number;
  /** Where the session is for this destination. */
  open(sessionId: string, path: string): OpenPosition;
  /**
   * Sends what is new; `lookNow` is called when its turn has come. After anything but `delivered` the position must be
   * opened anew.
   */
  deliver(session: SessionToDeliver, lookNow: () => FileFacts): Promise<Verdict>;
  /** Whether the session was refused before, and nothing has been accepted since: others come first. */
  isDoubted(sessionId: string): boolean;
}

/** How a delivery ended, for whoever must decide what comes next. */
export type Verdict =
  | { kind: "delivered" }
  /** Not now, and not before so long: then it may be tried again. */
  | { kind: "wait"; ms: number }
  /** Not in this process. `session`: others may still be tried. */
  | { kind: "stop"; reason: "session" | "destination" | "lock" };
