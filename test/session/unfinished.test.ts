import { describe, expect, it } from "vitest";
import type { Finished, Subagent, ToolCall } from "../../src/session/model.ts";
import { summarize } from "../../src/session/sums/summary.ts";
import { walk } from "../../src/session/walk.ts";
import {
  answer,
  call,
  type Fields,
  prompt,
  readScript,
  record,
  result,
  type ScriptedAgent,
  stop,
} from "../support/transcripts/scripted-session.ts";

/** The outcomes of all turns and calls, and the agents that still work. */
function outcomesOf(pieces: readonly Finished[]): { turns: string[]; calls: string[]; agents: string[] } {
  const turns: string[] = [];
  const calls: [ToolCall, string][] = [];
  const agents: Subagent[] = [];
  walk(pieces, {
    turn: ({ outcome }) => void turns.push(outcome),
    toolCall: (one) => void calls.push([one, `${one.id} ${one.outcome}`]),
    subagent: (one) => void agents.push(one),
  });
  return {
    turns,
    calls: calls.sort(([a], [b]) => a.startMs - b.startMs).map(([, words]) => words),
    agents: agents.filter(({ isUnfinished }) => isUnfinished === true).map(({ agentId }) => agentId),
  };
}

const startAgent = (seconds: number): Fields =>
  answer(seconds, `m${seconds}`, call("agent-call", "Agent", { prompt: "Look", subagent_type: "Explore" }));

const launched = (seconds: number): Fields =>
  result(seconds, "agent-call", {
    toolUseResult: { isAsync: true, status: "async_launched", agentId: "a1" },
  });

/** An agent that runs a command, which has no result, since this time. */
const agentAtWork = (since: number): ScriptedAgent => ({
  id: "a1",
  meta: { agentType: "Explore", toolUseId: "agent-call" },
  records: [prompt(2.5, "Look"), answer(since, "ma", call("slow", "Bash", { command: "npm test" }))],
});

describe("what a running client still works on", () => {
  const open = [
    prompt(0, "First"),
    answer(1, "m1", call("stopped", "Bash")),
    prompt(5, "Second"),
    answer(6, "m2", call("done", "Bash")),
    result(7, "done"),
    answer(8, "m3", call("open", "Bash")),
  ];

  it("is its open turn with the calls that have no result", () => {
    const pieces = readScript(open, [], { openSince: -5 });
    expect(outcomesOf(pieces)).toEqual({
      turns: ["cut_off", "unfinished"],
      calls: ["stopped interrupted", "done ok", "open unfinished"],
      agents: [],
    });
    const { rows, outcome, isUnfinished } = summarize(pieces);
    expect({ outcome, isUnfinished }).toEqual({ outcome: "unfinished", isUnfinished: true });
    expect(rows.reduce((sum, row) => sum + (row.interruptedToolCalls ?? 0), 0)).toBe(1);
  });

  it("is nothing if the client has gone", () => {
    const pieces = readScript(open);
    expect(outcomesOf(pieces)).toMatchObject({
      turns: ["cut_off", "cut_off"],
      calls: ["stopped interrupted", "done ok", "open interrupted"],
    });
    expect(summarize(pieces).isUnfinished).toBeUndefined();
  });

  it("is nothing that a client before it has left behind", () => {
    expect(outcomesOf(readScript(open, [], { openSince: 100 }))).toMatchObject({
      turns: ["cut_off", "cut_off"],
      calls: ["stopped interrupted", "done ok", "open interrupted"],
    });
  });

  it("is not a turn that a later client has only told of its lost call", () => {
    const told = result(101, "open", { toolDenialKind: "interrupted", content: "[Tool call interrupted]" });
    expect(outcomesOf(readScript([...open, told], [], { openSince: 100 })).turns).not.toContain("unfinished");
  });

  it("is the turn that it goes on with after a resume", () => {
    const goesOn = [...open, result(101, "open"), answer(102, "m4", call("next", "Bash"))];
    expect(outcomesOf(readScript(goesOn, [], { openSince: 100 }))).toMatchObject({
      turns: ["cut_off", "unfinished"],
      calls: ["stopped interrupted", "done ok", "open ok", "next unfinished"],
    });
  });

  describe("in the background", () => {
    const main = [prompt(0), startAgent(1), launched(2), answer(3, "m2", "It works."), stop(4)];

    it.each([
      ["is over", main],
      ["has not ended", main.slice(0, 3)],
      ["is over, as is the next one", [...main, prompt(60), answer(61, "m3", "Yes."), stop(62)]],
    ])("is the call of an agent whose turn %s", (_, records) => {
      const { calls, agents, turns } = outcomesOf(readScript(records, [agentAtWork(3)], { openSince: -5 }));
      expect(calls).toEqual(["agent-call ok", "slow unfinished"]);
      expect(agents).toEqual(["a1"]);
      expect(turns.at(-1)).toBe(records === main.slice(0, 3) ? "unfinished" : turns.at(-1));
    });

    it("is not the call of an agent that died with the client before", () => {
      const resumed = [...main, prompt(60), answer(61, "m3", "Yes."), stop(62)];
      const { calls, agents } = outcomesOf(readScript(resumed, [agentAtWork(3)], { openSince: 50 }));
      expect(calls).toEqual(["agent-call ok", "slow interrupted"]);
      expect(agents).toEqual([]);
    });

    it("is not the call of an agent that was stopped", () => {
      const { id, meta, records } = agentAtWork(3);
      const stopped = prompt(9, "[Request interrupted by user for tool use]");
      const agent = { id, meta: meta as Fields, records: [...records, stopped] };
      expect(outcomesOf(readScript(main, [agent], { openSince: -5 }))).toMatchObject({
        calls: ["agent-call ok", "slow interrupted"],
        agents: [],
      });
    });
  });

  it("is the call of an agent that the turn waits for", () => {
    const waits = [prompt(0), startAgent(1)];
    expect(outcomesOf(readScript(waits, [agentAtWork(3)], { openSince: -5 }))).toEqual({
      turns: ["unfinished"],
      calls: ["agent-call unfinished", "slow unfinished"],
      agents: ["a1"],
    });
    // The agent has returned, so nothing of it runs any more.
    const returned = [...waits, result(5, "agent-call", { toolUseResult: { agentId: "a1" } })];
    expect(outcomesOf(readScript(returned, [agentAtWork(3)], { openSince: -5 }))).toMatchObject({
      turns: ["unfinished"],
      calls: ["agent-call ok", "slow interrupted"],
    });
  });

  it("is not a turn that only waits for its hooks", () => {
    const answered = [prompt(0), answer(1, "m1", "Done.")];
    expect(outcomesOf(readScript(answered, [], { openSince: -5 })).turns).toEqual(["completed"]);
  });

  it("is a turn that waits for the model", () => {
    expect(outcomesOf(readScript([prompt(0)], [], { openSince: -5 })).turns).toEqual(["unfinished"]);
    const failing = [prompt(0), record("api_error", 3, { error: { status: 529 } })];
    expect(outcomesOf(readScript(failing, [], { openSince: -5 })).turns).toEqual(["unfinished"]);
  });
});
