import type { Watch } from "../../reading.ts";
import type { Begun } from "../export-one.ts";
import { begin } from "../export-one.ts";
import type { Export, Look } from "../export-work.ts";
import { mayBeShared, startThreads, threadsFor } from "./threads.ts";

/** What an export knows of its sessions. */
interface Known {
  peek: NonNullable<Watch["peek"]>;
  /** Whether there is a position of the session, be it a damaged one. */
  hasPosition: (look: Look) => boolean;
}

/**
 * Reads sessions, as far as one request holds each. Where there is much to read and a core to spare, threads read those that
 * were never sent and are over, in any order; the main thread reads the others, and helps while nothing waits for it.
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
