import { expect, test } from "vitest";
import { readTexts } from "../../support/read-in-memory.ts";
import { scribe } from "../../support/transcripts/transcript.ts";

/** Processor time in ms to read a turn with `tools` calls. */
function readMs(tools: number): number {
  const session = scribe(`long ${tools}`);
  const text = session.turn({ tools }).join("");
  const before = process.cpuUsage();
  const pieces = readTexts([{ path: `${session.sessionId}.jsonl`, text }]);
  const { user, system } = process.cpuUsage(before);
  expect(pieces.some((piece) => piece.type === "turn" && piece.turn.toolCalls.length === tools)).toBe(true);
  return (user + system) / 1_000;
}

test("the time to read a turn with thousands of calls grows with their number, not with its square", () => {
  readMs(1_000);
  expect(readMs(12_000) / readMs(3_000)).toBeLessThan(10);
}, 60_000);
