import { expect, test } from "vitest";
import type { HookEvent } from "../../src/hook/inbox.ts";
import { addEvent, newAwaited } from "../../src/worker/awaited.ts";

function event(name: string): HookEvent {
  return { files: [], sessionId: "s", transcriptPath: "/s.jsonl", name, atMs: 0, env: {} };
}

/** How long a worker waits for more of a session after these events, in ms. The events arrive together. */
function waitAfter(...names: string[]): number {
  const awaited = newAwaited("s");
  for (const name of names) addEvent(awaited, event(name), 1000);
  return awaited.until - 1000;
}

test("a worker waits a minute after a Stop, because other Stop hooks may still run", () => {
  expect(waitAfter("SessionStart", "Stop")).toBe(60_000);
});

test("a worker waits five seconds after a session's end, for the costs", () => {
  expect(waitAfter("Stop", "SessionEnd")).toBe(5_000);
});

test("a worker waits a minute again if the session was resumed right after its end", () => {
  expect(waitAfter("Stop", "SessionEnd", "SessionStart", "Stop")).toBe(60_000);
});
