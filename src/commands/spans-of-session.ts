import type { FoundSession } from "../bridge/find-sessions.ts";
import { newReadState, readSession } from "../bridge/read-session.ts";
import type { Config } from "../config/load.ts";
import { createAppraiser } from "../pricing/appraiser.ts";
import type { SessionOptions } from "../session/options.ts";
import type { Span } from "../telemetry/span.ts";
import { toSpans } from "../telemetry/spans.ts";
import type { TraceContext } from "../telemetry/trace-context.ts";
import { readPriceFile } from "./prices.ts";

/** What decides how a session is read, from the configuration. */
export function sessionOptionsOf(config: Config): SessionOptions {
  return {
    content: config.content,
    appraise: createAppraiser(readPriceFile(config.prices)),
    maxSpansPerTrace: config.maxSpansPerTrace,
    idleCloseMs: config.idleCloseMs,
  };
}

/**
 * A session's spans, from its first record on and without any state of ours. The end of the file is taken for the end of
 * the session, unless it `goesOn`: then only what is finished comes out.
 */
export function* spansOfSession(
  session: FoundSession,
  config: Config,
  options: SessionOptions,
  { goesOn, ...said }: { goesOn: boolean } & Pick<TraceContext, "content" | "dialect">,
): Generator<Span[]> {
  const { sessionId, path } = session;
  const reading = { quiet: !goesOn, ended: !goesOn, session: options };
  for (const pieces of readSession(path, newReadState(sessionId), reading)) {
    yield toSpans(pieces, { sessionId, scope: config.traceScope, ...said });
  }
}
