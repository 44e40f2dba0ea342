import type { TraceScope } from "../../choices.ts";
import type { Run } from "../../cli/command.ts";
import type { Io } from "../../cli/io.ts";
import { sayLeftOut } from "../../cli/left-out.ts";
import { readingConfig } from "../../cli/load-config.ts";
import { write } from "../../cli/output.ts";
import { styleOf } from "../../cli/paint.ts";
import { UserError } from "../../config/user-error.ts";
import type { FoundSession } from "../../files/find-sessions.ts";
import type { KinMemory } from "../../files/kin/known-kin.ts";
import { toJson } from "../../printable.ts";
import { sessionJson } from "../../report/json/session.ts";
import { toNode } from "../../report/node.ts";
import { drawSession } from "../../report/session.ts";
import { type SpanTexts, textsOf } from "../../report/span-texts.ts";
import type { SessionOptions } from "../../session/options.ts";
import { createSummarizer, type Summary } from "../../session/sums/summary.ts";
import type { Span } from "../../telemetry/spans/span.ts";
import { toSpans } from "../../telemetry/spans/spans.ts";
import { sessionsOrNewest } from "../reading/history.ts";
import { assessingOf, piecesOfSession, sessionOptionsOf } from "../reading/pieces-of-session.ts";
import { openSummaries } from "../reading/summaries.ts";
import { followInTerminal } from "./show-follow.ts";

/** `ccotel show`: draws sessions as trees of the same spans that an export sends. */
export const run: Run = async (input, io) => {
  const config = readingConfig(input, io);
  const sessions = sessionsOrNewest(input, io);
  const isJson = input.flags.json === true;
  const withContent = input.flags["no-content"] !== true;
  const options = {
    ...sessionOptionsOf(config),
    keep: withContent ? ("full" as const) : ("none" as const),
    ...assessingOf(config, io.homeDir),
  };
  if (input.flags.follow === true) {
    const [session, ...others] = sessions;
    if (session === undefined || others.length > 0 || isJson)
      throw new UserError("--follow draws one session as text.", {
        hint: "Name one session, and leave --json out.",
      });
    await followInTerminal(session, options, io, { withContent });
    return 0;
  }
  const summaries = openSummaries(config);
  let shown = 0;
  for (const session of sessions) {
    const { kin, note } = summaries.reading(session);
    let read: Read;
    try {
      read = readWhole(session, options, config.traceScope, kin);
    } catch (error) {
      if (sessions.length === 1) throw error;
      await sayLeftOut(error, io);
      continue;
    }
    note(read.summary);
    const text = isJson ? drawJson(session, read) : drawText(session, read, io);
    if (text === undefined) continue;
    shown++;
    if (!(await write(io.stdout, isJson || shown === 1 ? text : `\n${text}`))) return 0;
  }
  summaries.save();
  if (shown === 0) {
    throw new UserError(`There is no turn yet in ${sessions.map(({ path }) => path).join(", ")}.`, {
      hint: "A session can be shown after its first prompt.",
    });
  }
  return 0;
};

interface Read {
  spans: readonly Span[];
  /** The texts of spans, by span id. */
  texts: Map<string, SpanTexts>;
  summary: Summary;
}

/** Reads a whole session. Of a running session, it reads what is there so far. */
function readWhole(session: FoundSession, options: SessionOptions, scope: TraceScope, kin: KinMemory): Read {
  const spans: Span[] = [];
  const texts = new Map<string, SpanTexts>();
  const summarizer = createSummarizer();
  for (const pieces of piecesOfSession(session, options, { goesOn: false, kin })) {
    for (const span of toSpans(pieces, { sessionId: session.sessionId, scope })) spans.push(span);
    if (options.keep !== "none") for (const [id, of] of textsOf(pieces, session.sessionId)) texts.set(id, of);
    summarizer.add(pieces);
  }
  return { spans, texts, summary: summarizer.summary() };
}

/** Returns undefined for an empty session. */
function drawText({ sessionId }: FoundSession, { spans, texts, summary }: Read, io: Io): string | undefined {
  if (spans.length === 0) return undefined;
  const nodes = spans.map((span) =>
    toNode({ ...span, isError: span.status === "error" }, texts.get(span.spanId)),
  );
  return drawSession(sessionId, nodes, summary, styleOf(io));
}

/**
 * Returns one line a session, so that a reader can parse several sessions one by one. Returns undefined for an empty
 * one.
 */
function drawJson(session: FoundSession, { spans, texts, summary }: Read): string | undefined {
  return spans.length === 0 ? undefined : toJson(sessionJson(session, spans, summary, texts));
}
