import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { readWhole } from "../support/recordings.ts";
import { scribe } from "../support/transcript.ts";

/** Processor time to read a turn with so many calls, in ms. */
function readMs(tools: number): number {
  const folder = mkdtempSync(join(tmpdir(), "ccotel-long-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const session = scribe(`long ${tools}`);
  const path = join(folder, `${session.sessionId}.jsonl`);
  writeFileSync(path, session.turn({ tools }).join(""));
  const before = process.cpuUsage();
  const pieces = readWhole(path);
  const { user, system } = process.cpuUsage(before);
  expect(pieces.some((piece) => piece.type === "turn" && piece.turn.toolCalls.length === tools)).toBe(true);
  return (user + system) / 1_000;
}

test("a turn with thousands of calls is read in a time that grows with them, not with their square", () => {
  readMs(1_000);
  expect(readMs(12_000) / readMs(3_000)).toBeLessThan(10);
}, 60_000);
