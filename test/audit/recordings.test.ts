import { readFileSync } from "node:fs";
import { delimiter } from "node:path";
import { describe, expect, test } from "vitest";
import { type Audit, auditSession, auditSessions } from "../../src/audit/audit.ts";
import { describeAudit } from "../../src/audit/describe.ts";
import { createAppraiser } from "../../src/pricing/price-request.ts";
import { summarize } from "../../src/session/sums/summary.ts";
import { auditedOf } from "../support/audit-files.ts";
import { readWhole } from "../support/read-files.ts";
import {
  type Recording,
  recording,
  recordings,
  recordingsIn,
  sessionIdOf,
  transcriptsOf,
} from "../support/recordings.ts";

const extra = (process.env.CCOTEL_RECORDINGS ?? "").split(delimiter).filter((root) => root !== "");
const all = [...recordings(), ...extra.flatMap((root) => recordingsIn(root))];

describe("an audit of every recording", () => {
  test.each(all)(
    "$name: the recount agrees with what ccotel reads, and every cent is explained",
    async (recorded) => {
      for (const { differences, cost } of await auditsOf(recorded)) {
        expect(differences).toEqual([]);
        if (cost === undefined) continue;
        const explained = cost.reasons.reduce((sum, { usd }) => sum + usd, 0);
        expect(Math.abs(cost.claudeUsd - cost.ownUsd - explained)).toBeLessThan(1e-9);
      }
    },
  );
});

describe("the text of an audit", () => {
  const auditText = async (name: string) => {
    const texts = await auditsOf(recording(name));
    return texts.map((audit) => describeAudit(audit).join("\n")).join("\n\n");
  };

  test("of a session whose sums agree", async () => {
    expect(await auditText("02-tools")).toMatchInlineSnapshot(`
      "9 requests, 11 tool calls, $0.075800
      Claude Code's own sum: $0.075800, ours: $0.075800: the same
      What ccotel reads is what the transcript holds."
    `);
  });

  test("of a compaction", async () => {
    expect(await auditText("04-compact-manual-print")).toMatchInlineSnapshot(`
      "2 requests, 0 tool calls, $0.053380
      Claude Code's own sum: $0.062980, ours: $0.053380
        +$0.009600  requests that the transcript does not hold (there was a compaction)
      What ccotel reads is what the transcript holds."
    `);
  });

  test("of a web search", async () => {
    expect(await auditText("websearch-inner")).toMatchInlineSnapshot(`
      "2 requests, 1 tool call, $0.028780
      Claude Code's own sum: $0.041580, ours: $0.028780
        +$0.012800  requests that the transcript does not hold (there was a web search with its own request)
      What ccotel reads is what the transcript holds."
    `);
  });

  test("of a fork", async () => {
    expect(await auditText("fork-after-compact")).toMatchInlineSnapshot(`
      "2 requests, 0 tool calls, $0.053380
      Its history has requests in common with session ecbeb72e-ed72-4f77-9b8c-1dc79e5c9c2c; each counts once
      Claude Code's own sum: $0.062980, ours: $0.053380
        +$0.009600  requests that the transcript does not hold (there was a compaction)
      What ccotel reads is what the transcript holds.

      1 request, 0 tool calls, $0.001190
      Its history has requests in common with session 28b89baa-3426-40f9-b3a0-24f758d87972; each counts once
      Claude Code's own sum: $0.064170, ours: $0.001190
        +$0.012940  1 request of the session that this one was forked from
        +$0.050040  requests that the transcript does not hold (there was a compaction, history of the parent that the fork did not copy)
      What ccotel reads is what the transcript holds."
    `);
  });

  test("of a fork of a session whose last process was killed", async () => {
    expect(await auditText("fork-unfinished")).toMatchInlineSnapshot(`
      "2 requests, 1 tool call, $0.027780
      Its history has requests in common with session 41f6070b-e95a-4be3-b88a-b8ac542c0480; each counts once
      Claude Code's own sum: $0.025440, ours: $0.027780
        -$0.002340  1 request since that sum was written
      What ccotel reads is what the transcript holds.

      1 request, 0 tool calls, $0.002440
      Its history has requests in common with session bf81c371-7a4f-460d-ac95-d5afc549e367; each counts once
      Claude Code's own sum: $0.027880, ours: $0.002440
        +$0.027780  2 requests of the session that this one was forked from
        -$0.002340  requests of a process that was killed before it wrote a sum
      What ccotel reads is what the transcript holds."
    `);
  });

  test("of a kill", async () => {
    expect(await auditText("kill-mid-agent")).toMatchInlineSnapshot(`
      "4 requests, 3 tool calls, $0.042398
      Claude Code's own sum: $0.002190, ours: $0.042398
        -$0.040208  3 requests of a process that was killed before it wrote a sum
      What ccotel reads is what the transcript holds."
    `);
  });

  test("of a client that writes no sums", async () => {
    expect(await auditText("2.1.100-tools")).toMatchInlineSnapshot(`
      "7 requests, 8 tool calls, $0.058822
      Claude Code wrote no sum of its own
      What ccotel reads is what the transcript holds."
    `);
  });

  test("of an old client that counts one-hour cache writes at the five-minute price", async () => {
    const path = transcriptsOf(recording("02-tools"))[0] as string;
    const lines = readFileSync(path, "utf8")
      .replaceAll('"version":"2.1.329"', '"version":"2.1.170"')
      .replace(/"ephemeral_1h_input_tokens":0,"ephemeral_5m_input_tokens":(\d+)/g, (all, tokens) =>
        tokens === "0" ? all : `"ephemeral_1h_input_tokens":${tokens},"ephemeral_5m_input_tokens":0`,
      )
      .split("\n");
    const audit = await auditSession({
      sessionId: sessionIdOf(path),
      files: [{ file: path, isMain: true, lines }],
    });
    expect(describeAudit(audit).join("\n")).toMatchInlineSnapshot(`
      "9 requests, 11 tool calls, $0.106250
      Claude Code's own sum: $0.075800, ours: $0.106250
        -$0.030450  9 requests that its version counts at other prices: one-hour cache writes at the five-minute price, US-only inference at the usual one
      What ccotel reads is what the transcript holds."
    `);
    expect(audit.cost?.reasons).toMatchObject([{ kind: "old_prices", usd: expect.any(Number) }]);
  });

  test("of requests that failed", async () => {
    expect(await auditText("05-fatal-529")).toMatchInlineSnapshot(`
      "1 request (1 failed), 0 tool calls, $0.000000
      Claude Code's own sum: $0.000000, ours: $0.000000: the same
      What ccotel reads is what the transcript holds."
    `);
  });
});

