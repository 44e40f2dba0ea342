import { UserError } from "../config/user-error.ts";
import { isOwnedByLivingClient } from "../files/alive.ts";
import { newReadState, type ReadState } from "../files/read-state.ts";
import { priceKey } from "../pricing/price-key.ts";
import { createSummarizer } from "../session/sums/summary.ts";
import { commit } from "../state/commit.ts";
import { hookFactsChange, loadHookFacts } from "../state/position/hook-facts.ts";
import { memoryOf, type Position } from "../state/position/position.ts";
import { withFiles } from "../state/position/position-files.ts";
import { beginReplay, laterOf, type Watermark } from "../state/position/watermark.ts";
import { createBackoff } from "./backoff.ts";
import { deliverRest } from "./deliver.ts";
import { noteAccepted, noteTrouble, openPosition } from "./destination.ts";
import { deliveredKey, type Export, type Failure, type Look } from "./export-work.ts";
import { noteEvent } from "./note-event.ts";
import { type Delivered, openReading, type Reading, type SessionToDeliver } from "./reading.ts";

/** A session of an export that has been read, as far as one request holds it. */
export interface Begun {
  look: Look;
  reading: Reading;
  at: "full" | "end";
  /** Notes that all of it has been delivered. */
  done(): void;
}

/** A command tells the user about trouble soon; a worker in the background has more patience. */
const ATTEMPTS = 3;

/** Reads a session, as far as one request holds it. `peek`: what is known of sessions that are not yet committed. */
export function begin(
  work: Export,
  look: Look,
  peek: (sessionId: string) => ReadState | undefined = () => undefined,
): Begun {
  const { destination, world, lock, result } = work;
  const session = open(work, look);
  const ended = !isOwnedByLivingClient(session.position.path, look.sessionId);
  const summarizer = ended && isUnread(session.position) ? createSummarizer() : undefined;
  const reading = openReading(session, { quiet: ended, ended }, destination, world, {
    isHeld: lock.isHeld,
    onPieces: (pieces) => summarizer?.add(pieces),
    peek,
  });
  return {
    look,
    reading,
    at: reading.readOn(),
    done() {
      noteSent(work, reading.delivered());
      result.sessions++;
      if (look.isCounted) result.counted++;
      if (ended) look.files.noteDelivered(deliveredKey(work));
      if (summarizer !== undefined) {
        look.files.noteSummary(priceKey(work.request.prepared.priceFile), summarizer.summary());
      }
    },
  };
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
      next.done();
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
