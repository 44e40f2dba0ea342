import { createHash } from "node:crypto";

/**
 * Whether a session belongs to the share whose spans are sent. The answer is the same for all its turns and on every
 * machine. `share`: 0 to 1.
 */
export function isSampled(sessionId: string, share: number): boolean {
  if (share >= 1) return true;
  const digest = createHash("sha256").update(`ccotel/sample\u0000${sessionId}`).digest();
  return digest.readUInt32BE(0) / 2 ** 32 < share;
}
