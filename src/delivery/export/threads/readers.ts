import { sep } from "node:path";
import { isFileTrouble } from "../../../files/file-trouble.ts";
import { NewerStateError } from "../../../state/state-file.ts";
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
    for (const look of looks) yield* beginIfReadable(work, look, peek);
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
      if (look !== undefined) yield* beginIfReadable(work, look, peek);
      else if (threads.areBusy()) await threads.arrival();
      else return;
    }
  } finally {
    await threads.stop();
  }
}

/** Yields the beginning of the session, or nothing if it cannot be read, and notes that in the result. */
function* beginIfReadable(work: Export, look: Look, peek: Known["peek"]): Generator<Begun> {
  let begun: Begun;
  try {
    begun = begin(work, look, peek);
  } catch (error) {
    if (!isOf(look, error)) throw error;
    work.result.unread = [...(work.result.unread ?? []), error];
    return;
  }
  yield begun;
}

/**
 * Whether the error is about the session: its files, or its state, which a newer version wrote. Trouble with ccotel's
 * own files also concerns the next session.
 */
function isOf({ path, copies = [] }: Look, error: unknown): error is Error {
  if (error instanceof NewerStateError) return true;
  if (!isFileTrouble(error)) return false;
  const { path: file = "" } = error;
  return [path, ...copies].some((one) => file === one || file.startsWith(one.replace(/\.jsonl$/, sep)));
}
