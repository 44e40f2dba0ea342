import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, dirname, join, relative } from "node:path";
import fc from "fast-check";
import { expect } from "vitest";
import { auditSession } from "../../src/audit/audit.ts";
import { UnfitFileError } from "../../src/disk/read.ts";
import { newReadState, type ReadState, restoreReadState } from "../../src/files/read-state.ts";
import { createSpanEncoder } from "../../src/otlp/encode-spans.ts";
import { removeSecrets } from "../../src/redact/redact.ts";
import type { Finished } from "../../src/session/model.ts";
import { summarize } from "../../src/session/sums/summary.ts";
import { observe } from "../../src/telemetry/metrics/observe.ts";
import { addObservations, newMetricsState } from "../../src/telemetry/metrics/state.ts";
import { toSpans } from "../../src/telemetry/spans/spans.ts";
import { readOn, readWhole } from "../support/read-files.ts";
import { bySize, filesOfSession, recordings, sessionIdOf, transcriptsOf } from "../support/recordings.ts";
import { mutation } from "../support/transcripts/mutate.ts";
import { fuzz } from "./support/fuzz.ts";
import { problemsOf } from "./support/invariants.ts";

const transcripts = bySize(recordings()).flatMap((recording) =>
  transcriptsOf(recording).map((path) => ({
    path,
    toString: () => `${recording.name} ${sessionIdOf(path)}`,
  })),
);

const session = fc.record({
  transcript: fc.constantFrom(...transcripts),
  damaged: fc.array(
    fc.record({ file: fc.nat(5), mutations: fc.array(mutation, { minLength: 1, maxLength: 6 }) }),
    {
      minLength: 1,
      maxLength: 3,
    },
  ),
  agentName: fc.constantFrom(
    undefined,
    "agent-__proto__",
    "agent-constructor",
    "agent-a.b",
    "agent-$&",
    "agent- ",
  ),
  firstLook: fc.integer({ min: 0, max: 100 }),
});

type Input = typeof session extends fc.Arbitrary<infer T> ? T : never;

/** Writes the session's damaged files. Returns the main file's path. */
function write({ transcript: { path }, damaged, agentName }: Input, root: string) {
  const folder = join(root, basename(dirname(path)));
  const files = filesOfSession(path).map((original, index, all) => {
    const mutations = damaged
      .filter(({ file }) => file % all.length === index)
      .flatMap(({ mutations }) => mutations);
    const name = relative(dirname(path), original);
    const lines = readFileSync(original, "utf8").split("\n");
    return {
      place: join(
        folder,
        agentName !== undefined && index > 0 && mutations.length > 0
          ? name.replace(/agent-[^./]+/, agentName)
          : name,
      ),
      text: mutations.reduce((changed, mutate) => mutate(changed), lines).join("\n"),
    };
  });
  for (const { place, text } of files) {
    mkdirSync(dirname(place), { recursive: true });
    writeFileSync(place, text);
  }
  return { main: join(folder, relative(dirname(path), path)), files };
}

/** Reads in two passes. The state between them is saved as JSON. */
function readTwice(main: string, share: number): Finished[] {
  const whole = readFileSync(main);
  let saved = JSON.stringify(newReadState(sessionIdOf(main)));
  const pieces: Finished[] = [];
  for (const isLast of [false, true]) {
    writeFileSync(main, isLast ? whole : whole.subarray(0, (whole.length * share) / 100));
    const state = restoreReadState(JSON.parse(saved) as ReadState);
    pieces.push(...readOn(main, state, { quiet: isLast, ended: isLast }));
    saved = JSON.stringify(state);
  }
  return pieces;
}

/** Undefined for a file without any time or of another form: it is reported and left out. */
function ifFit<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof UnfitFileError) return undefined;
    throw error;
  }
}

const encode = createSpanEncoder({ serviceName: "claude-code", distroVersion: "0.0.0", extra: {} });
const content = { level: "full", clean: removeSecrets, homeDir: "/home/dev" } as const;

fuzz("damaged sessions", session, async (input, folder) => {
  const { main, files } = write(input, folder);
  const sessionId = sessionIdOf(main);
  const finished = ifFit(() => readWhole(main, { keep: "full" }));
  if (finished === undefined) return;
  for (const scope of ["session", "turn"] as const) {
    const spans = toSpans(finished, { sessionId, scope, content });
    const problems = problemsOf(spans);
    if (problems.length > 0) throw new Error(`${scope}: ${problems.join("; ")}`);
    spans.map(encode);
  }
  expect(
    problemsOf(toSpans(readTwice(main, input.firstLook), { sessionId, scope: "session" })).join("; "),
  ).toBe("");
  const metrics = newMetricsState(Date.UTC(2026, 0));
  addObservations(metrics, observe(finished, { attributes: ["project"] }));
  expect(JSON.stringify(metrics)).not.toMatch(/null|:-/);
  await auditSession({
    sessionId,
    files: files
      .filter(({ place }) => place.endsWith(".jsonl"))
      .map(({ place, text }) => ({ file: place, isMain: place === main, lines: text.split("\n") })),
    read: summarize(finished),
  });
});
