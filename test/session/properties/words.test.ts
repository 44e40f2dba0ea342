import { ProtobufTraceSerializer } from "@opentelemetry/otlp-transformer";
import { describe, expect, test } from "vitest";
import { auditSession } from "../../../src/audit/audit.ts";
import { dict } from "../../../src/dict.ts";
import { removeSecrets } from "../../../src/redact/redact.ts";
import { restoreSession, type SessionState } from "../../../src/session/state.ts";
import { summarize } from "../../../src/session/sums/summary.ts";
import { observe } from "../../../src/telemetry/metrics/observe.ts";
import { parseMetricsState } from "../../../src/telemetry/metrics/parse-state.ts";
import { metricsPayload } from "../../../src/telemetry/metrics/payload.ts";
import { nextRequest } from "../../../src/telemetry/metrics/request.ts";
import { addObservations, newMetricsState } from "../../../src/telemetry/metrics/state.ts";
import { createReadable } from "../../../src/telemetry/spans/readable.ts";
import { toSpans } from "../../../src/telemetry/spans/spans.ts";
import type { Inbound } from "../../../src/telemetry/spans/trace-context.ts";
import { officialMetrics } from "../../support/official.ts";
import { type FileText, readTexts, sessionsOf } from "../../support/read-in-memory.ts";
import { bySize, type Recording, recordings, sessionIdOf } from "../../support/recordings.ts";
import { sample } from "../../support/runs.ts";
import { fieldsOf, plant, rename, WORDS } from "../../support/transcripts/planted-fields.ts";

/** The recordings, smallest first: small ones show as much as large ones. */
const all = bySize(recordings());
const textFields = new Map(all.map((one) => [one.name, fieldsOf(one, "string")]));
const fields = [...new Set([...textFields.values()].flat())].sort();

const T0 = Date.parse("2026-11-21T10:00:00Z");

const readable = createReadable({ serviceName: "claude-code", distroVersion: "0.0.0", extra: {} });
const policy = { level: "full", clean: removeSecrets, homeDir: "/home/dev" } as const;

/** Makes all outputs of a session: the bytes for the backend, its metrics, its audit. */
async function makeAll(session: readonly FileText[]): Promise<void> {
  const [main] = session as [FileText];
  const sessionId = sessionIdOf(main.path);
  const finished = readTexts(session, { keep: "full" });
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
  if (request !== undefined) officialMetrics(metricsPayload(request, {}));
  const files = session
    .filter(({ path }) => path.endsWith(".jsonl"))
    .map((file) => ({ file: file.path, isMain: file === main, lines: file.text.split("\n") }));
  await auditSession({ sessionId, files, read: summarize(finished) });
}

describe("a property name of every object, such as __proto__,", () => {
  test.each(fields.map((field, index) => ({ field, index })))(
    "can be every $field of a recording",
    async ({ field, index }) => {
      const withField = all.filter(({ name }) => textFields.get(name)?.includes(field));
      const words = ["__proto__", "constructor", WORDS[index % WORDS.length] as string];
      for (const [turn, word] of sample([...words.entries()], index)) {
        const one = withField[(index + turn * 3) % Math.min(withField.length, 8)] as Recording;
        for (const files of sessionsOf(one)) await makeAll(plant(files, [field], word));
      }
    },
  );

  /** The session's spans with their times and parents, without ids, since the ids are hashes of the renamed words. */
  function shapeOf(...[files, options, save]: Parameters<typeof readTexts>): string[] {
    const sessionId = sessionIdOf(files[0]?.path ?? "");
    const spans = toSpans(readTexts(files, options, save), { sessionId, scope: "session" });
    const names = new Map(spans.map((span) => [span.spanId, span.name]));
    return spans
      .map((span) => `${span.name} ${span.startMs} ${span.endMs} < ${names.get(span.parentSpanId ?? "")}`)
      .sort();
  }

  const agents = all.flatMap((one) =>
    sessionsOf(one).flatMap((files) => {
      const ids = files.flatMap(({ path }) => /agent-(\w+)\.jsonl$/.exec(path)?.[1] ?? []);
      return [...new Set(ids)].map((agentId) => ({ name: one.name, agentId, files }));
    }),
  );
  const FIELDS = ["agentId", "resumedAgentId"];

  test.each(agents)("can be the id of a subagent: $name $agentId", ({ files, agentId }) => {
    for (const word of ["__proto__", "constructor"])
      expect(shapeOf(rename(files, FIELDS, agentId, word))).toEqual(shapeOf(files));
  });

  test.each(agents)(
    "can be the id of a subagent in a state that is saved as JSON: $name $agentId",
    ({ files, agentId }) => {
      const renamed = rename(files, FIELDS, agentId, "__proto__");
      const throughJson = (session: SessionState) =>
        restoreSession(JSON.parse(JSON.stringify(session)) as SessionState);
      expect(shapeOf(renamed, {}, throughJson)).toEqual(shapeOf(renamed));
    },
  );
});
