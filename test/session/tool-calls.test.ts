import { describe, expect, test } from "vitest";
import type { Finished, ToolCall } from "../../src/session/model.ts";
import { answer, call, prompt, readScript, result, stop } from "../support/transcripts/scripted-session.ts";

function callsOf(finished: Finished[]): ToolCall[] {
  return finished.flatMap((piece) => (piece.type === "turn" ? piece.turn.toolCalls : []));
}

function readCall(name: string, end: Record<string, unknown>): ToolCall | undefined {
  const pieces = readScript([prompt(0), answer(1, "m1", call("c1", name)), result(2, "c1", end), stop(3)]);
  return callsOf(pieces)[0];
}

describe("a denied call of a client that says so only in the result's text", () => {
  test("was refused by a person, who was waited for", () => {
    const content = "The user doesn't want to proceed with this tool use. The tool use was rejected";
    expect(readCall("Write", { is_error: true, content })).toMatchObject({
      outcome: "denied",
      denialKind: "user-rejected",
      waitIncluded: true,
    });
  });

  test.each([
    "Permission to use Bash with command rm -rf dist has been denied.",
    "Claude requested permissions to use Write, but you haven't granted it yet.",
  ])("was refused by a rule, and nobody was waited for: %s", (content) => {
    const denied = readCall("Bash", { is_error: true, content });
    expect(denied).toMatchObject({ outcome: "denied", denialKind: "permission-rule" });
    expect(denied?.waitIncluded).toBeUndefined();
  });
});

describe("a tool call", () => {
  test("without an id is none: nothing could tell it from others", () => {
    const pieces = readScript([
      prompt(0),
      answer(1, "m1", { type: "tool_use", name: "Bash", input: {} }),
      stop(2),
    ]);
    expect(callsOf(pieces)).toEqual([]);
  });
});
