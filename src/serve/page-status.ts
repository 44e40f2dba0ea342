import { type SessionStatus, statusOf } from "../search/session-status.ts";

/** A running session that writes nothing for this long is stuck, or waits for something outside. */
const STUCK_MS = 10 * 60_000;

/** What a session does, on the page. */
export type PageStatus = SessionStatus | "stuck";

/** `living`: the sessions of running clients. `outcome`: that of the last turn, and `lastMs`, when it last wrote. */
export function pageStatus(
  sessionId: string,
  { outcome, lastMs = 0 }: { outcome?: string; lastMs?: number },
  living: ReadonlySet<string>,
  nowMs: number,
): PageStatus {
  const status = statusOf(outcome, living.has(sessionId));
  return status === "running" && nowMs - lastMs > STUCK_MS ? "stuck" : status;
}
