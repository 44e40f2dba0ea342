import { availableParallelism } from "node:os";
import type { Config } from "../../../config/load.ts";
import type { FoundSession } from "../../../files/find-sessions.ts";
import { noteRead } from "../../../files/v8-flags.ts";
import { startPool } from "../../../pool.ts";
import type { Summary } from "../../../session/sums/summary.ts";
import type { Looked } from "../../../state/catalog/look-up.ts";
import { type Added, type AddThis, SUMMING_THREAD } from "./messages.ts";

/** Threads that add up sessions before the main thread asks for them. */
export interface AddingAhead {
  /**
   * Waits for the summary of a session, and notes it in the catalog. Undefined if no thread makes it: the main thread
   * reads the session itself.
   */
  of(session: FoundSession): Promise<Summary | undefined>;
  stop(): Promise<void>;
}

/** How many cores there are, and the work that justifies one thread, in bytes. Set in tests. */
export interface Machine {
  cores?: number;
  leastWork?: number;
}

/**
 * The work that justifies one thread, in bytes of transcripts. V8 compiles the reader again for each thread, which takes
 * half a second.
 */
const LEAST_WORK = 100_000_000;

/** What a session takes beside its bytes, as bytes: files are opened, and the sessions of its time are searched. */
const WORK_OF_SESSION = 100_000;

/** The core for the main thread, and for V8's compilation and garbage collection for all threads. */
const BUSY_CORES = 1;

/** Each thread takes up to 100 MB of memory. */
const MOST_THREADS = 6;

/** A thread gets sessions of this work at once, and the next ones meanwhile. */
const WORK_AT_ONCE = 4_000_000;
const AHEAD = 2;

/** A session that is not in the catalog. */
interface Unknown {
  session: FoundSession;
  looked: Looked;
}

/**
 * Starts threads that add up sessions, in this order. `key`: as `Looked.noteSummary` takes it. Undefined if threads
 * would not pay. The caller must `stop` them.
 */
export function addAhead(
  unknown: readonly Unknown[],
  { config, key, program }: { config: Config; key: string; program: string },
  { cores = availableParallelism(), leastWork = LEAST_WORK }: Machine,
): AddingAhead | undefined {
  const work = unknown.reduce((sum, one) => sum + workOf(one), 0);
  const count = Math.min(Math.floor(work / leastWork), unknown.length, MOST_THREADS, cores - BUSY_CORES);
  // The main thread would only wait for a single one.
  if (count < 2) return undefined;
  // V8's flags are those of the whole process, and threads set them, too.
  noteRead(work);
  const pool = startPool<AddThis[], (Added | undefined)[]>(portionsOf(unknown), {
    program,
    argument: SUMMING_THREAD,
    data: config,
    count,
    ahead: AHEAD,
  });
  /** The sessions whose results have not been taken. */
  const waiting = new Map(unknown.map(({ session, looked }) => [session, looked]));
  const summaries = new Map<FoundSession, Summary>();

  function takeIn(portion: AddThis[], results: (Added | undefined)[]): void {
    for (const [index, { session }] of portion.entries()) {
      const added = results[index];
      if (added !== undefined) {
        waiting.get(session)?.noteSummary(key, added.summary, added.kin);
        summaries.set(session, added.summary);
      }
      waiting.delete(session);
    }
  }

  return {
    async of(session) {
      while (waiting.has(session)) {
        const next = pool.take();
        if (next !== undefined) takeIn(next.task, next.result ?? []);
        else if (pool.areBusy()) await pool.arrival();
        // No thread runs any more.
        else break;
      }
      return summaries.get(session);
    },
    stop: pool.stop,
  };
}

function workOf({ looked }: Unknown): number {
  return looked.bytes + WORK_OF_SESSION;
}

/** Divides the sessions into what a thread gets at once. */
function portionsOf(unknown: readonly Unknown[]): AddThis[][] {
  const portions: AddThis[][] = [];
  let room = 0;
  for (const one of unknown) {
    if (room <= 0) {
      portions.push([]);
      room = WORK_AT_ONCE;
    }
    portions.at(-1)?.push({ session: one.session, kin: one.looked.kin() });
    room -= workOf(one);
  }
  return portions;
}
