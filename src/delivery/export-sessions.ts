import { UserError } from "../config/user-error.ts";
import { isOwnedByLivingClient } from "../files/alive.ts";
import { newReadState } from "../files/read-state.ts";
import { type HookEvent, readInbox } from "../hook/inbox.ts";
import type { Outcome } from "../otlp/outcome.ts";
import { priceKey } from "../pricing/price-key.ts";
import type { Finished } from "../session/model.ts";
import { createSummarizer } from "../session/sums/summary.ts";
import { type Looked, openCatalog } from "../state/catalog/catalog.ts";
import { commit } from "../state/commit.ts";
import type { Home } from "../state/home.ts";
import type { Lock } from "../state/lock.ts";
import { adoptEarlier } from "../state/migrate.ts";
import { hookFactsChange, loadHookFacts } from "../state/position/hook-facts.ts";
import { memoryOf, type Position } from "../state/position/position.ts";
import { beginReplay, laterOf, type Watermark } from "../state/position/watermark.ts";
import { realWorld, type World } from "../state/world.ts";
import { createBackoff } from "./backoff.ts";
import { type Delivered, deliverSession, type SessionToDeliver } from "./deliver.ts";
import {
  createDestination,
  type Destination,
  flush,
  keyOf,
  noteAccepted,
  noteTrouble,
  openPlace,
  openPosition,
  saveState,
} from "./destination.ts";
import { holdingLock } from "./hold-lock.ts";
import type { Prepared } from "./load.ts";
import { noteEvent } from "./note-event.ts";

export interface ExportRequest {
  home: Home;
  sessions: { sessionId: string; path: string; copies?: string[] }[];
  prepared: Prepared;
  /** Sends everything again, whatever has been sent. */
  resend: boolean;
  /** Counts the sessions in the metrics although no hook has named them. */
  countMetrics: boolean;
  /**
   * What the destination is to workers: the one that the settings name (`usual`, the default), one that `configure --also`
   * has added, or one that only this command sends to.
   */
  role?: "usual" | "further" | "elsewhere";
  /** Told before each session; bytes are of the transcripts. */
  onProgress?: (progress: { done: number; total: number; doneBytes: number; totalBytes: number }) => void;
}

export interface ExportResult {
  sessions: number;
  spansSent: number;
  /** Log records. */
  logsSent: number;
  /** Spans and log records. */
  spansRejected: number;
  /** What went wrong, in words for the user. */
  failure?: { outcome: Outcome; message: string };
}

/** A command tells the user about trouble soon; a worker in the background has more patience. */
const ATTEMPTS = 3;

/**
 * Sends what this destination has not been sent of the given sessions, sharing positions with the background worker.
 * Stops at the first failure that a few attempts do not overcome.
 */
export async function exportSessions(
  request: ExportRequest,
  world: World = realWorld(request.home, process.env),
): Promise<ExportResult> {
  return holdingLock(world, (lock) => exportWithLock(request, lock, world));
}

interface Export {
  request: ExportRequest;
  destination: Destination;
  events: readonly HookEvent[];
  lock: Lock;
  world: World;
  result: ExportResult;
}

async function exportWithLock(request: ExportRequest, lock: Lock, world: World): Promise<ExportResult> {
  const { prepared, sessions } = request;
  const key = keyOf(prepared);
  if (key === undefined) throw new UserError("No endpoint is set.");
  const opened = openPlace(key, world);
  const { role = "usual" } = request;
  if (role === "usual") adoptEarlier(world.home, opened.place);
  const counts = request.countMetrics ? "all" : role === "elsewhere" ? "none" : "hooked";
  const destination = createDestination(opened, prepared, world, { counts });
  const result: ExportResult = { sessions: 0, spansSent: 0, logsSent: 0, spansRejected: 0 };
  const events = readInbox(world.home.inbox);
  const work: Export = { request, destination, events, lock, world, result };
  const catalog = openCatalog(world.home);
  const looks: Look[] = sessions.map((session) => ({ ...session, files: catalog.look(session) }));
  try {
    const left = await exportAll(work, looks);
    if (result.failure !== undefined) return result;
    // Whoever did not ask for metrics need not hear that a traces-only backend has no place for what hooks counted.
    const failure = await flush(destination, world, lock.isHeld);
    if (failure !== undefined && request.countMetrics) result.failure = failure;
    else if (left !== undefined) result.failure = left;
    return result;
  } finally {
    catalog.save();
    saveState(destination);
    destination.sender.close();
  }
}

/** A session, and whether sending it again has begun. */
type Look = ExportRequest["sessions"][number] & { files: Looked; isBegun?: boolean };
type Failure = NonNullable<ExportResult["failure"]>;

/**
 * Sends one session after the other. One whose items are refused, for a reason that may be its own, is left, and tried
 * once more behind the others: if these are accepted, its refused items are set aside. Returns why one stayed behind.
 */
