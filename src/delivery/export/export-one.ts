import { UserError } from "../../config/user-error.ts";
import { isOwnedByLivingClient } from "../../files/alive.ts";
import { newReadState } from "../../files/read-state.ts";
import { priceKey } from "../../pricing/price-key.ts";
import { createSummarizer, type Summary } from "../../session/sums/summary.ts";
import { commit } from "../../state/commit.ts";
import { hookFactsChange, loadHookFacts } from "../../state/position/hook-facts.ts";
import { deliveredOf, memoryOf, type Position } from "../../state/position/position.ts";
import { type PositionFiles, withFiles } from "../../state/position/position-files.ts";
import { beginReplay, laterOf, type Watermark } from "../../state/position/watermark.ts";
import { createBackoff } from "../backoff.ts";
import { deliverRest } from "../deliver.ts";
import { noteAccepted, noteTrouble, openPosition } from "../destination.ts";
import { noteEvent } from "../note-event.ts";
import { openReading } from "../open-reading.ts";
import type { Delivered, Reading, SessionToDeliver, Watch } from "../reading.ts";
import { deliveredKey, type Export, type Failure, type Look } from "./export-work.ts";

/** A session of an export, read up to the size of one request. */
export interface Begun extends Omit<Read, "isHooked" | "files"> {
  look: Look;
}

/** The result of reading a session. */
interface Read {
  reading: Reading;
  at: "full" | "end";
  /** Whether the session is over: no running client has it open. */
  ended: boolean;
  /** Whether a hook has named the session. */
  isHooked: boolean;
  files: PositionFiles;
  /** Whether something of it was new. There are empty transcripts. */
  hasNews(): boolean;
  /** The session's summary. Set only if the whole session was read. */
  summary?: () => Summary;
}

/** The part of an export that reading needs. */
export type ReadWork = Omit<Export, "result">;

/** A command reports a failure after this many attempts. A worker in the background tries longer. */
const ATTEMPTS = 3;

/** Reads a session up to the size of one request. `peek` gives the state of sessions that are not yet committed. */
export function begin(work: Export, look: Look, peek?: Watch["peek"]): Begun {
  return { look, ...read(work, look, peek) };
}

/** Like `begin`, without the catalog's record of the session's files. */
export function read(work: ReadWork, look: Omit<Look, "files">, peek?: Watch["peek"]): Read {
  const { destination, world, lock } = work;
  const session = open(work, look);
  const ended = !isOwnedByLivingClient(session.position.path, look.sessionId);
  const summarizer = ended && isUnread(session.position) ? createSummarizer() : undefined;
  let hasNews = false;
  const reading = openReading(session, { quiet: ended, ended }, destination, world, {
    isHeld: lock.isHeld,
    onPieces: (pieces) => {
      hasNews ||= pieces.length > 0;
      summarizer?.add(pieces);
    },
    ...(peek === undefined ? {} : { peek }),
  });
  const begun: Read = {
    reading,
    at: reading.readOn(),
    ended,
    isHooked: session.hook.hookSeen,
    files: session.files,
    hasNews: () => hasNews,
  };
  return summarizer === undefined ? begun : { ...begun, summary: () => summarizer.summary() };
}

/** Records that all of a session has been delivered. */
export function noteDelivered(work: Export, { reading, look, ended, hasNews, summary }: Begun): void {
  const { result, request } = work;
  noteSent(work, reading.delivered());
  if (hasNews()) result.sessions++;
  if (look.isCounted) result.counted++;
  if (ended) look.files.noteDelivered(deliveredKey(work));
  if (summary !== undefined) look.files.noteSummary(priceKey(request.prepared.priceFile), summary());
}

/** Sends a session. If its items are in doubt, returns the failure. Any other failure is set in `work.result`. */
export async function exportOne(work: Export, begun: Begun): Promise<Failure | undefined> {
  const { destination, world, result } = work;
  const backoff = createBackoff();
  let next = begun;
  for (let attempt = 1; ; attempt++) {
    const delivered = await deliverRest(next.reading, next.at);
    if (delivered.kind === "lost_lock") throw new UserError("Another ccotel process is now sending.");
    if (delivered.kind === "delivered") {
      noteDelivered(work, next);
      return undefined;
    }
    noteSent(work, delivered);
    const failure = failureOf(delivered, work);
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
    // Reads the session again from its saved position, so that what the attempt has sent is not sent again.
    next = begin(work, begun.look);
  }
}

function noteSent({ destination, world, result }: Export, { accepted, rejected }: Delivered): void {
  result.spansSent += accepted.traces ?? 0;
  result.logsSent += accepted.logs ?? 0;
  result.spansRejected += rejected;
  noteAccepted(destination, accepted, world.nowMs());
}

/** Whether nothing of the session has been read yet, so that the next reading covers all of it. */
function isUnread({ read }: Position): boolean {
  return read.main === undefined && Object.keys(read.agents).length === 0;
}

function failureOf(
  { outlet, trouble }: Extract<Delivered, { kind: "trouble" }>,
  { destination, world }: Export,
): Failure {
  const message = noteTrouble(destination, outlet.signal, trouble, world);
  return { outcome: trouble.outcome, message };
}

/**
 * Opens the session at its saved position, or at its start if it is sent again. Events in the inbox count, too: a job
 * in a container may end before a worker has read them.
 */
function open(
  { destination, request, events, world }: ReadWork,
  look: Omit<Look, "files">,
): SessionToDeliver {
  const { sessionId, path } = look;
  const { home, log } = world;
  const hook = loadHookFacts(home, sessionId, path, log);
  const known = events.filter((event) => event.sessionId === sessionId);
  if (known.map((event) => noteEvent(hook, event, home)).includes(true))
    commit(home, [hookFactsChange(home, hook)]);
  const position = openPosition(destination, sessionId, path, log);
  position.path = path;
  if (look.isBegun !== true) {
    look.isBegun = true;
    if (request.resend) sendAgain(position, request.countMetrics);
    else if (request.countMetrics) look.isCounted = countLate(position);
  }
  return { hook, ...withFiles(destination.place, position), copies: look.copies ?? [] };
}

/**
 * Starts a replay that counts what was sent without being counted, and sends nothing again. Returns whether there is
 * anything to count.
 */
function countLate(position: Position): boolean {
  const metrics = memoryOf(position, "metrics");
  const delivered = deliveredOf(position);
  if (isEqual(laterOf(metrics.until, delivered), metrics.until)) return false;
  position.read = newReadState(position.read.session.sessionId);
  beginReplay(metrics);
  for (const signal of ["traces", "logs"] as const) {
    const memory = memoryOf(position, signal);
    beginReplay(memory, laterOf(memory.until, delivered));
  }
  return true;
}

function isEqual(a: Watermark, b: Watermark): boolean {
  return JSON.stringify(Object.entries(a).sort()) === JSON.stringify(Object.entries(b).sort());
}

/**
 * Makes the next reading send the session from its start again. The counters know what they have counted, so nothing
 * counts twice. `countMetrics`: also count what was delivered without being counted.
 */
function sendAgain(position: Position, countMetrics: boolean): void {
  position.read = newReadState(position.read.session.sessionId);
  delete position.maybeSent;
  const metrics = memoryOf(position, "metrics");
  const delivered = deliveredOf(position);
  // Pieces that were delivered without being counted are counted only on request.
  beginReplay(metrics, countMetrics ? metrics.until : delivered);
  for (const memory of [position.outlets.traces, position.outlets.logs]) {
    delete memory?.replay;
    delete memory?.taken;
    delete memory?.refused;
  }
}
