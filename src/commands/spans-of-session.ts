import { readPriceFile } from "../cli/price-file.ts";
import type { Config } from "../config/load.ts";
import type { FoundSession } from "../files/find-sessions.ts";
import { readSession } from "../files/read-session.ts";
import { newReadState } from "../files/read-state.ts";
import { createAppraiser } from "../pricing/price-request.ts";
import type { SessionOptions } from "../session/options.ts";
import type { Span } from "../telemetry/spans/span.ts";
import { toSpans } from "../telemetry/spans/spans.ts";
import type { TraceContext } from "../telemetry/spans/trace-context.ts";

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
