import { ProtobufTraceSerializer } from "@opentelemetry/otlp-transformer";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Finished } from "../../../src/session/model.ts";
import { createReadable } from "../../../src/telemetry/spans/readable.ts";
import type { Span } from "../../../src/telemetry/spans/span.ts";
import { toSpans } from "../../../src/telemetry/spans/spans.ts";
import { type FileText, readTexts, textsOf } from "../../support/read-in-memory.ts";
import { recordings, sessionIdOf, transcriptsOf } from "../../support/recordings.ts";
import { runs } from "../../support/runs.ts";
import { type Mutation, mutation } from "../../support/transcripts/mutate.ts";

const transcripts = recordings().flatMap((recording) =>
  transcriptsOf(recording).map((path) => ({
    path,
    toString: () => `${recording.name} ${sessionIdOf(path)}`,
  })),
);

/** Reads the session with one of its files damaged and, if it is an agent's, renamed. */
function readDamaged(path: string, file: number, mutations: Mutation[], agentName: string): Finished[] {
  const files = textsOf(path);
  const damaged = files[file % files.length] as FileText;
  damaged.path = damaged.path.replace(/agent-[^./]+/, agentName);
  damaged.text = mutations.reduce((lines, mutate) => mutate(lines), damaged.text.split("\n")).join("\n");
  return readTexts(files, { keep: "full" });
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

describe("a damaged transcript", () => {
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
