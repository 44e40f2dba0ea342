import { describe, expect, test } from "vitest";
import type { ToolCall } from "../../src/session/model.ts";
import { noteWaits } from "../../src/session/turns/waits.ts";
import { observe } from "../../src/telemetry/metrics/observe.ts";
import { readTexts, textsOf } from "../support/read-in-memory.ts";
import { recording, recordings, transcriptsOf } from "../support/recordings.ts";

const turnsOf = (name: string) =>
  transcriptsOf(recording(name)).flatMap((path) =>
    readTexts(textsOf(path)).flatMap((piece) => (piece.type === "turn" ? [piece.turn] : [])),
  );

test("the wait for a dialog, which native telemetry measured at 2.814 s, is right to 50 ms", () => {
  const [waited] = turnsOf("08-interactive").flatMap(({ toolCalls }) =>
    toolCalls.flatMap(({ waitedMs, startMs, endMs }) =>
      waitedMs === undefined ? [] : { waitedMs, ownMs: endMs - startMs - waitedMs },
    ),
  );
  expect(Math.abs((waited?.waitedMs ?? 0) - 2814)).toBeLessThan(50);
  expect(waited?.ownMs).toBeGreaterThanOrEqual(0);
  expect(waited?.ownMs).toBeLessThan(600);
});

test("the wait for a question of an MCP server, which leaves no record, belongs to the call", () => {
  const [turn] = turnsOf("mcp-elicitation").filter(({ waitedMs }) => waitedMs !== undefined);
  expect(
    turn?.toolCalls.map(({ name, waitIncluded, waitedMs }) => [name, waitIncluded, waitedMs]),
  ).toContainEqual(["mcp__ask__order", true, turn?.waitedMs]);
});

test("if two calls asked, the turn's wait belongs to neither of them", () => {
  const both = turnsOf("tui-permission").filter(
    ({ toolCalls }) => toolCalls.filter(({ waitIncluded }) => waitIncluded).length > 1,
  );
  expect(both).not.toEqual([]);
  for (const { toolCalls } of both)
    expect(toolCalls.every(({ waitedMs }) => waitedMs === undefined)).toBe(true);
});

describe("a turn's wait belongs to", () => {
  const call = (name: string, ms: number, waitIncluded?: boolean): ToolCall => ({
    key: name,
    id: name,
    name,
    startMs: 0,
    endMs: ms,
    outcome: "ok",
    ...(waitIncluded === undefined ? {} : { waitIncluded }),
  });
  test.each([
    ["the call that asked", [call("Write", 4_000, true), call("Read", 10, false)], ["Write"]],
    ["the call that asked, beside a failed one", [call("Write", 4_000, true), call("Grep", 3)], ["Write"]],
    [
      "the MCP server's call, if no call asked",
      [call("mcp__a__b", 4_000, false), call("Read", 9, false)],
      ["mcp__a__b"],
    ],
    ["neither of two calls that asked", [call("Write", 4_000, true), call("Bash", 3_000, true)], []],
    [
      "no call, if another one may have asked",
      [call("AskUserQuestion", 4_000, true), call("Bash", 9_000)],
      [],
    ],
    ["no call that took less time", [call("Write", 1_000, true), call("mcp__a__b", 4_000, false)], []],
  ])("%s", (_, calls, waited) => {
    expect(noteWaits(10_000, 7_000, calls)).toBe(3_000);
    expect(calls.flatMap(({ name, waitedMs }) => (waitedMs === 3_000 ? [name] : []))).toEqual(waited);
    expect(calls.flatMap(({ name, waitedMs }) => (waitedMs === undefined ? [] : [name]))).toEqual(waited);
  });
});

test("in all recordings, a wait has a call that asked, and is not longer than its turn", () => {
  for (const { name } of recordings()) {
    for (const { waitedMs, startMs, endMs, toolCalls } of turnsOf(name)) {
      if (waitedMs === undefined) continue;
      expect(waitedMs, name).toBeLessThanOrEqual(endMs - startMs);
      expect(
        toolCalls.some(({ waitIncluded }) => waitIncluded),
        name,
      ).toBe(true);
    }
  }
});

test("the tool's own time and the wait are two histograms", () => {
  const points = transcriptsOf(recording("tui-ask")).flatMap((path) => observe(readTexts(textsOf(path))));
  const of = (wanted: string) =>
    points.filter(
      ({ instrument, attributes }) =>
        instrument === wanted && attributes["gen_ai.tool.name"] === "AskUserQuestion",
    );
  expect(of("ccotel.tool.waited")).toMatchObject([{ value: expect.closeTo(2.03, 2) }]);
  expect(of("gen_ai.execute_tool.duration")).toHaveLength(1);
  expect(of("ccotel.tool.elapsed")).toEqual([]);
});
