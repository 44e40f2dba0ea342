import { createHash } from "node:crypto";
import type { Digest } from "./code-cache.ts";

/** For programs that load `node:crypto` anyway. */
export const sha256: Digest = {
  bytes: 32,
  of(parts) {
    const hash = createHash("sha256");
    for (const part of parts) hash.update(part);
    return hash.digest();
  },
};
