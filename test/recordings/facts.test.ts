import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, test } from "vitest";
import type { TraceScope } from "../../src/choices.ts";
import type { Span } from "../../src/telemetry/spans/span.ts";
import { spansOf } from "../support/read-files.ts";
import {
  type Expected,
  type ExpectedTokens,
  expectedOf,
  kindOf,
  type Recording,
  recordings,
  recordingsIn,
  recordsOf,
} from "../support/recordings.ts";
import { byTrace } from "../support/span-tree.ts";

/** The folder on a developer's machine with the complete recordings that the fixtures are made from. */
const SOURCES = fileURLToPath(new URL("../../../shared/transcripts", import.meta.url));

/** How late a record's time may be on a busy machine. */
const LATE_MS = 150;

const cases = recordings().map((recording) => ({ recording, name: recording.name, expected: expectedOf }));
const sources = existsSync(SOURCES) ? recordingsIn(SOURCES) : [];
for (const recording of sources) {
  cases.push({ recording, name: `source ${recording.name}`, expected: expectedOfSource });
}

describe.each(["session", "turn"] as const)("with one trace per %s", (scope) => {
  describe.each(cases)("$name", ({ recording, expected: read }) => {
    let spans: Span[];
    let expected: Expected;
    beforeAll(() => {
      spans = spansOf(recording, scope);
      expected = read(recording);
    });
    const ofKind = (kind: ReturnType<typeof kindOf>) => spans.filter((span) => kindOf(span) === kind);

    test("has the turns, tool calls and agents that took place", () => {
      if (expected.turns !== null) expect(ofKind("turn")).toHaveLength(expected.turns);
      expect(ofKind("tool")).toHaveLength(expected.toolCalls);
      expect(calledAgents(spans).size).toBe(expected.subagents);
    });

    test("has each response once, with its tokens", () => {
      const cut = new Set(expected.requests.flatMap(({ cut, messageId }) => (cut ? [messageId] : [])));
      // The API counts an advisor within the response that asked it.
      const answered = ofKind("chat").filter(
        (span) => span.status === "unset" && span.attributes["gen_ai.response.id"] !== undefined,
      );
      const whole = answered.filter((span) => !cut.has(span.attributes["gen_ai.response.id"] as string));
      expect(whole).toHaveLength(expected.completed - expected.completedNotInTranscript.length);
      expect(tokensByModel(whole)).toEqual(expected.tokensByModelInTranscript);
    });

    test("marks the responses whose final output count the client did not write", () => {
      const cut = new Set(expected.requests.flatMap(({ cut, messageId }) => (cut ? [messageId] : [])));
      const marked = ofKind("chat").filter((span) => span.attributes["ccotel.usage.provisional"] === true);
      const whole = marked.filter((span) => !cut.has(span.attributes["gen_ai.response.id"] as string));
      expect(whole).toHaveLength(expected.provisional ?? 0);
    });

    test("has one failed request for each error that the client showed", () => {
      // A message about an incomplete response belongs to the request above.
      const errors = recordsOf(recording).filter(
        (record) =>
          record.isApiErrorMessage === true &&
          !JSON.stringify(record.message).includes("response above may be incomplete"),
      );
      const failed = ofKind("chat").filter((span) => span.status === "error");
      expect(failed).toHaveLength(new Set(errors.map((record) => record.uuid)).size);
      for (const span of failed) expect(span.attributes["error.type"]).toEqual(expect.any(String));
    });

    test("has the API's own times for each request", () => {
      const byId = new Map(ofKind("chat").map((span) => [span.attributes["gen_ai.response.id"], span]));
      for (const request of expected.requests) {
        const span = byId.get(request.messageId);
        // A response that was never finished may have left no record.
        if (request.cut) continue;
        expect(span, request.messageId).toBeDefined();
        expect(span?.attributes.request_id ?? request.requestId).toBe(request.requestId);
        expect(span?.attributes["gen_ai.request.model"]).toBe(request.requestedModel);
        const { startMs = 0, endMs = 0, attributes = {} } = span ?? {};
        expect(startMs - LATE_MS).toBeLessThan(request.received);
        expect(Math.abs(endMs - request.finished)).toBeLessThan(LATE_MS);
        const toFirst = (request.firstToken - request.received) / 1000;
        const exact = attributes["gen_ai.response.time_to_first_chunk"] as number | undefined;
        if (exact !== undefined) expect(Math.abs(exact - toFirst)).toBeLessThan(0.06);
        const bound = attributes["ccotel.time_to_first_block"] as number | undefined;
        if (bound !== undefined) expect(bound).toBeGreaterThan(toFirst - 0.06);
      }
    });

    test("has complete traces: one root each, sent before its children, no id twice, no end before its start", () => {
      checkTraces(spans, scope);
    });
  });
});

