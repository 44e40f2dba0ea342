/** What a session does. `killed`: its client is gone, and no record shows how its last turn ended. */
export type SessionStatus = "running" | "waiting" | "ended" | "killed";

/** `outcome`: that of the last turn. `isLiving`: a running client has the session open. */
export function statusOf(outcome: string | undefined, isLiving: boolean): SessionStatus {
  if (isLiving) return outcome === "unfinished" ? "running" : "waiting";
  return outcome === "unfinished" || outcome === "cut_off" ? "killed" : "ended";
}
