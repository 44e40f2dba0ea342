import { createHash } from "node:crypto";

/** Whether a session is among the share whose spans are sent: the same for all of its turns, on every machine. */
export function isSampled(sessionId: string, share: number): boolean {
  if (share >= 1) return true;
  const digest = createHash("sha256").update(`ccotel/sample\u0000${sessionId}`).digest();
  return digest.readUInt32BE(0) / 2 ** 32 < share;
}
