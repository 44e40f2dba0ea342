import { UserError } from "../../config/user-error.ts";
import { isOwnedByLivingClient } from "../../files/alive.ts";
import { newReadState } from "../../files/read-state.ts";
import { priceKey } from "../../pricing/price-key.ts";
import { createSummarizer, type Summary } from "../../session/sums/summary.ts";
import { commit } from "../../state/commit.ts";
import { hookFactsChange, loadHookFacts } from "../../state/position/hook-facts.ts";
import { memoryOf, type Position } from "../../state/position/position.ts";
import { type PositionFiles, withFiles } from "../../state/position/position-files.ts";
import { beginReplay, laterOf, type Watermark } from "../../state/position/watermark.ts";
import { createBackoff } from "../backoff.ts";
import { deliverRest } from "../deliver.ts";
import { noteAccepted, noteTrouble, openPosition } from "../destination.ts";
import { noteEvent } from "../note-event.ts";
import { openReading } from "../open-reading.ts";
import type { Delivered, Reading, SessionToDeliver, Watch } from "../reading.ts";
import { deliveredKey, type Export, type Failure, type Look } from "./export-work.ts";

/** A session of an export that has been read, as far as one request holds it. */
export interface Begun extends Omit<Read, "isHooked" | "files"> {
  look: Look;
}

/** What was read of a session. */
export interface Read {
  reading: Reading;
  at: "full" | "end";
  /** Whether the session is over: no client of it lives. */
  ended: boolean;
  /** Whether hooks have told of it. */
  isHooked: boolean;
  files: PositionFiles;
  /** What the session adds up to, where all of it was read. */
  summary?: () => Summary;
}

/** What of an export reading needs. */
export type ReadWork = Omit<Export, "result">;

/** A command tells the user about trouble soon; a worker in the background has more patience. */
const ATTEMPTS = 3;

/** Reads a session, as far as one request holds it. `peek`: what is known of sessions that are not yet committed. */
export function begin(work: Export, look: Look, peek?: Watch["peek"]): Begun {
  return { look, ...read(work, look, peek) };
}

/** The same without a word about the session's files. */
export function read(work: ReadWork, look: Omit<Look, "files">, peek?: Watch["peek"]): Read {
  const { destination, world, lock } = work;
  const session = open(work, look);
  const ended = !isOwnedByLivingClient(session.position.path, look.sessionId);
  const summarizer = ended && isUnread(session.position) ? createSummarizer() : undefined;
  const reading = openReading(session, { quiet: ended, ended }, destination, world, {
    isHeld: lock.isHeld,
    onPieces: (pieces) => summarizer?.add(pieces),
    ...(peek === undefined ? {} : { peek }),
  });
  const begun: Read = {
    reading,
    at: reading.readOn(),
    ended,
    isHooked: session.hook.hookSeen,
    files: session.files,
  };
  return summarizer === undefined ? begun : { ...begun, summary: () => summarizer.summary() };
}

/** Notes that all of a session has been delivered. */
export function noteDelivered(work: Export, { reading, look, ended, summary }: Begun): void {
  const { result, request } = work;
  noteSent(work, reading.delivered());
  result.sessions++;
  if (look.isCounted) result.counted++;
  if (ended) look.files.noteDelivered(deliveredKey(work));
  if (summary !== undefined) look.files.noteSummary(priceKey(request.prepared.priceFile), summary());
}

/** Sends a session. Returns why it stays behind when its items are in doubt; other trouble becomes the result's. */
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
    // What an attempt has sent and noted is not sent again by the next one.
    next = begin(work, begun.look);
  }
}

function noteSent({ destination, world, result }: Export, { accepted, rejected }: Delivered): void {
  result.spansSent += accepted.traces ?? 0;
  result.logsSent += accepted.logs ?? 0;
  result.spansRejected += rejected;
  noteAccepted(destination, accepted, world.nowMs());
}

/** What is read from now on is all of the session. */
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
 * The session as it was left, or, to be sent again, from its start. What a hook has left in the inbox counts, too: a job
 * in a container may be at its end before any worker has looked.
 */
function open(
  { destination, request, events, world }: ReadWork,
  look: Omit<Look, "files">,
): SessionToDeliver {
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
  if (look.isBegun !== true) {
    look.isBegun = true;
    if (request.resend) sendAgain(position, request.countMetrics);
    else if (request.countMetrics) look.isCounted = countLate(position);
  }
  return { hook, ...withFiles(destination.place, position), copies: look.copies ?? [] };
}

/** What was sent without being counted is read once more, and counted; it is not sent again. Returns whether there is any. */
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

/** What one outlet or the other has of it. */
function deliveredOf({ outlets }: Position): Watermark {
  return Object.values(outlets).reduce<Watermark>((sum, { until }) => laterOf(sum, until), {});
}

/** From its start once more. Counters know what they have, so nothing counts twice. */
export function sendAgain(position: Position, countMetrics: boolean): void {
  position.read = newReadState(position.read.session.sessionId);
  const metrics = memoryOf(position, "metrics");
  const delivered = deliveredOf(position);
  // What was delivered without being counted counts only where that is asked for.
  beginReplay(metrics, countMetrics ? metrics.until : delivered);
  for (const memory of [position.outlets.traces, position.outlets.logs]) {
    delete memory?.replay;
    delete memory?.taken;
    delete memory?.refused;
  }
}
