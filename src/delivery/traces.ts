import type { Dialect, TraceScope } from "../choices.ts";
import { splitSpans } from "../otlp/batches.ts";
import { describeOutcome } from "../otlp/describe.ts";
import type { EncodedSpan } from "../otlp/encode-spans.ts";
import type { Sender } from "../otlp/sender.ts";
import type { SignalState } from "../state/destination-state.ts";
import type { World } from "../state/world.ts";
import type { ContentPolicy } from "../telemetry/content/policy.ts";
import type { Span } from "../telemetry/spans/span.ts";
import { toSpans } from "../telemetry/spans/spans.ts";
import type { Outlet, OutletSession } from "./outlet.ts";
import { createServerErrors } from "./refusals.ts";
import { isSampled } from "./sampling.ts";
import { type ItemSender, sendItems } from "./send-items.ts";
import { setAside } from "./set-aside.ts";

export interface TracesOptions {
  /** The destination's key, by which what it refused is found again. */
  destination: string;
  url: string;
  sender: Sender;
  state: SignalState;
  scope: TraceScope;
  /** What of prompts, answers, commands and files leaves. */
  content: ContentPolicy;
  dialect: Dialect;
  /** Share of the sessions whose spans are sent. */
  sample: number;
  encode: (span: Span) => EncodedSpan;
  /** Ids of the only spans to send, when not all of them are wanted. */
  only?: ReadonlySet<string>;
}

/** The client dates what a local command prints a tenth of a second ahead; that is no future to a backend. */
export const AHEAD_MS = 1_000;

/** Finished pieces → spans, each of which must have been accepted or set aside before the position moves. */
export function createTraces(options: TracesOptions, world: World): Outlet {
  const { url, sender, state } = options;
  const judge = createServerErrors();
  let gathered: EncodedSpan[] = [];
  let sessionId = "";
  const items: ItemSender<EncodedSpan> = {
    idOf: ({ spanId }) => spanId,
    split: splitSpans,
    async send(spans) {
      const outcome = await sender.send("traces", spans);
      if (outcome.kind === "partial") world.log(describeOutcome(outcome, url));
      return judge(spans.map(items.idOf), outcome);
    },
    setAside({ traceId, spanId, name }, outcome) {
      const { destination } = options;
      setAside({ signal: "traces", sessionId, destination, traceId, spanId, name }, outcome, world);
    },
  };
  return {
    signal: "traces",
    url,
    wants: (session) => isSampled(session.sessionId, options.sample),
    take(pieces, session) {
      sessionId = session.sessionId;
      const nowMs = world.nowMs();
      const context = { ...spanContextOf(session, options), dialect: options.dialect };
      for (const span of toSpans(pieces, context)) {
        if (options.only !== undefined && !options.only.has(span.spanId)) continue;
        gathered.push(options.encode(span.endMs <= nowMs + AHEAD_MS ? span : withoutFuture(span, nowMs)));
      }
    },
    get pending() {
      return gathered.length;
    },
    async settle(memory) {
      const settled = await sendItems(gathered, items, memory, state);
      if (settled.rejected > 0) state.rejected = (state.rejected ?? 0) + settled.rejected;
      return settled;
    },
    change(_, memory) {
      gathered = [];
      delete memory.taken;
      return undefined;
    },
    discard() {
      gathered = [];
    },
    flush: async () => ({ isAccepted: false }),
    remembered: () => undefined,
  };
}

/** What decides the ids of a session's spans, by which log records name them too. */
export function spanContextOf(
  { sessionId, hook }: OutletSession,
  { scope, content }: Pick<TracesOptions, "scope" | "content">,
) {
  return {
    sessionId,
    scope,
    content,
    interactions: hook.interactions,
    inboundAt: (startMs: number) => hook.starts.findLast(({ atMs }) => atMs <= startMs)?.inbound,
  };
}

/** A clock that jumped back must not send spans of the future: backends drop them or misplace them. */
function withoutFuture(span: Span, nowMs: number): Span {
  return { ...span, startMs: Math.min(span.startMs, nowMs), endMs: nowMs };
}
