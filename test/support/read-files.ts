import type { TraceScope } from "../../src/choices.ts";
import type { ReadOptions } from "../../src/files/feed.ts";
import { readSession } from "../../src/files/read-session.ts";
import { newReadState, type ReadState } from "../../src/files/read-state.ts";
import type { Finished } from "../../src/session/model.ts";
import type { SessionOptions } from "../../src/session/options.ts";
import type { Span } from "../../src/telemetry/spans/span.ts";
import { toSpans } from "../../src/telemetry/spans/spans.ts";
import { OPTIONS, type Recording, sessionIdOf, transcriptsOf } from "./recordings.ts";

/** Reads a session that is over, in one pass. */
export function readWhole(path: string, options: Partial<SessionOptions> = {}): Finished[] {
  return readOn(path, newReadState(sessionIdOf(path)), { quiet: true, ended: true }, options);
}

/** Reads what is new since `state`. */
export function readOn(
  path: string,
  state: ReadState,
  facts: Omit<ReadOptions, "session">,
  options: Partial<SessionOptions> = {},
): Finished[] {
  return [...readSession(path, state, { ...facts, session: { ...OPTIONS, ...options } })].flat();
}

export function spansOfSession(
  path: string,
  scope: TraceScope,
  options: Partial<SessionOptions> = {},
): Span[] {
  return toSpans(readWhole(path, options), { sessionId: sessionIdOf(path), scope });
}

export function spansOf(
  recording: Recording,
  scope: TraceScope,
  options: Partial<SessionOptions> = {},
): Span[] {
  return transcriptsOf(recording).flatMap((path) => spansOfSession(path, scope, options));
}
