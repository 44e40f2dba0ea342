import { expect, test } from "vitest";
import type { Finished } from "../../../src/session/model.ts";
import { cpuMs } from "../../support/cpu-time.ts";
import { readTexts } from "../../support/read-in-memory.ts";
import { scribe } from "../../support/transcripts/transcript.ts";

/** Processor time in ms to read a turn with `tools` calls. */
function readMs(tools: number): number {
  const session = scribe(`long ${tools}`);
  const text = session.turn({ tools }).join("");
  let pieces: Finished[] = [];
  const took = cpuMs(() => {
    pieces = readTexts([{ path: `${session.sessionId}.jsonl`, text }]);
  });
  expect(pieces.some((piece) => piece.type === "turn" && piece.turn.toolCalls.length === tools)).toBe(true);
  return took;
}

test("the time to read a turn with thousands of calls grows with their number, not with its square", () => {
  readMs(1_000);
  expect(readMs(12_000) / readMs(3_000)).toBeLessThan(10);
});
