import type { Watch } from "../../reading.ts";
import type { Begun } from "../export-one.ts";
import { begin } from "../export-one.ts";
import type { Export, Look } from "../export-work.ts";
import { mayBeShared, startThreads, threadsFor } from "./threads.ts";

/** What a running export knows of its sessions. */
interface Known {
  peek: NonNullable<Watch["peek"]>;
  /** Whether a position file of the session exists, even a damaged one. */
  hasPosition: (look: Look) => boolean;
}

/**
 * Reads each session up to the size of one request. If there is much to read and a core to spare, threads read the
 * sessions that have no position, in any order. The main thread reads the others, and helps while no result waits for
 * it.
 */
export async function* readSessions(
  work: Export,
  looks: readonly Look[],
  { peek, hasPosition }: Known,
): AsyncGenerator<Begun> {
  const isShared = (look: Look) => !hasPosition(look) && mayBeShared(work, look);
  const shared = looks.filter(isShared);
  const count = threadsFor(work, shared);
  if (count === 0) {
    for (const look of looks) yield begin(work, look, peek);
    return;
  }
  const own = looks.filter((look) => !isShared(look));
  const threads = startThreads(work, shared, count);
  try {
    for (;;) {
      const begun = threads.take();
      if (begun !== undefined) {
        yield begun;
        continue;
      }
      const look = own.shift() ?? threads.giveBack();
      if (look !== undefined) yield begin(work, look, peek);
      else if (threads.areBusy()) await threads.arrival();
      else return;
    }
  } finally {
    await threads.stop();
  }
}
