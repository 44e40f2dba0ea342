import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { writeCorpus } from "../../lab/bench/lib/corpus.mjs";
import type { Span } from "../../src/telemetry/spans/span.ts";
import { spansOfSession } from "../support/read-files.ts";
import { kindOf } from "../support/recordings.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "ccotel-corpus-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

function sum(spans: Span[], name: string): number {
  return spans.reduce((total, { attributes }) => total + ((attributes[name] as number | undefined) ?? 0), 0);
}

describe("a generated session", () => {
  test.each([1, 2, 3])("has the spans that were generated, in one trace and in several (seed %i)", (seed) => {
    const { path, counts } = writeCorpus(folder, { megabytes: 4, seed });
    for (const maxSpansPerTrace of [2000, 10]) {
      const spans = spansOfSession(path, "session", { maxSpansPerTrace });
      const ofKind = (kind: ReturnType<typeof kindOf>) => spans.filter((span) => kindOf(span) === kind);
      expect({
        turns: ofKind("turn").length,
        requests: ofKind("chat").length,
        toolCalls: ofKind("tool").length,
        subagents: ofKind("subagent").length,
        inputTokens: sum(ofKind("chat"), "gen_ai.usage.input_tokens"),
        outputTokens: sum(ofKind("chat"), "gen_ai.usage.output_tokens"),
      }).toEqual({ ...counts, bytes: undefined, lines: undefined });
      // The summary has the same sums as the spans.
      const [summary] = spans.filter(
        (span) => "ccotel.requests" in span.attributes && kindOf(span) === "summary",
      );
      expect(summary?.attributes).toMatchObject({
        "ccotel.turns": counts.turns,
        "ccotel.requests": counts.requests,
        "ccotel.tool_calls": counts.toolCalls,
        "ccotel.usage.input_tokens": counts.inputTokens,
        "ccotel.usage.output_tokens": counts.outputTokens,
      });
      expect(ofKind("session").length > 1).toBe(maxSpansPerTrace === 10);
    }
  });

  test("is the same for the same seed", () => {
    const hashes = [0, 1].map((run) => {
      const { path } = writeCorpus(join(folder, String(run)), { megabytes: 1, seed: 7 });
      return createHash("sha256").update(readFileSync(path)).digest("hex");
    });
    expect(hashes[0]).toBe(hashes[1]);
  });
});
