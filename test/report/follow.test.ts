import { expect, it } from "vitest";
import { createFollower, type LiveNode } from "../../src/report/follow.ts";

const node = (name: string, startMs: number, endMs: number, parentSpanId?: string): LiveNode => ({
  traceId: "t",
  spanId: name,
  ...(parentSpanId === undefined ? {} : { parentSpanId }),
  name,
  startMs,
  endMs,
  isError: false,
  notes: [],
  isSum: false,
  isSettled: true,
});

const plain = (_: unknown, text: string) => text;

/** The lines without numbers. */
function linesOf(nodes: readonly LiveNode[]): string[] {
  const follower = createFollower({ columns: 100, paint: plain }, String);
  return follower.lines(nodes).map((line) => line.replace(/ {3,}\d.*/, ""));
}

it("prints what ends at the same time from the inside out, and what begins then from the outside in", () => {
  const turn = "invoke_agent claude-code";
  const agent = "invoke_agent Explore";
  const nodes = [
    node(turn, 0, 9, undefined),
    node("chat outer", 0, 2, turn),
    node("execute_tool Agent", 2, 9, turn),
    node(agent, 2, 9, "execute_tool Agent"),
    node("execute_tool Bash", 3, 5, agent),
    node("chat inner", 5, 9, agent),
  ];
  const lines = [
    `0  ${turn}`,
    "2    chat outer",
    `2      ${agent}`,
    "5        execute_tool Bash",
    "9        chat inner",
    `9      ${agent} ended`,
    "9    execute_tool Agent",
    `9  ${turn} ended`,
  ];
  expect(linesOf(nodes)).toEqual(lines);
  // A parent may come behind what it contains.
  expect(linesOf(nodes.toReversed())).toEqual(lines);
});

it("prints an agent that ends when it begins", () => {
  expect(linesOf([node("invoke_agent Explore", 3, 3)])).toEqual([
    "3  invoke_agent Explore",
    "3  invoke_agent Explore ended",
  ]);
});
