import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import { ProtobufTraceSerializer } from "@opentelemetry/otlp-transformer";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Finished } from "../../src/session/model.ts";
import { createReadable } from "../../src/telemetry/spans/readable.ts";
import type { Span } from "../../src/telemetry/spans/span.ts";
import { toSpans } from "../../src/telemetry/spans/spans.ts";
import { type Mutation, mutation } from "../support/mutate.ts";
import { filesOfSession, readWhole, recordings, sessionIdOf, transcriptsOf } from "../support/recordings.ts";
import { runs } from "../support/runs.ts";

const transcripts = recordings().flatMap((recording) =>
  transcriptsOf(recording).map((path) => ({
    path,
    toString: () => `${recording.name} ${sessionIdOf(path)}`,
  })),
);

/** Reads a copy of the session, in which one file is damaged. */
function readDamaged(path: string, file: number, mutations: Mutation[], agentName: string): Finished[] {
  const folder = mkdtempSync(join(tmpdir(), "ccotel-damaged-"));
  try {
    const files = filesOfSession(path);
    for (const [index, original] of files.entries()) {
      const name = relative(dirname(path), original);
      const copy = join(
        folder,
        index === file % files.length ? name.replace(/agent-[^./]+/, agentName) : name,
      );
      const lines = readFileSync(original, "utf8").split("\n");
      const damaged =
        index === file % files.length ? mutations.reduce((text, mutate) => mutate(text), lines) : lines;
      mkdirSync(dirname(copy), { recursive: true });
      writeFileSync(copy, damaged.join("\n"));
    }
    return readWhole(join(folder, relative(dirname(path), path)), { keep: "full" });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const readable = createReadable({ serviceName: "claude-code", distroVersion: "0.0.0", extra: {} });

function problemsOf(spans: Span[]): string[] {
  const ids = new Set(spans.map((span) => `${span.traceId} ${span.spanId}`));
  return [
    ...spans.flatMap((span) => [
      ...(span.endMs >= span.startMs ? [] : [`${span.name} ends before it starts`]),
      ...(Number.isFinite(span.startMs) && span.startMs >= 0
        ? []
        : [`${span.name} starts at ${span.startMs}`]),
      ...(span.parentSpanId === undefined || ids.has(`${span.traceId} ${span.parentSpanId}`)
        ? []
        : [`${span.name} has no parent`]),
    ]),
  ];
}

describe("a transcript that somebody or something damaged", () => {
  test("is read without an exception, into spans that can be sent", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...transcripts),
        fc.nat(5),
        fc.array(mutation, { minLength: 1, maxLength: 8 }),
        fc.constantFrom("agent-__proto__", "agent-constructor", "agent-a.b", "$&"),
        ({ path }, file, mutations, agentName) => {
          const finished = readDamaged(path, file, mutations, agentName);
          for (const scope of ["session", "turn"] as const) {
            const spans = toSpans(finished, { sessionId: sessionIdOf(path), scope });
            expect(problemsOf(spans)).toEqual([]);
            ProtobufTraceSerializer.serializeRequest(spans.map(readable));
          }
        },
      ),
      { numRuns: runs(400), interruptAfterTimeLimit: 20_000 },
    );
  });
});
