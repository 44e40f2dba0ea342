import { appendFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { readSession } from "../../src/files/read-session.ts";
import { newReadState } from "../../src/files/read-state.ts";
import type { Finished } from "../../src/session/model.ts";
import { walk } from "../../src/session/walk.ts";
import { toSpans } from "../../src/telemetry/spans/spans.ts";
import { readOn, readWhole } from "../support/read-files.ts";
import { OPTIONS } from "../support/recordings.ts";
import { scriptSession } from "../support/transcripts/scripted-files.ts";
import { answer, call, prompt, result, SESSION_ID, stop } from "../support/transcripts/scripted-session.ts";

const first = [prompt(0), answer(1, "m1", "One."), stop(1.1)];
const second = [
  prompt(10),
  answer(11, "m2", call("c1", "Agent", { prompt: "look" })),
  result(14, "c1", { toolUseResult: { agentId: "a1", status: "completed" } }),
  answer(15, "m4", "Two."),
  stop(15.1),
];
const agent = {
  id: "a1",
  meta: { agentType: "Explore", toolUseId: "c1" },
  records: [prompt(11.1, "look"), answer(13, "m3", "Found.")],
};

function spanIds(finished: Finished[]): string[] {
  return toSpans(finished, { sessionId: SESSION_ID, scope: "session" })
    .map((span) => `${span.name} ${span.spanId} below ${span.parentSpanId}`)
    .sort();
}

describe("a session that grows while its pieces are being sent", () => {
  test("gives the same spans as one pass, including an agent that was added meanwhile", () => {
    const session = scriptSession(first);
    const state = newReadState(SESSION_ID);
    const finished: Finished[] = [];
    for (const pieces of readSession(session.path, state, { quiet: true, ended: false, session: OPTIONS })) {
      if (finished.length === 0) {
        session.append(second);
        session.appendToAgent(agent);
      }
      finished.push(...pieces);
    }
    finished.push(...readOn(session.path, state, { quiet: true, ended: true }));
    expect(spanIds(finished)).toEqual(spanIds(readWhole(session.path)));
  });
});

test("a last record without a line feed counts after the session's end, and half a record never does", () => {
  const session = scriptSession(first);
  const last = JSON.stringify(answer(20, "m9", "Late."));
  const lines = [prompt(18), prompt(19)].map((record) => JSON.stringify(record)).join("\n");
  appendFileSync(session.path, `${lines}\n${last.slice(0, -9)}`);
  const requestsOf = (facts: { quiet: boolean; ended: boolean }) => {
    const ids: (string | undefined)[] = [];
    walk(readOn(session.path, newReadState(SESSION_ID), facts), { request: ({ id }) => ids.push(id) });
    return ids;
  };
  expect(requestsOf({ quiet: true, ended: true })).toEqual(["m1"]);
  appendFileSync(session.path, last.slice(-9));
  expect(requestsOf({ quiet: true, ended: true })).toEqual(["m1", "m9"]);
  expect(requestsOf({ quiet: false, ended: false })).toEqual(["m1"]);
});
