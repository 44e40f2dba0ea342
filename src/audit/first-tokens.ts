import type { Finished } from "../session/model.ts";
import { walk } from "../session/walk.ts";

/** How many requests in the pieces have an exact time to their first token. The others have a bound or no time. */
export function exactFirstTokensIn(pieces: readonly Finished[]): number {
  let count = 0;
  walk(pieces, {
    request({ firstChunkMs }) {
      if (firstChunkMs !== undefined) count++;
    },
  });
  return count;
}
