import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { ProtobufMetricsSerializer, ProtobufTraceSerializer } from "@opentelemetry/otlp-transformer";
import { resourceFromAttributes } from "@opentelemetry/resources";
import { describe, expect, test } from "vitest";
import { auditSession } from "../../src/audit/audit.ts";

import { dict } from "../../src/dict.ts";
import { newReadState, type ReadState, restoreReadState } from "../../src/files/read-state.ts";
import { removeSecrets } from "../../src/redact/redact.ts";
import type { Finished } from "../../src/session/model.ts";
import { summarize } from "../../src/session/summary.ts";
import { observe } from "../../src/telemetry/metrics/observe.ts";
import { toResourceMetrics } from "../../src/telemetry/metrics/points.ts";
import { nextRequest } from "../../src/telemetry/metrics/request.ts";
import { addObservations, newMetricsState, parseMetricsState } from "../../src/telemetry/metrics/state.ts";
import { createReadable } from "../../src/telemetry/spans/readable.ts";
import { toSpans } from "../../src/telemetry/spans/spans.ts";
import type { Inbound } from "../../src/telemetry/spans/trace-context.ts";
import { plant, textFieldsOf, WORDS } from "../support/planted-words.ts";
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

const all = recordings();
const fieldsOf = new Map(all.map((one) => [one.name, textFieldsOf(one)]));
const fields = [...new Set([...fieldsOf.values()].flat())].sort();

/** Gives a planted copy of the recording, and takes it away again. */
function withPlanted<T>(
  one: Recording,
  planted: string[],
  word: string,
  look: (copy: Recording) => T,
  value?: string,
): T {
  const folder = mkdtempSync(join(tmpdir(), "ccotel-words-"));
  try {
    return look(plant(one, folder, planted, word, value));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function mainFiles({ folder }: Recording): string[] {
  return filesUnder(join(folder, "projects")).filter(
    (path) =>
      path.endsWith(".jsonl") && !basename(path).startsWith("agent-") && !path.includes("/subagents/"),
  );
}

const readable = createReadable({ serviceName: "claude-code", distroVersion: "0.0.0", extra: {} });
const policy = { level: "full", clean: removeSecrets, homeDir: "/home/dev" } as const;

/** Everything that is made of a session: its bytes for the backend, its metrics, its audit. */
async function makeAll(path: string): Promise<void> {
  const sessionId = sessionIdOf(path);
  const finished = readWhole(path, { content: "full" });
  const interactions = dict<Inbound>();
  for (const scope of ["session", "turn"] as const) {
    for (const dialect of ["openinference", "mlflow", "langfuse", "langsmith"] as const) {
      const spans = toSpans(finished, { sessionId, scope, dialect, interactions, content: policy });
      expect(new Set(spans.map(({ traceId, spanId }) => traceId + spanId)).size).toBe(spans.length);
      ProtobufTraceSerializer.serializeRequest(spans.map(readable));
    }
  }
  const metrics = newMetricsState(1);
  addObservations(metrics, observe(finished, { project: true }));
  const restored = parseMetricsState(JSON.stringify(metrics));
  expect(restored).toEqual(metrics);
  const request = nextRequest(metrics, 2, { temporality: "cumulative" });
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
      const having = all.filter(({ name }) => fieldsOf.get(name)?.includes(field));
      const words = ["__proto__", "constructor", WORDS[index % WORDS.length] as string];
      for (const [turn, word] of words.entries()) {
        const one = having[(index + turn * 7) % having.length] as Recording;
        const folder = mkdtempSync(join(tmpdir(), "ccotel-words-"));
        try {
          for (const path of mainFiles(plant(one, folder, [field], word))) await makeAll(path);
        } finally {
          rmSync(folder, { recursive: true });
        }
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

  test.each(agents)("is a name for a subagent like any other: $name $agentId", ({ name, agentId }) => {
    const original = recording(name);
    for (const word of ["__proto__", "constructor"]) {
      withPlanted(
        original,
        ["agentId", "resumedAgentId"],
        word,
        (copy) => {
          for (const [index, path] of mainFiles(copy).entries()) {
            const before = shapeOf(readWhole(mainFiles(original)[index] as string), sessionIdOf(path));
            expect(shapeOf(readWhole(path), sessionIdOf(path))).toEqual(before);
          }
        },
        agentId,
      );
    }
  });

  test("keeps its place in a state that is saved as JSON between any two looks", () => {
    const original = recording("03-subagent-foreground");
    const [agentId] = agents.filter(({ name }) => name === original.name).map((one) => one.agentId);
    for (const word of WORDS) {
      withPlanted(
        original,
        ["agentId", "id", "tool_use_id", "toolUseId", "uuid", "promptId"],
        word,
        (copy) => {
          const [path] = mainFiles(copy) as [string];
          const whole = readWhole(path);
          let saved = JSON.stringify(newReadState(sessionIdOf(path)));
          const pieces: Finished[] = [];
          for (const ended of [false, true]) {
            const state = restoreReadState(JSON.parse(saved) as ReadState);
            pieces.push(...readOn(path, state, { quiet: ended, ended }));
            saved = JSON.stringify(state);
          }
          expect(shapeOf(pieces, sessionIdOf(path))).toEqual(shapeOf(whole, sessionIdOf(path)));
        },
        agentId,
      );
    }
  });
});
