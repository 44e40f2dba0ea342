import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Finished } from "../../src/session/model.ts";
import { observe } from "../../src/telemetry/metrics/observe.ts";
import { toSpans } from "../../src/telemetry/spans/spans.ts";
import { readLive, readWhole } from "../support/read-files.ts";
import { filesOfSession, recordings, sessionIdOf, transcriptsOf } from "../support/recordings.ts";
import { runs } from "../support/runs.ts";
import { growthSteps } from "../support/transcripts/growing-session.ts";
import { replayed, replays, withLines } from "../support/transcripts/replay.ts";

const transcripts = recordings().flatMap((recording) =>
  transcriptsOf(recording).map((path) => ({
    path,
    toString: () => `${recording.name} ${sessionIdOf(path)}`,
  })),
);

/** Files of agents, in the session's folder, in a workflow's, or beside the main file. */
const agents = transcripts.flatMap(({ path }) =>
  filesOfSession(path)
    .filter((file) => file !== path && /agent-[^/]*\.jsonl$/.test(file))
    .map((file) => ({ path, file, toString: () => file })),
);

/** The data that a backend receives: the spans by id, and the metrics. */
function received(finished: Finished[], path: string) {
  const spans = toSpans(finished, { sessionId: sessionIdOf(path), scope: "session" });
  expect(new Set(spans.map(({ spanId }) => spanId)).size).toBe(spans.length);
  const observations = observe(finished, { attributes: ["project"] }).map((observation) =>
    JSON.stringify(observation),
  );
  return {
    spans: Object.fromEntries(spans.map((span) => [span.spanId, span]).sort()),
    observations: observations.sort(),
  };
}

describe("earlier rows that are written again", () => {
  test("change nothing in one pass, whichever rows they are and however often", () => {
    fc.assert(
      fc.property(fc.constantFrom(...transcripts), replays, ({ path }, stretches) => {
        const again = withLines(
          path,
          (lines) => replayed(lines, stretches),
          (copy) => received(readWhole(copy), copy),
        );
        expect(again).toEqual(received(readWhole(path), path));
      }),
      { numRuns: runs(200), interruptAfterTimeLimit: 20_000 },
    );
  });

  test("change nothing live, at any times of reading", () => {
    fc.assert(
      fc.property(fc.constantFrom(...transcripts), replays, growthSteps, ({ path }, stretches, steps) => {
        const again = withLines(
          path,
          (lines) => replayed(lines, stretches),
          (copy) => received(readLive(copy, steps), copy),
        );
        expect(again).toEqual(received(readWhole(path), path));
      }),
      { numRuns: runs(150), interruptAfterTimeLimit: 20_000 },
    );
  });

  test("change nothing in a subagent's file", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...agents),
        replays,
        growthSteps,
        fc.boolean(),
        ({ path, file }, stretches, steps, isLive) => {
          const again = withLines(
            path,
            (lines) => replayed(lines, stretches),
            (copy) => received(isLive ? readLive(copy, steps) : readWhole(copy), copy),
            file,
          );
          expect(again).toEqual(received(readWhole(path), path));
        },
      ),
      { numRuns: runs(150), interruptAfterTimeLimit: 20_000 },
    );
  });
});
