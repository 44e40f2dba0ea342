import { describe, expect, test } from "vitest";
import type { LlmRequest } from "../../src/session/model.ts";
import { countsOfConversation } from "../../src/session/sums/counts.ts";
import { walk } from "../../src/session/walk.ts";
import type { Span } from "../../src/telemetry/spans/span.ts";
import { toSpans } from "../../src/telemetry/spans/spans.ts";
import { spansInMemory } from "../support/read-in-memory.ts";
import { recording } from "../support/recordings.ts";
import {
  answer,
  prompt,
  readScript,
  SESSION_ID,
  START_MS,
  stop,
} from "../support/transcripts/scripted-session.ts";

function chats(spans: Span[]): Span[] {
  return spans.filter(({ name }) => name.startsWith("chat "));
}

const usage = {
  input_tokens: 20,
  output_tokens: 60,
  iterations: [
    { type: "message", input_tokens: 20, output_tokens: 25 },
    { type: "advisor_message", model: "claude-opus-4-8", input_tokens: 1000, output_tokens: 300 },
    { type: "message", input_tokens: 5, output_tokens: 35 },
  ],
};

describe("a model that is asked for advice within a response", () => {
  test("is a chat span below the request, at its own price", () => {
    const spans = spansInMemory(recording("advisor"), "session");
    const [request, advisor, last] = chats(spans);
    expect(advisor).toMatchObject({
      name: "chat claude-opus-4-8",
      parentSpanId: request?.spanId,
      attributes: {
        "gen_ai.request.model": "claude-opus-4-8",
        "gen_ai.usage.input_tokens": 1000,
        "gen_ai.usage.output_tokens": 300,
      },
    });
    expect(advisor?.attributes["gen_ai.usage.cost"]).toBeCloseTo(0.0125, 9);
    expect(advisor?.attributes["gen_ai.response.id"]).toBeUndefined();
    expect(last?.name).toBe("chat claude-sonnet-5-5");
    const turn = spans.find(({ name }) => name === "invoke_agent claude-code");
    expect(turn?.attributes["ccotel.requests"]).toBe(3);
  });

  test("has the time between the blocks that ask and answer it, and counts once although several lines repeat it", () => {
    const pieces = readScript([
      prompt(0),
      answer(1, "m1", "Let me ask.", { usage }),
      answer(2, "m1", { type: "server_tool_use", id: "s1", name: "advisor", input: {} }, { usage }),
      answer(5, "m1", { type: "advisor_tool_result", tool_use_id: "s1", content: {} }, { usage }),
      answer(6, "m1", "Thanks.", { usage }),
      stop(6.1),
    ]);
    const [request, advisor, ...others] = chats(toSpans(pieces, { sessionId: SESSION_ID, scope: "session" }));
    expect(others).toEqual([]);
    expect(request).toMatchObject({ endMs: START_MS + 6000 });
    expect(advisor).toMatchObject({ startMs: START_MS + 2000, endMs: START_MS + 5000 });
  });
});

describe("a response within which the API sums up the conversation", () => {
  const compacted = {
    input_tokens: 23_000,
    output_tokens: 1000,
    iterations: [
      { type: "compaction", input_tokens: 180_000, output_tokens: 3500 },
      { type: "message", input_tokens: 23_000, output_tokens: 1000 },
    ],
  };

  test("has a chat span for the summary, at the price of its own model, which the API's sums and Claude Code's leave out", () => {
    const pieces = readScript([prompt(0), answer(1, "m1", "Done.", { usage: compacted }), stop(1.1)]);
    const [request, summary, ...others] = chats(toSpans(pieces, { sessionId: SESSION_ID, scope: "session" }));
    expect(others).toEqual([]);
    const model = request?.attributes["gen_ai.request.model"];
    expect(summary).toMatchObject({
      parentSpanId: request?.spanId,
      attributes: {
        "gen_ai.request.model": model,
        "gen_ai.usage.input_tokens": 180_000,
        "gen_ai.usage.output_tokens": 3500,
      },
    });
    expect(summary?.attributes["gen_ai.usage.cost"]).toBeCloseTo(0.79, 9);
    const requests: LlmRequest[] = [];
    walk(pieces, { turn: (turn) => void requests.push(...turn.requests) });
    const { costUsd, clientMoreUsd } = countsOfConversation(requests, []);
    expect(costUsd).toBeCloseTo(0.112 + 0.79, 9);
    expect(clientMoreUsd).toBeCloseTo(-0.79, 9);
  });
});
