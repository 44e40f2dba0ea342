import type { TraceScope } from "../../src/choices.ts";
import type { ReadOptions } from "../../src/files/feed.ts";
import { readSession } from "../../src/files/read-session.ts";
import { newReadState, type ReadState, restoreReadState } from "../../src/files/read-state.ts";
import type { Finished } from "../../src/session/model.ts";
import type { SessionOptions } from "../../src/session/options.ts";
import type { Span } from "../../src/telemetry/spans/span.ts";
import { toSpans } from "../../src/telemetry/spans/spans.ts";
import { OPTIONS, type Recording, sessionIdOf, transcriptsOf } from "./recordings.ts";
import { growSession } from "./transcripts/growing-session.ts";

/** Reads a session that has ended, in one pass. */
export function readWhole(path: string, options: Partial<SessionOptions> = {}): Finished[] {
  return readOn(path, newReadState(sessionIdOf(path)), { quiet: true, ended: true }, options);
}

/** Reads what was written since `state` was saved. */
export function readOn(
  path: string,
  state: ReadState,
  facts: Omit<ReadOptions, "session">,
  options: Partial<SessionOptions> = {},
): Finished[] {
  return [...readSession(path, state, { ...facts, session: { ...OPTIONS, ...options } })].flat();
}

/** Reads a growing copy of the session after each step with `look`, each time from a saved state. */
export function readLive(path: string, steps: { file: number; bytes: number; look: boolean }[]): Finished[] {
  const session = growSession(path);
  try {
    const finished: Finished[] = [];
    let saved = JSON.stringify(newReadState(sessionIdOf(path)));
    const look = (ended: boolean) => {
      const state = restoreReadState(JSON.parse(saved) as ReadState);
      finished.push(...readOn(session.path, state, { quiet: ended, ended }));
      saved = JSON.stringify(state);
    };
    for (const { file, bytes, look: now } of steps) {
      session.grow(file, bytes, Number.POSITIVE_INFINITY);
      if (now) look(false);
    }
    session.growUntil(Number.POSITIVE_INFINITY);
    look(true);
    return finished;
  } finally {
    session.remove();
  }
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
