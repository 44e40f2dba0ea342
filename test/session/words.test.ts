import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ProtobufMetricsSerializer, ProtobufTraceSerializer } from "@opentelemetry/otlp-transformer";
import { resourceFromAttributes } from "@opentelemetry/resources";
import { describe, expect, test } from "vitest";
import { auditSession } from "../../src/audit/audit.ts";
import { dict } from "../../src/dict.ts";
import { newReadState, type ReadState, restoreReadState } from "../../src/files/read-state.ts";
import { removeSecrets } from "../../src/redact/redact.ts";
import type { Finished } from "../../src/session/model.ts";
import { summarize } from "../../src/session/sums/summary.ts";
import { observe } from "../../src/telemetry/metrics/observe.ts";
import { parseMetricsState } from "../../src/telemetry/metrics/parse-state.ts";
import { toResourceMetrics } from "../../src/telemetry/metrics/points.ts";
import { nextRequest } from "../../src/telemetry/metrics/request.ts";
import { addObservations, newMetricsState } from "../../src/telemetry/metrics/state.ts";
import { createReadable } from "../../src/telemetry/spans/readable.ts";
import { toSpans } from "../../src/telemetry/spans/spans.ts";
import type { Inbound } from "../../src/telemetry/spans/trace-context.ts";
import { bySize, fieldsOf, mainFiles, plant, rename, WORDS } from "../support/planted-fields.ts";
import {
  filesOfSession,
  filesUnder,
  type Recording,
  readOn,
  readWhole,
  recording,
  recordings,
  sessionIdOf,
} from "../support/recordings.ts";
import { sample } from "../support/runs.ts";

/** The smallest ones say as much as the others. */
const all = bySize(recordings());
const textFields = new Map(all.map((one) => [one.name, fieldsOf(one, "string")]));
const fields = [...new Set([...textFields.values()].flat())].sort();

/** Looks at a copy of a recording, and takes it away again. */
async function withFolder(look: (folder: string) => void | Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "ccotel-words-"));
  try {
    await look(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const T0 = Date.parse("2026-11-21T10:00:00Z");

const readable = createReadable({ serviceName: "claude-code", distroVersion: "0.0.0", extra: {} });
const policy = { level: "full", clean: removeSecrets, homeDir: "/home/dev" } as const;

/** Everything that is made of a session: its bytes for the backend, its metrics, its audit. */
async function makeAll(path: string): Promise<void> {
  const sessionId = sessionIdOf(path);
  const finished = readWhole(path, { keep: "full" });
  const interactions = dict<Inbound>();
  for (const dialect of ["openinference", "mlflow", "langfuse", "langsmith"] as const) {
    const scope = dialect === "mlflow" ? "turn" : "session";
    const spans = toSpans(finished, { sessionId, scope, dialect, interactions, content: policy });
    expect(new Set(spans.map(({ traceId, spanId }) => traceId + spanId)).size).toBe(spans.length);
    ProtobufTraceSerializer.serializeRequest(spans.map(readable));
  }
  const metrics = newMetricsState(T0);
  addObservations(metrics, observe(finished, { attributes: ["project"] }));
  const restored = parseMetricsState(JSON.stringify(metrics));
  expect(restored).toEqual(metrics);
  const request = nextRequest(metrics, T0 + 1, { temporality: "cumulative" });
  if (request !== undefined)
    ProtobufMetricsSerializer.serializeRequest(toResourceMetrics(request, resourceFromAttributes({})));
  const files = filesOfSession(path)
    .filter((file) => file.endsWith(".jsonl"))
    .map((file) => ({
      file,
      isMain: file === path,
      lines: readFileSync(file, "utf8").split("\n"),
    }));
  await auditSession({ sessionId, files, read: summarize(finished) });
}

describe("a word that objects answer to", () => {
  test.each(fields.map((field, index) => ({ field, index })))(
    "may stand in every $field of a recording",
    async ({ field, index }) => {
      const having = all.filter(({ name }) => textFields.get(name)?.includes(field));
      const words = ["__proto__", "constructor", WORDS[index % WORDS.length] as string];
      for (const [turn, word] of sample([...words.entries()], index)) {
        const one = having[(index + turn * 3) % Math.min(having.length, 8)] as Recording;
        await withFolder(async (folder) => {
          for (const path of mainFiles(plant(one, folder, [field], word))) await makeAll(path);
        });
      }
    },
  );

  /** The recording as spans, by what they are and what they hang on, without the ids that hash what was renamed. */
  function shapeOf(finished: Finished[], sessionId: string): string[] {
    const spans = toSpans(finished, { sessionId, scope: "session" });
    const names = new Map(spans.map((span) => [span.spanId, span.name]));
    return spans
      .map((span) => `${span.name} ${span.startMs} ${span.endMs} < ${names.get(span.parentSpanId ?? "")}`)
      .sort();
  }

  const agents = all.flatMap((one) =>
    [
      ...new Set(
        filesUnder(join(one.folder, "projects")).flatMap(
          (path) => /agent-(\w+)\.jsonl$/.exec(path)?.[1] ?? [],
        ),
      ),
    ].map((agentId) => ({ name: one.name, agentId })),
  );

  test.each(agents)("is a name for a subagent like any other: $name $agentId", async ({ name, agentId }) => {
    const original = recording(name);
    for (const word of ["__proto__", "constructor"]) {
      await withFolder((folder) => {
        const copy = rename(original, folder, ["agentId", "resumedAgentId"], agentId, word);
        for (const [index, path] of mainFiles(copy).entries()) {
          const before = shapeOf(readWhole(mainFiles(original)[index] as string), sessionIdOf(path));
          expect(shapeOf(readWhole(path), sessionIdOf(path))).toEqual(before);
        }
      });
    }
  });

  test.each(agents)("is kept in a state that is saved as JSON: $name $agentId", async ({ name, agentId }) => {
    await withFolder((folder) => {
      const copy = rename(recording(name), folder, ["agentId", "resumedAgentId"], agentId, "__proto__");
      for (const path of mainFiles(copy)) {
        let saved = JSON.stringify(newReadState(sessionIdOf(path)));
        const pieces: Finished[] = [];
        for (const ended of [false, true]) {
          const state = restoreReadState(JSON.parse(saved) as ReadState);
          pieces.push(...readOn(path, state, { quiet: ended, ended }));
          saved = JSON.stringify(state);
        }
        expect(shapeOf(pieces, sessionIdOf(path))).toEqual(shapeOf(readWhole(path), sessionIdOf(path)));
      }
    });
  });
});