function checkTraces(spans: Span[], scope: TraceScope): void {
  expect(new Set(spans.map((span) => span.spanId)).size).toBe(spans.length);
  for (const trace of byTrace(spans)) {
    const ids = new Set(trace.map((span) => span.spanId));
    const roots = trace.filter((span) => span.parentSpanId === undefined);
    expect(roots).toHaveLength(1);
    expect(roots[0]).toBe(trace[0]);
    expect(scope === "session" ? kindOf(roots[0] as Span) : "session").toBe("session");
    for (const span of trace) {
      expect(span.traceId).toMatch(/^[0-9a-f]{32}$/);
      expect(span.spanId).toMatch(/^[0-9a-f]{16}$/);
      expect(span.parentSpanId === undefined || ids.has(span.parentSpanId)).toBe(true);
      expect(span.endMs).toBeGreaterThanOrEqual(span.startMs);
      expect(Object.keys(span.attributes).length).toBeLessThanOrEqual(32);
    }
  }
}

/** Agents that a tool call started. No call starts the warm-up agents of 2.0 clients. */
function calledAgents(spans: Span[]): Set<unknown> {
  const calls = new Set(spans.filter((span) => kindOf(span) === "tool").map((span) => span.spanId));
  const agents = spans.filter((span) => kindOf(span) === "subagent" && calls.has(span.parentSpanId ?? ""));
  return new Set(agents.map((span) => span.attributes.agent_id));
}

function tokensByModel(chats: Span[]): Record<string, ExpectedTokens> {
  const sums: Record<string, ExpectedTokens> = {};
  for (const { attributes } of chats) {
    const count = (name: string) => (attributes[name] as number | undefined) ?? 0;
    const model = attributes["gen_ai.response.model"] as string;
    sums[model] ??= {
      requests: 0,
      input: 0,
      output: 0,
      cacheRead: 0,
      cacheWrite5m: 0,
      cacheWrite1h: 0,
      webSearches: 0,
    };
    const sum = sums[model];
    const cacheRead = count("gen_ai.usage.cache_read.input_tokens");
    const cacheWrites = count("gen_ai.usage.cache_creation.input_tokens");
    sum.requests++;
    // GenAI conventions: the input includes what was read from and written to the cache.
    sum.input += count("gen_ai.usage.input_tokens") - cacheRead - cacheWrites;
    sum.output += count("gen_ai.usage.output_tokens");
    sum.cacheRead += cacheRead;
    sum.cacheWrite5m += count("ccotel.cache_write_5m_tokens");
    sum.cacheWrite1h += count("ccotel.cache_write_1h_tokens");
    sum.webSearches += count("ccotel.usage.web_searches");
    expect(count("ccotel.cache_write_5m_tokens") + count("ccotel.cache_write_1h_tokens")).toBe(cacheWrites);
  }
  return sums;
}

interface Source {
  turns: number | null;
  totals: Omit<Expected, "turns" | "totalCostUSD" | "requests">;
  requests: (Omit<Expected["requests"][number], "cut"> & {
    status: number;
    inTranscript: boolean;
    cut: number | null;
    aborted: number | null;
  })[];
}

function expectedOfSource({ folder }: Recording): Expected {
  const source = JSON.parse(readFileSync(join(folder, "expected.json"), "utf8")) as Source;
  return {
    ...source.totals,
    turns: source.turns,
    totalCostUSD: {},
    requests: source.requests
      .filter(({ status, inTranscript }) => status === 200 && inTranscript)
      .map(({ cut, aborted, ...request }) => ({
        ...request,
        ...(cut === null && aborted === null ? {} : { cut: true as const }),
      })),
  };
}