describe("an audit", () => {
  const path = transcriptsOf(recording("02-tools"))[0] as string;

  test("reports a request that was read twice, and requests that were not read", async () => {
    const finished = readWhole(path, { appraise: createAppraiser() });
    const turn = finished.find((piece) => piece.type === "turn");
    if (turn?.type !== "turn") throw new Error("The recording has no turn.");
    turn.turn.requests.push(structuredClone(turn.turn.requests[0]!));
    const { differences } = await auditSession({ ...auditedOf(path), read: summarize(finished) });
    expect(differences.map(({ what }) => what)).toEqual([
      "requests",
      "uncached input tokens of claude-opus-5-5",
      "output tokens of claude-opus-5-5",
      "5-minute cache write tokens of claude-opus-5-5",
      "cost in USD",
    ]);
    turn.turn.requests = [];
    const less = await auditSession({ ...auditedOf(path), read: summarize(finished) });
    expect(less.differences.find(({ what }) => what === "requests")).toEqual({
      what: "requests",
      recounted: 9,
      read: 0,
    });
  });

  test("reports a model without a price", async () => {
    const lines = readFileSync(path, "utf8").replaceAll("claude-opus-5-5", "my-model").split("\n");
    const audit = await auditSession({
      sessionId: sessionIdOf(path),
      files: [{ file: path, isMain: true, lines }],
    });
    expect(audit.cost?.reasons).toMatchObject([{ kind: "unknown_model", models: ["my-model"] }]);
    expect(audit.cost?.ownUsd).toBe(0);
    expect(describeAudit(audit)).toContain("9 requests of my-model: no known price");
  });

  test("uses the user's own prices", async () => {
    const lines = readFileSync(path, "utf8").replaceAll("claude-opus-5-5", "my-model").split("\n");
    const price = { input: 1, output: 0, cacheRead: 0, cacheWrite5m: 0, cacheWrite1h: 0 };
    const own = { "my-model": { ...price, webSearch: 0, contextWindow: 1 } };
    const { recount } = await auditSession(
      { sessionId: sessionIdOf(path), files: [{ file: path, isMain: true, lines }] },
      own,
    );
    expect(recount.own.models["my-model"]?.costUsd).toBeCloseTo(60e-6, 12);
  });

  test("counts broken lines", async () => {
    const lines = ["{", "", '{"type":"assistant"}', "[]"];
    const { recount } = await auditSession({ sessionId: "s", files: [{ file: "s", isMain: true, lines }] });
    expect(recount.brokenLines).toBe(2);
  });
});

/** The audits of a recording's sessions, in order. */
function auditsOf(recorded: Recording): Promise<Audit[]> {
  return auditSessions(transcriptsOf(recorded).filter(hasLines).map(auditedOf));
}

/** A resumed process of 2.0 clients leaves an empty file of the id with which it began. */
function hasLines(path: string): boolean {
  return readFileSync(path, "utf8") !== "";
}
