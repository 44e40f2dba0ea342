import type { ReadableSpan } from "@opentelemetry/sdk-trace-node";
import type { Dialect, TraceScope } from "../choices.ts";
import { readSession } from "../files/read-session.ts";
import type { Outcome } from "../otlp/outcome.ts";
import type { FileFacts } from "../session/finish.ts";
import type { Finished } from "../session/model.ts";
import type { SessionOptions } from "../session/options.ts";
import { type Change, commit, type OnStep } from "../state/commit.ts";
import type { Home } from "../state/home.ts";
import { type SavedSession, sessionChange } from "../state/session-store.ts";
import { isBelowWatermark, raiseWatermark } from "../state/watermark.ts";
import type { ContentPolicy } from "../telemetry/content/policy.ts";
import type { Span } from "../telemetry/spans/span.ts";
import { toSpans } from "../telemetry/spans/spans.ts";
import { isSampled } from "./sampling.ts";
import { type SendBatch, sendSpans } from "./send-spans.ts";

/** Where finished pieces are counted, apart from being sent: tentatively, until `takeChange` is committed. */
export interface Counter {
  observe(pieces: Finished[], saved: SavedSession): void;
  /** What must be written together with the session's state, when anything was observed since the last time. */
  takeChange(): Change | undefined;
  discard(): void;
}

export interface Delivery {
  home: Home;
  scope: TraceScope;
  /** What of prompts, answers, commands and files leaves. */
  content: ContentPolicy;
  dialect: Dialect;
  session: SessionOptions;
  /** Share of the sessions whose spans are sent. */
  sample: number;
  toReadable: (span: Span) => ReadableSpan;
  /** Undefined: traces are off, and positions move on without sending. */
  traces: SendBatch | undefined;
  meter: Counter | undefined;
  nowMs: () => number;
  /** Whether the lock is still ours: what another process may be sending must not be committed by this one. */
  isHeld: () => boolean;
  onStep?: OnStep;
  /** Told of a file that is not the one that was read before. */
  onReplaced?: (path: string) => void;
}

export type Delivered =
  | { kind: "delivered"; spans: number; rejected: number }
  | { kind: "stopped"; outcome: Outcome; spans: number; rejected: number }
  | { kind: "lost_lock" };

/** The client dates what a local command prints a tenth of a second ahead; that is no future to a backend. */
const AHEAD_MS = 1_000;

/** Spans that are gathered before a commit: as many as one request may hold. */
const COMMIT_SPANS = 512;

/**
 * Reads what is new in a session, sends what has become final, and moves the position behind what the backend has
 * taken over. `saved` is changed in place; after anything but `delivered` it must be loaded anew.
 */
export async function deliverSession(
  saved: SavedSession,
  facts: FileFacts,
  delivery: Delivery,
): Promise<Delivered> {
  let result: Delivered | undefined;
  try {
    result = await deliverPieces(saved, facts, delivery);
    return result;
  } finally {
    if (result?.kind !== "delivered") delivery.meter?.discard();
  }
}

async function deliverPieces(saved: SavedSession, facts: FileFacts, delivery: Delivery): Promise<Delivered> {
  const { home, onStep = () => {} } = delivery;
  const offsetBefore = saved.read.main?.offset;
  const total = { spans: 0, rejected: 0 };
  let committed = JSON.stringify(saved);
  let gathered: Span[] = [];

  const settle = async (): Promise<Delivered | undefined> => {
    if (!delivery.isHeld()) return { kind: "lost_lock" };
    onStep("deliver: before sending");
    const taken = new Set(saved.taken);
    const { delivered, rejected, stopped } = await send(gathered, taken, delivery);
    onStep("deliver: after sending");
    if (!delivery.isHeld()) return { kind: "lost_lock" };
    total.spans += delivered;
    total.rejected += rejected;
    if (stopped !== undefined) {
      if (delivered + rejected > 0) commit(home, [withTaken(committed, taken, home)], onStep);
      return { kind: "stopped", outcome: stopped, ...total };
    }
    if (delivered + rejected > 0) saved.lastDelivery = { atMs: delivery.nowMs(), spans: delivered, rejected };
    delete saved.taken;
    delete saved.vanishedMs;
    const change = delivery.meter?.takeChange();
    const state = sessionChange(home, saved);
    commit(home, [state, ...(change === undefined ? [] : [change])], onStep);
    committed = state.content;
    gathered = [];
    return undefined;
  };

  const inTrace = saved.starts.some(({ inbound }) => inbound?.sampled);
  const options: SessionOptions = inTrace
    ? { ...delivery.session, maxSpansPerTrace: Number.POSITIVE_INFINITY }
    : delivery.session;
  const sessionId = saved.read.session.sessionId;
  const keep = delivery.traces !== undefined && isSampled(sessionId, delivery.sample);
  let dirty = false;
  const onReplaced = (path: string) => {
    saved.retold = { ...saved.until };
    delivery.onReplaced?.(path);
  };
  for (const read of readSession(saved.path, saved.read, { ...facts, session: options, onReplaced })) {
    dirty = true;
    const pieces = withoutRetold(saved, read);
    raiseWatermark(saved.until, pieces);
    delivery.meter?.observe(pieces, saved);
    if (keep) gathered.push(...spansOf(pieces, saved, delivery));
    if (gathered.length < COMMIT_SPANS) continue;
    const failed = await settle();
    if (failed !== undefined) return failed;
    dirty = false;
  }
  if (dirty || saved.read.main?.offset !== offsetBefore) {
    const failed = await settle();
    if (failed !== undefined) return failed;
  }
  return { kind: "delivered", ...total };
}

/** Once the new file tells of a turn that was not there before, it tells nothing again. */
function withoutRetold(saved: SavedSession, pieces: Finished[]): Finished[] {
  const { retold } = saved;
  if (retold === undefined) return pieces;
  const untold = pieces.filter((piece) => !isBelowWatermark(retold, piece));
  if (untold.some(({ type }) => type === "turn")) delete saved.retold;
  return untold;
}

function spansOf(pieces: Finished[], saved: SavedSession, delivery: Delivery): Span[] {
  const context = {
    sessionId: saved.read.session.sessionId,
    scope: delivery.scope,
    content: delivery.content,
    dialect: delivery.dialect,
    interactions: saved.interactions,
    inboundAt: (startMs: number) => saved.starts.findLast(({ atMs }) => atMs <= startMs)?.inbound,
  };
  const nowMs = delivery.nowMs();
  const spans = toSpans(pieces, context);
  for (const piece of pieces) {
    if (piece.type === "turn" && piece.turn.promptId !== undefined)
      delete saved.interactions[piece.turn.promptId];
  }
  return spans.map((span) => (span.endMs <= nowMs + AHEAD_MS ? span : withoutFuture(span, nowMs)));
}

/** A clock that jumped back must not send spans of the future: backends drop them or misplace them. */
function withoutFuture(span: Span, nowMs: number): Span {
  return { ...span, startMs: Math.min(span.startMs, nowMs), endMs: nowMs };
}

async function send(spans: Span[], taken: Set<string>, { traces, toReadable }: Delivery) {
  if (traces === undefined) return { delivered: 0, rejected: 0 };
  return sendSpans(spans.map(toReadable), traces, taken);
}

/** The state as it was, but for what a backend has taken over before the trouble began. */
function withTaken(committed: string, taken: Set<string>, home: Home): Change {
  const saved = { ...(JSON.parse(committed) as SavedSession), taken: [...taken] };
  return sessionChange(home, saved);
}
