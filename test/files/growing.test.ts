import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createAgentArchive } from "../../src/files/agents/archive.ts";
import { newReadState, type ReadState } from "../../src/files/read-state.ts";
import type { Finished } from "../../src/session/model.ts";
import type { SessionOptions } from "../../src/session/options.ts";
import { toSpans } from "../../src/telemetry/spans/spans.ts";
import { readOn, readWhole } from "../support/read-files.ts";
import { recordings, sessionIdOf, transcriptsOf } from "../support/recordings.ts";
import { runs } from "../support/runs.ts";
import { growSession, growthSteps } from "../support/transcripts/growing-session.ts";

const transcripts = recordings().flatMap((recording) =>
  transcriptsOf(recording).map((path) => ({
    path,
    toString: () => `${recording.name} ${sessionIdOf(path)}`,
  })),
);

/** How a session's files grow between two passes, and times at which no file grows. */
const history = fc.record({
  transcript: fc.constantFrom(...transcripts),
  steps: growthSteps,
  pauses: fc.array(fc.record({ at: fc.nat(), quiet: fc.boolean() }), { maxLength: 4 }),
});

type History = typeof history extends fc.Arbitrary<infer T> ? T : never;

/** Reads the session while it grows, and saves and restores its state between any two passes. */
function readGrowing(
  { transcript, steps, pauses }: History,
  options: Partial<SessionOptions>,
  agentsAtHand: number,
): Finished[] {
  const session = growSession(transcript.path);
  try {
    const finished: Finished[] = [];
    const archive = createAgentArchive();
    let saved = JSON.stringify(newReadState(sessionIdOf(transcript.path)));
    const look = (quiet: boolean, ended: boolean) => {
      const state = JSON.parse(saved) as ReadState;
      finished.push(
        ...readOn(session.path, state, { quiet, ended, agentsAtHand, openArchive: () => archive }, options),
      );
      saved = JSON.stringify(state);
    };
    const times = pauses
      .flatMap(({ at, quiet }) => {
        const { quietTimes } = session;
        return quietTimes.length === 0 ? [] : [{ atMs: quietTimes[at % quietTimes.length] as number, quiet }];
      })
      .sort((a, b) => a.atMs - b.atMs);
    const perPause = Math.ceil(steps.length / (times.length + 1));
    for (const [index, pause] of [...times, undefined].entries()) {
      const untilMs = pause?.atMs ?? Number.POSITIVE_INFINITY;
      for (const { file, bytes, look: now } of steps.slice(index * perPause, (index + 1) * perPause)) {
        session.grow(file, bytes, untilMs);
        if (now) look(false, false);
      }
      session.growUntil(untilMs);
      look(pause?.quiet ?? false, false);
    }
    look(true, true);
    return finished;
  } finally {
    session.remove();
  }
}

function spansById(finished: Finished[], path: string, scope: "session" | "turn") {
  const spans = toSpans(finished, { sessionId: sessionIdOf(path), scope });
  expect(new Set(spans.map((span) => span.spanId)).size).toBe(spans.length);
  return Object.fromEntries(
    spans.sort((a, b) => (a.spanId < b.spanId ? -1 : 1)).map((span) => [span.spanId, span]),
  );
}

describe("a session that is read while it grows", () => {
  test("gives the same spans as one pass over the finished files, at any times of reading", () => {
    fc.assert(
      fc.property(
        history,
        fc.constantFrom(2000, 8),
        fc.constantFrom(0, 32),
        (growth, maxSpansPerTrace, agentsAtHand) => {
          const { path } = growth.transcript;
          const live = readGrowing(growth, { maxSpansPerTrace }, agentsAtHand);
          const whole = readWhole(path, { maxSpansPerTrace });
          for (const scope of ["session", "turn"] as const) {
            expect(spansById(live, path, scope)).toEqual(spansById(whole, path, scope));
          }
        },
      ),
      { numRuns: runs(300), interruptAfterTimeLimit: 20_000 },
    );
  });

  test("gives the same spans if a fork's file is on disk before the call that started it", () => {
    const transcript = transcripts.find((one) => `${one}`.startsWith("fork-agent-nested"));
    if (transcript === undefined) throw new Error("there is no such recording");
    const growth: History = {
      transcript,
      steps: [
        { file: 0, bytes: 0, look: false },
        { file: 2, bytes: 3000, look: true },
      ],
      pauses: [{ at: 0, quiet: false }],
    };
    const live = readGrowing(growth, {}, 32);
    expect(spansById(live, transcript.path, "session")).toEqual(
      spansById(readWhole(transcript.path), transcript.path, "session"),
    );
  });
});
