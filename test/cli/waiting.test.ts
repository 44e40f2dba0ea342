import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { whileWaiting } from "../../src/cli/waiting.ts";
import { createSink } from "../support/run-tool.ts";

beforeEach(() => void vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] }));
afterEach(() => void vi.useRealTimers());

it("says what it waits for after a second, and removes the line at the end", async () => {
  expect(await shownAfter(1000)).toBe("\\rWaiting for an answer …\\r");
});

it("says nothing of a short wait", async () => {
  expect(await shownAfter(999)).toBe("");
});

it.each([
  ["without a terminal", false, {}],
  ["on a terminal that cannot erase a line", true, { TERM: "dumb" }],
])("says nothing %s", async (_, stderr, env) => {
  expect(await shownAfter(5000, { stderr, env })).toBe("");
});

/** What stderr shows of work that takes so many milliseconds and then fails. */
async function shownAfter(ms: number, { stderr = true, env = {} } = {}): Promise<string> {
  const sink = createSink();
  const io = { stderr: sink.stream, isTerminal: { stdin: false, stdout: false, stderr }, env };
  const { promise, reject } = deferred();
  const waiting = whileWaiting("Waiting for an answer", promise, io);
  vi.advanceTimersByTime(ms);
  reject(new Error("the work failed"));
  await expect(waiting).rejects.toThrow("the work failed");
  vi.advanceTimersByTime(10_000);
  vi.useRealTimers();
  await new Promise<void>((resolve) => sink.stream.end(resolve));
  return sink.text().replaceAll("\u001b[K", "").replaceAll("\r", "\\r");
}

function deferred(): { promise: Promise<never>; reject: (error: Error) => void } {
  let reject: (error: Error) => void = () => {};
  const promise = new Promise<never>((_, no) => {
    reject = no;
  });
  return { promise, reject };
}
