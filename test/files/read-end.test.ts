import fc from "fast-check";
import { expect, test } from "vitest";
import { createAgentArchive } from "../../src/files/agents/archive.ts";
import { type ReadEnd, readEndOf } from "../../src/files/read-end.ts";
import { newReadState, type ReadState } from "../../src/files/read-state.ts";
import { readOn } from "../support/read-files.ts";
import { recordings, sessionIdOf, transcriptsOf } from "../support/recordings.ts";
import { runs } from "../support/runs.ts";
import { growSession, growthSteps } from "../support/transcripts/growing-session.ts";

const transcripts = recordings().flatMap((recording) =>
  transcriptsOf(recording).map((path) => ({
    path,
    toString: () => `${recording.name} ${sessionIdOf(path)}`,
  })),
);

const ENDED = { quiet: true, ended: true, agentsAtHand: 1 };

test("a reading up to an earlier end gives the same pieces and the same state, however much the files have grown", () => {
  fc.assert(
    fc.property(fc.constantFrom(...transcripts), growthSteps, growthSteps, ({ path }, before, after) => {
      const session = growSession(path);
      const grow = (steps: typeof before) => {
        for (const { file, bytes } of steps) session.grow(file, bytes, Number.POSITIVE_INFINITY);
      };
      const read = (until?: ReadEnd) => {
        const state: ReadState = newReadState(sessionIdOf(path));
        const archive = createAgentArchive();
        const options = { ...ENDED, openArchive: () => archive, ...(until && { until }) };
        const pieces = readOn(session.path, state, options);
        const resting = [...archive.all()].map(([agentId]) => agentId);
        return {
          pieces: JSON.stringify(pieces),
          end: readEndOf(state, archive),
          resting,
          run: state.session.run,
        };
      };
      try {
        grow(before);
        const then = read();
        fc.pre(then.end !== undefined);
        grow(after);
        session.growUntil(Number.POSITIVE_INFINITY);
        expect(read(then.end)).toEqual(then);
      } finally {
        session.remove();
      }
    }),
    { numRuns: runs(200), interruptAfterTimeLimit: 20_000 },
  );
});

test("of a main file that was replaced, nothing is read up to an earlier end", () => {
  const path = transcripts[0]?.path as string;
  const session = growSession(path);
  try {
    session.growUntil(Number.POSITIVE_INFINITY);
    const state = newReadState(sessionIdOf(path));
    readOn(session.path, state, ENDED);
    const { main, agents } = readEndOf(state) as ReadEnd;
    const other = { ...main, tail: { ...main.tail, hash: "0123456789abcdef" } };
    expect(
      readOn(session.path, newReadState(sessionIdOf(path)), { ...ENDED, until: { main: other, agents } }),
    ).toEqual([]);
  } finally {
    session.remove();
  }
});