async function exportAll(work: Export, looks: readonly Look[]): Promise<Failure | undefined> {
  const { request, result } = work;
  const { key } = work.destination.place;
  const totalBytes = looks.reduce((sum, { files }) => sum + files.bytes, 0);
  let doneBytes = 0;
  const doubtful: Look[] = [];
  let left: Failure | undefined;
  for (const [position, look] of looks.entries()) {
    request.onProgress?.({ done: position, total: looks.length, doneBytes, totalBytes });
    doneBytes += look.files.bytes;
    if (!request.resend && look.files.isDelivered(key)) continue;
    left = await exportOne(work, look);
    if (result.failure !== undefined) return undefined;
    if (left !== undefined) doubtful.push(look);
    if (left !== undefined && work.destination.backoff.waitMs(work.world.ticks()) === undefined) {
      result.failure = left;
      return undefined;
    }
  }
  left = undefined;
  for (const look of doubtful) {
    left = (await exportOne(work, look)) ?? left;
    if (result.failure !== undefined) return undefined;
  }
  request.onProgress?.({ done: looks.length, total: looks.length, doneBytes, totalBytes });
  return left;
}

/** Sends a session. Returns why it stays behind when its items are in doubt; other trouble becomes the result's. */
async function exportOne(work: Export, look: Look): Promise<Failure | undefined> {
  const { destination, world, lock, result } = work;
  const backoff = createBackoff();
  for (let attempt = 1; ; attempt++) {
    // What an attempt has sent and noted is not sent again by the next one.
    const session = open(work, look);
    const ended = !isOwnedByLivingClient(session.position.path, look.sessionId);
    const summarizer = ended && isUnread(session.position) ? createSummarizer() : undefined;
    const watch = { isHeld: lock.isHeld, onPieces: (pieces: readonly Finished[]) => summarizer?.add(pieces) };
    const delivered = await deliverSession(session, { quiet: ended, ended }, destination, world, watch);
    if (delivered.kind === "lost_lock") throw new UserError("Another ccotel process is now sending.");
    result.spansSent += delivered.accepted.traces ?? 0;
    result.logsSent += delivered.accepted.logs ?? 0;
    result.spansRejected += delivered.rejected;
    noteAccepted(destination, delivered.accepted, world.nowMs());
    if (delivered.kind === "delivered") {
      result.sessions++;
      if (ended) look.files.noteDelivered(destination.place.key);
      if (summarizer !== undefined) {
        look.files.noteSummary(priceKey(work.request.prepared.priceFile), summarizer.summary());
      }
      return undefined;
    }
    const failure = failureOf(delivered, destination, world);
    if (delivered.trouble.isDoubt) {
      destination.backoff.doubted();
      return failure;
    }
    backoff.failed(delivered.trouble.outcome, world.ticks());
    const waitMs = backoff.waitMs(world.ticks());
    if (waitMs === undefined || attempt === ATTEMPTS) {
      result.failure = failure;
      return undefined;
    }
    await world.sleep(waitMs);
  }
}

/** What is read from now on is all of the session. */
function isUnread({ read }: Position): boolean {
  return read.main === undefined && Object.keys(read.agents).length === 0;
}

function failureOf(
  { outlet, trouble }: Extract<Delivered, { kind: "trouble" }>,
  destination: Destination,
  world: World,
): Failure {
  const message = noteTrouble(destination, outlet.signal, trouble, world);
  return { outcome: trouble.outcome, message };
}

/**
 * The session as it was left, or, to be sent again, from its start. What a hook has left in the inbox counts, too: a job
 * in a container may be at its end before any worker has looked.
 */
function open({ destination, request, events, world }: Export, look: Look): SessionToDeliver {
  const { sessionId, path } = look;
  const { home, log } = world;
  const hook = loadHookFacts(home, sessionId, path, (file) =>
    log(`${file} was damaged and has been moved aside`),
  );
  const known = events.filter((event) => event.sessionId === sessionId);
  if (known.map((event) => noteEvent(hook, event)).includes(true))
    commit(home, [hookFactsChange(home, hook)]);
  const position = openPosition(destination, sessionId, path, log);
  position.path = path;
  if (request.resend && look.isBegun !== true) sendAgain(position, request.countMetrics);
  look.isBegun = true;
  return { hook, position, copies: look.copies ?? [] };
}

/** From its start once more. Counters know what they have, so nothing counts twice. */
export function sendAgain(position: Position, countMetrics: boolean): void {
  position.read = newReadState(position.read.session.sessionId);
  const metrics = memoryOf(position, "metrics");
  const delivered = Object.values(position.outlets).reduce<Watermark>(
    (sum, { until }) => laterOf(sum, until),
    {},
  );
  // What was delivered without being counted counts only where that is asked for.
  beginReplay(metrics, countMetrics ? metrics.until : delivered);
  for (const memory of [position.outlets.traces, position.outlets.logs]) {
    delete memory?.replay;
    delete memory?.taken;
    delete memory?.refused;
  }
}
