import { expect, test } from "vitest";
import { addEvent, newAttendance } from "../../src/bridge/attendance.ts";
import type { HookEvent } from "../../src/bridge/inbox.ts";

function event(name: string): HookEvent {
  return { files: [], sessionId: "s", transcriptPath: "/s.jsonl", name, atMs: 0, env: {} };
}

/** How long a session is attended to after these events, which came in at once. */
function waitAfter(...names: string[]): number {
  const attendance = newAttendance("s");
  for (const name of names) addEvent(attendance, event(name), 1000);
  return attendance.until - 1000;
}

test("a Stop is waited for as long as other Stop hooks may take", () => {
  expect(waitAfter("SessionStart", "Stop")).toBe(60_000);
});

test("once the session has ended, no Stop hook of anybody runs: only its cost is still to come", () => {
  expect(waitAfter("Stop", "SessionEnd")).toBe(5_000);
});

test("a session that was resumed right after its end is waited for again", () => {
  expect(waitAfter("Stop", "SessionEnd", "SessionStart", "Stop")).toBe(60_000);
});
