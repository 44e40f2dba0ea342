import { availableParallelism } from "node:os";
import type { Signal } from "../../../config/signals.ts";
import { startPool } from "../../../pool.ts";
import { newHookFacts } from "../../../state/position/hook-facts.ts";
import { parsePosition } from "../../../state/position/position.ts";
import { openParcels, takeReading } from "../../open-reading.ts";
import type { Begun } from "../export-one.ts";
import type { Export, Look } from "../export-work.ts";
import { READING_THREAD, type ReadResult, type ReadThis, type ThreadSetup } from "./messages.ts";

/**
 * Bytes of transcripts that justify one thread. V8 compiles the reader again for each thread, which takes half a
 * second.
 */
const LEAST_BYTES = 150_000_000;

/** A larger transcript usually holds more than fits into one request. */
const LARGE_BYTES = 4_000_000;

/** Sessions that one thread has been given and that are not yet taken. This bounds what is in memory. */
const AHEAD = 6;

/** Cores that the main thread needs, together with V8's compilation and garbage collection for all threads. */
const BUSY_CORES = 2;

/** With more threads, the main thread could not send as fast as they read. */
const MOST_THREADS = 4;

/** Threads that read sessions. */
interface Threads {
  /** Removes and returns a session that a thread has read; undefined if none waits. */
  take(): Begun | undefined;
  /**
   * Removes and returns a session for the main thread: one that a thread could not read, or the last one that no thread
   * has been given.
   */
  giveBack(): Look | undefined;
  areBusy(): boolean;
  /** Resolves when a new result may be there. */
  arrival(): Promise<void>;
  stop(): Promise<void>;
}

/**
 * Whether a thread may read the session: it is small, and no event in the inbox names it. Only the main thread knows
 * the events.
 */
export function mayBeShared({ events }: Export, { sessionId, files }: Look): boolean {
  return files.bytes < LARGE_BYTES && events.every((event) => event.sessionId !== sessionId);
}

/**
 * How many threads are worth starting for these sessions. Only spans can go from thread to thread, so an export that
 * sends logs or counts sessions uses no threads. Findings need the sessions in order, because what is new to a project
 * depends on earlier sessions.
 */
export function threadsFor({ request, destination }: Export, looks: readonly Look[]): number {
  const { threads, resend, countMetrics } = request;
  const has = (wanted: Signal) => destination.outlets.some(({ signal }) => signal === wanted);
  const { findings } = request.prepared.config;
  if (threads === undefined || resend || countMetrics || findings) return 0;
  if (!has("traces") || has("logs")) return 0;
  const bytes = looks.reduce((sum, { files }) => sum + files.bytes, 0);
  const spare = Math.max(0, (threads.cores ?? availableParallelism()) - BUSY_CORES);
  const worthwhile = Math.floor(bytes / (threads.leastBytes ?? LEAST_BYTES));
  return Math.min(worthwhile, looks.length, MOST_THREADS, spare);
}

/** Starts `count` threads that read these sessions. The caller must `stop` them. */
export function startThreads(work: Export, looks: readonly Look[], count: number): Threads {
  const { request, destination, world, lock } = work;
  const { config, sender, homeDir, priceFile } = request.prepared;
  const data: ThreadSetup = {
    config,
    // Threads send nothing.
    sender: {
      proxy: {},
      userAgent: "",
      traces: { ...sender.traces, headers: {}, tls: {} },
    } as ThreadSetup["sender"],
    homeDir,
    priceFile,
  };
  const program = request.threads?.program ?? "";
  const left: Look[] = [];
  const lookOf = new Map(
    looks.map((look): [ReadThis, Look] => {
      const { sessionId, path, copies } = look;
      return [{ sessionId, path, ...(copies && { copies }) }, look];
    }),
  );
  const pool = startPool<ReadThis, ReadResult>([...lookOf.keys()], {
    program,
    argument: READING_THREAD,
    data,
    count,
    ahead: AHEAD,
  });

  function begunOf(result: ReadResult, look: Look): Begun | undefined {
    const position = parsePosition(result.position);
    if (position === undefined) return undefined;
    const parcels = openParcels(destination, {
      sessionId: look.sessionId,
      hook: newHookFacts(look.sessionId, look.path),
    });
    for (const [index, { parcel }] of parcels.entries()) parcel.unpack?.(result.parcels[index]);
    const { end, before, beside, summary } = result;
    const reading = takeReading({ position, end, before, beside, parcels }, destination, world, lock);
    // A thread gives no session back of which nothing waits.
    return { look, reading, at: "end", ended: true, hasNews: () => true, summary: () => summary };
  }

  return {
    take() {
      for (let next = pool.take(); next !== undefined; next = pool.take()) {
        const look = lookOf.get(next.task) as Look;
        const begun = next.result === undefined ? undefined : begunOf(next.result, look);
        if (begun !== undefined) return begun;
        left.push(look);
      }
      return undefined;
    },
    giveBack() {
      if (left.length > 0) return left.shift();
      const task = pool.giveBack();
      return task === undefined ? undefined : lookOf.get(task);
    },
    areBusy: () => pool.areBusy() || left.length > 0,
    arrival: () => (left.length > 0 ? Promise.resolve() : pool.arrival()),
    stop: pool.stop,
  };
}
