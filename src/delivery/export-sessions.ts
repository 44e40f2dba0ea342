import { setTimeout as sleep } from "node:timers/promises";
import { UserError } from "../config/user-error.ts";
import { isOwnedByLivingClient } from "../files/alive.ts";
import { newReadState } from "../files/read-state.ts";
import { type HookEvent, readInbox } from "../hook/inbox.ts";
import { describeOutcome } from "../otlp/describe.ts";
import type { Outcome } from "../otlp/outcome.ts";
import { recover } from "../state/commit.ts";
import { openDeliveredIndex } from "../state/delivered-index.ts";
import { readDeliveryState, writeDeliveryState } from "../state/delivery-state.ts";
import { ensureHome, type Home } from "../state/home.ts";
import { type Lock, takeLock } from "../state/lock.ts";
import { appendLine } from "../state/log.ts";
import { loadSession, type SavedSession } from "../state/session-store.ts";
import { createBackoff } from "./backoff.ts";
import { type Delivered, deliverSession } from "./deliver.ts";
import { createDestination } from "./destination.ts";
import { noteHookFacts } from "./hook-facts.ts";
import type { Prepared } from "./load.ts";
import { counterFor, openMeter } from "./meter.ts";

export interface ExportRequest {
  home: Home;
  sessions: { sessionId: string; path: string }[];
  prepared: Prepared;
  /** Sends everything again, whatever has been sent. */
  resend: boolean;
  /** Counts the sessions in the metrics although no hook has named them. */
  countMetrics: boolean;
  /** Told before each session; bytes are of the transcripts. */
  onProgress?: (progress: { done: number; total: number; doneBytes: number; totalBytes: number }) => void;
}

export interface ExportResult {
  sessions: number;
  spansSent: number;
  spansRejected: number;
  failure?: { outcome: Outcome; endpoint: string };
}

/** How long a command waits for a worker that is sending. */
const WAIT_FOR_LOCK_MS = 30_000;

/** A command tells the user about trouble soon; a worker in the background has more patience. */
const ATTEMPTS = 3;

/**
 * Sends what has not been sent of the given sessions, sharing positions with the background worker. Stops at the first
 * failure that a few attempts do not overcome.
 */
export async function exportSessions(request: ExportRequest): Promise<ExportResult> {
  const { home } = request;
  ensureHome(home);
  const lock = await waitForLock(home);
  try {
    recover(home);
    return await exportWithLock(request, lock);
  } finally {
    lock.release();
  }
}

async function waitForLock(home: Home): Promise<Lock> {
  const until = performance.now() + WAIT_FOR_LOCK_MS;
  for (;;) {
    const lock = takeLock(home.lock);
    if (lock !== undefined) return lock;
    if (performance.now() > until) {
      throw new UserError("Another ccotel process is sending, and has been for half a minute.", {
        hint: `Try again in a minute; if nothing changes, look into ${home.log}.`,
      });
    }
    await sleep(200);
  }
}

async function exportWithLock(request: ExportRequest, lock: Lock): Promise<ExportResult> {
  const { home, prepared, sessions } = request;
  const log = (line: string) => appendLine(home.log, `${new Date().toISOString()} ${line}`);
  const destination = createDestination(home, prepared, { nowMs: Date.now, isHeld: lock.isHeld, log });
  const meter = openMeter(home, Date.now, log);
  const result: ExportResult = { sessions: 0, spansSent: 0, spansRejected: 0 };
  const events = readInbox(home.inbox);
  const index = openDeliveredIndex(home);
  const looks = sessions.map((session) => ({ ...session, files: index.look(session) }));
  const totalBytes = looks.reduce((sum, { files }) => sum + files.bytes, 0);
  let doneBytes = 0;
  try {
    for (const [position, { sessionId, path, files }] of looks.entries()) {
      request.onProgress?.({ done: position, total: sessions.length, doneBytes, totalBytes });
      if (!request.resend && files.isBelowWatermark) {
        doneBytes += files.bytes;
        continue;
      }
      const known = events.filter((event) => event.sessionId === sessionId);
      const load = (anew: boolean) => open(home, { sessionId, path }, known, anew && request.resend, log);
      const delivered = await exportOne(load, {
        ...destination.delivery,
        meter: counterFor(meter, destination, request.countMetrics),
      });
      if (delivered.kind === "lost_lock")
        throw new UserError("Another ccotel process has taken over the sending.");
      result.spansSent += delivered.spans;
      result.spansRejected += delivered.rejected;
      if (delivered.kind === "stopped") {
        result.failure = { outcome: delivered.outcome, endpoint: destination.tracesUrl ?? "" };
        return result;
      }
      result.sessions++;
      doneBytes += files.bytes;
      if (delivered.ended) files.note();
    }
    request.onProgress?.({ done: sessions.length, total: sessions.length, doneBytes, totalBytes });
    const failure = await meter.send(destination, lock.isHeld);
    const metricsUrl = destination.metrics?.url ?? "";
    // Whoever did not ask for metrics need not hear that a traces-only backend has no place for what hooks counted.
    if (failure !== undefined && request.countMetrics)
      result.failure = { outcome: failure, endpoint: metricsUrl };
    else if (failure !== undefined) log(describeOutcome(failure, metricsUrl));
    return result;
  } finally {
    index.save();
    if (result.spansRejected > 0) {
      const state = readDeliveryState(home);
      writeDeliveryState(home, {
        ...state,
        rejectedSpans: (state.rejectedSpans ?? 0) + result.spansRejected,
      });
    }
    await destination.sender.close();
  }
}

async function exportOne(
  load: (anew: boolean) => SavedSession,
  delivery: Parameters<typeof deliverSession>[2],
): Promise<Delivered & { ended: boolean }> {
  const backoff = createBackoff();
  const sum = { spans: 0, rejected: 0 };
  for (let attempt = 1; ; attempt++) {
    // What an attempt has sent and noted is not sent again by the next one.
    const saved = load(sum.spans + sum.rejected === 0);
    const ended = !isOwnedByLivingClient(saved.path, saved.read.session.sessionId);
    const delivered = await deliverSession(saved, { quiet: ended, ended }, delivery);
    if (delivered.kind === "lost_lock") return { ...delivered, ended };
    sum.spans += delivered.spans;
    sum.rejected += delivered.rejected;
    if (delivered.kind === "delivered") return { ...delivered, ...sum, ended };
    backoff.failed(delivered.outcome, performance.now());
    const waitMs = backoff.waitMs(performance.now());
    if (waitMs === undefined || attempt === ATTEMPTS) return { ...delivered, ...sum, ended };
    await sleep(waitMs);
  }
}

/**
 * The session as it was left, or, to be sent again, from its start. What a hook has left in the inbox counts, too: a job
 * in a container may be at its end before any worker has looked.
 */
function open(
  home: Home,
  { sessionId, path }: { sessionId: string; path: string },
  events: readonly HookEvent[],
  resend: boolean,
  log: (line: string) => void,
): SavedSession {
  const saved = loadSession(home, sessionId, path, (file) =>
    log(`${file} was damaged and has been moved aside`),
  );
  for (const event of events) noteHookFacts(saved, event);
  saved.path = path;
  if (resend) {
    saved.read = newReadState(sessionId);
    delete saved.taken;
    delete saved.retold;
  }
  return saved;
}
