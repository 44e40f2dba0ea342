import { delimiter } from "node:path";
import { describe, expect, test } from "vitest";
import type { LlmRequest, Subagent, ToolCall } from "../../src/session/model.ts";
import { readWhole } from "../support/read-files.ts";
import {
  type ExpectedRequest,
  expectedOf,
  recordings,
  recordingsIn,
  recordsOf,
  transcriptsOf,
} from "../support/recordings.ts";

const extra = (process.env.CCOTEL_RECORDINGS ?? "").split(delimiter).filter((root) => root !== "");

/** All responses, with their first block and their true times from the API's own log. */
const all = [...recordings(), ...extra.flatMap((root) => recordingsIn(root))].flatMap((recording) => {
  const truth = new Map(expectedOf(recording).requests.map((request) => [request.messageId, request]));
  const firstBlocks = firstBlocksOf(recordsOf(recording));
  return transcriptsOf(recording)
    .flatMap((path) => requestsOf(path))
    .map((request) => ({
      name: recording.name,
      request,
      firstBlock: firstBlocks.get(request.id ?? ""),
      truth: truth.get(request.id ?? ""),
    }));
});
const claimed = all.filter(({ request }) => request.firstChunkMs !== undefined);

describe("the exact time to first chunk", () => {
  test("is set for many responses, and never for one that begins with text", () => {
    expect(claimed.length).toBeGreaterThan(50);
    expect(new Set(claimed.map(({ firstBlock }) => firstBlock))).toEqual(new Set(["thinking", "tool_use"]));
  });

  test("is within 60 ms of the true one, and half of them within 10", () => {
    const errors = claimed.flatMap(({ request, truth }) => {
      const { firstChunkMs, lastAttemptMs } = request;
      if (truth === undefined || firstChunkMs === undefined || lastAttemptMs === undefined) return [];
      return [Math.abs(firstChunkMs - lastAttemptMs - trueTime(truth))];
    });
    errors.sort((a, b) => a - b);
    expect(errors.length).toBeGreaterThan(50);
    expect(errors.at(-1)).toBeLessThanOrEqual(60);
    expect(errors[Math.floor(errors.length / 2)]).toBeLessThanOrEqual(10);
  });

  test("is never after the first block, whose time is at most 50 ms before the true first token", () => {
    for (const { request, truth } of all) {
      const { firstChunkMs, firstBlockMs, lastAttemptMs } = request;
      if (firstBlockMs === undefined || lastAttemptMs === undefined) continue;
      if (firstChunkMs !== undefined) expect(firstBlockMs).toBeGreaterThanOrEqual(firstChunkMs);
      // The client notes a process's first request up to 40 ms late, as seen on the machine that recorded these.
      if (truth !== undefined) expect(firstBlockMs - lastAttemptMs).toBeGreaterThan(trueTime(truth) - 50);
    }
  });
});

function trueTime({ firstToken, received }: ExpectedRequest): number {
  return firstToken - received;
}

function requestsOf(path: string): LlmRequest[] {
  const ofCalls = (calls: ToolCall[]): LlmRequest[] =>
    calls.flatMap(({ subagent }) => (subagent === undefined ? [] : ofAgent(subagent)));
  const ofAgent = ({ requests, toolCalls }: Pick<Subagent, "requests" | "toolCalls">): LlmRequest[] => [
    ...requests,
    ...ofCalls(toolCalls),
  ];
  return readWhole(path).flatMap((piece) => {
    if (piece.type === "turn") return ofAgent(piece.turn);
    if (piece.type === "late") return ofAgent(piece);
    return piece.type === "subagent" ? ofAgent(piece.subagent) : [];
  });
}

/** Kind of the first block by message id. */
function firstBlocksOf(records: Record<string, unknown>[]): Map<string, string> {
  const kinds = new Map<string, string>();
  for (const record of records) {
    const message = record.message as { id?: string; content?: { type?: string }[] } | undefined;
    if (record.type !== "assistant" || record.apiBlockIndex !== 0 || message?.id === undefined) continue;
    kinds.set(message.id, message.content?.[0]?.type ?? "");
  }
  return kinds;
}
