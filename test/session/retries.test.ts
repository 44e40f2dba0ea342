import { describe, expect, test } from "vitest";
import { failedAttempts } from "../../src/session/conversation/retries.ts";
import type { LlmRequest } from "../../src/session/model.ts";
import { walk } from "../../src/session/walk.ts";
import {
  answer,
  prompt,
  readScript,
  request,
  START_MS,
  stop,
} from "../support/transcripts/scripted-session.ts";

describe("the failed attempts of a request", () => {
  const attempts = (...times: number[]) => times.map((atMs) => ({ id: `a${atMs}`, atMs }));
  const overloaded = (atMs: number) => ({ atMs, status: 529, errorType: "overloaded_error", delayMs: 500 });

  test("are all but the last, also if no record says why they failed", () => {
    expect(failedAttempts(attempts(1, 10, 30), [])).toEqual([{ atMs: 10 }, { atMs: 30 }]);
    expect(failedAttempts(attempts(1), [])).toEqual([]);
    expect(failedAttempts([], [])).toEqual([]);
  });

  test("count once if they are recorded", () => {
    const both = [overloaded(2), overloaded(12)];
    expect(failedAttempts(attempts(1, 10, 30), both)).toEqual(both);
    expect(failedAttempts([], both)).toEqual(both);
    // A busy machine writes the time of an attempt late.
    expect(failedAttempts(attempts(1, 10, 30), [overloaded(11), overloaded(31)])).toHaveLength(2);
  });

  test("that are recorded stand beside those that are not, as before a switch to the fallback model", () => {
    expect(failedAttempts(attempts(1, 10, 30, 31), [overloaded(2), overloaded(12)])).toEqual([
      overloaded(2),
      overloaded(12),
      { atMs: 31 },
    ]);
    expect(failedAttempts(attempts(1, 10, 30), [overloaded(12)])).toEqual([{ atMs: 10 }, overloaded(12)]);
  });
});

test("an attempt belongs to the answer that names it, also if the client writes first that the request before failed", () => {
  const requests: LlmRequest[] = [];
  const rejected = answer(2.1, "none", "API Error: an image could not be processed and was removed.", {
    isApiErrorMessage: true,
    requestedModel: undefined,
  });
  const records = [
    prompt(0),
    request(1, "r1"),
    request(2, "r2"),
    rejected,
    answer(4, "m1", "After all.", { requestRef: "r2" }),
    stop(5),
  ];
  walk(readScript(records), { request: (one) => requests.push(one) });
  expect(
    requests.map(({ error, attempts, retries, startMs }) => [
      error !== undefined,
      attempts,
      retries.length,
      (startMs - START_MS) / 1000,
    ]),
  ).toEqual([
    [true, 1, 0, 1],
    [false, 1, 0, 2],
  ]);
});
