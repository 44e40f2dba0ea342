/** A running session that writes nothing for this long is stuck, or waits for something outside. */
const STUCK_MS = 10 * 60_000;

/** What a session does. `killed`: its client is gone, and no record shows how its last turn ended. */
export type SessionStatus = "running" | "waiting" | "stuck" | "ended" | "killed";

/** `living`: the sessions of running clients. `outcome`: that of the last turn, and `lastMs`, when it last wrote. */
export function sessionStatus(
  sessionId: string,
  { outcome, lastMs = 0 }: { outcome?: string; lastMs?: number },
  living: ReadonlySet<string>,
  nowMs: number,
): SessionStatus {
  if (!living.has(sessionId)) return outcome === "cut_off" || outcome === "unfinished" ? "killed" : "ended";
  if (outcome !== "unfinished") return "waiting";
  return nowMs - lastMs > STUCK_MS ? "stuck" : "running";
}
