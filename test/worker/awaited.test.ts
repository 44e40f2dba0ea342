import { expect, test } from "vitest";
import type { HookEvent } from "../../src/hook/inbox.ts";
import { addEvent, newAwaited } from "../../src/worker/awaited.ts";

function event(name: string): HookEvent {
  return { files: [], sessionId: "s", transcriptPath: "/s.jsonl", name, atMs: 0, env: {} };
}

/** How long a worker waits for a session after these events, which arrive together. */
function waitAfter(...names: string[]): number {
  const awaited = newAwaited("s");
  for (const name of names) addEvent(awaited, event(name), 1000);
  return awaited.until - 1000;
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
