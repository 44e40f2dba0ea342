import { describe, expect, it } from "vitest";
import type { PageCall, PageRequest, PageSession } from "../../src/page/model.ts";
import { neighbour } from "../../web/session/items.ts";
import { relationsOf } from "../../web/session/relations.ts";
import type { ItemRef } from "../../web/session/rows.ts";
import { conversationSums, quantile, toolSums } from "../../web/session/sums.ts";

const NO_TOKENS = { input: 0, output: 0, cacheRead: 0, cacheWrite: 0, reasoning: 0 };

function request(startMs: number, input: number, more: Partial<PageRequest> = {}): PageRequest {
  const tokens = { ...NO_TOKENS, input, output: 10 };
  return { id: `r${startMs}`, lane: 0, model: "m", startMs, endMs: startMs + 5, tokens, costUsd: 1, ...more };
}

function call(name: string, startMs: number, endMs: number, more: Partial<PageCall> = {}): PageCall {
  return { id: `${name}${startMs}`, lane: 0, name, startMs, endMs, outcome: "ok", ...more };
}

const PAGE: PageSession = {
  id: "s",
  agentRuns: 0,
  runs: [],
  lanes: [
    { agentId: "", name: "claude-code" },
    { agentId: "a", name: "Explore", call: 2 },
  ],
  turns: [],
  compactions: [{ id: "c", lane: 0, startMs: 60, endMs: 70 }],
  requests: [
    request(0, 100),
    request(20, 150),
    request(40, 5000, { error: "overloaded_error 529" }),
    request(50, 160),
    request(80, 300),
    request(100, 300),
    request(22, 40, { lane: 1, costUsd: 7 }),
  ],
  calls: [
    call("Read", 6, 10),
    call("Bash", 6, 18, { outcome: "error" }),
    call("Agent", 26, 39, { starts: 1 }),
    call("Grep", 28, 30, { lane: 1, outcome: "denied" }),
    call("Bash", 86, 96),
    call("AskUserQuestion", 96, 100),
  ],
};

describe("the relations in a session", () => {
  const { nextRequest, nextCall, callsBefore, grown } = relationsOf(PAGE);

  it("lead from a call to the first request with its result, in the same conversation", () => {
    expect(PAGE.calls.map((_, index) => nextRequest(index))).toEqual([1, 1, 2, undefined, 5, 5]);
    expect(callsBefore(1)).toEqual([0, 1]);
    expect(callsBefore(0)).toEqual([]);
  });

  it("lead from a call to the next one of a later response", () => {
    const next = PAGE.calls.map((_, index) => nextCall(index));
    expect(next).toEqual([2, 2, 4, undefined, undefined, undefined]);
  });

  it("have the tokens that results and prompts added to the context, but not across failures and compactions", () => {
    const tokens = PAGE.requests.map((_, index) => grown(index));
    expect(tokens).toEqual([undefined, 40, undefined, undefined, undefined, undefined, undefined]);
  });
});

it("tells what the result of a call added to the context, alone or with those beside it", () => {
  const calls = [call("Read", 6, 10), call("Bash", 26, 30), call("Bash", 26, 38)];
  const requests = [request(0, 100), request(20, 150), request(40, 460)];
  const { added } = relationsOf({ ...PAGE, compactions: [], calls, requests });
  expect(added(0)).toEqual({ tokens: 40, isShared: false });
  expect(added(1)).toEqual({ tokens: 300, isShared: true });
  expect(added(2)).toEqual({ tokens: 300, isShared: true });
});

describe("the sums of a session", () => {
  it("have all calls of each tool, and its time without waits for agents and people", () => {
    expect(toolSums(PAGE)).toEqual([
      { name: "Bash", calls: 2, failed: 1, denied: 0, ms: 22 },
      { name: "Read", calls: 1, failed: 0, denied: 0, ms: 4 },
      { name: "Grep", calls: 1, failed: 0, denied: 1, ms: 2 },
      { name: "Agent", calls: 1, failed: 0, denied: 0, ms: 0 },
      { name: "AskUserQuestion", calls: 1, failed: 0, denied: 0, ms: 0 },
    ]);
  });

  it("give each conversation its cost, its failures and its time", () => {
    const [agent, main] = conversationSums(PAGE);
    expect(agent).toMatchObject({ lane: 1, requests: 1, calls: 1, costUsd: 7, startMs: 22, endMs: 30 });
    expect(main).toMatchObject({ lane: 0, requests: 6, calls: 5, failed: 2, costUsd: 5, endMs: 105 });
  });
});

it("a quantile is a value that is there", () => {
  const values = [5, 1, 3, 2, 4, 10, 6, 7, 8, 9];
  expect([quantile(values, 0.5), quantile(values, 0.9), quantile([7], 0.9), quantile([], 0.5)]).toEqual([
    6,
    10,
    7,
    undefined,
  ]);
});

describe("the item next to another", () => {
  const page = { ...PAGE, turns: [{ id: "t", index: 1, startMs: 19, endMs: 60, outcome: "completed" }] };

  it("is the one before or after it in time, and the item itself at either end", () => {
    const first: ItemRef = { kind: "request", index: 0 };
    expect(neighbour(page, first, 1)).toEqual({ kind: "call", index: 0 });
    expect(neighbour(page, first, -1)).toEqual(first);
    expect(neighbour(page, undefined, 1)).toEqual(first);
  });

  it("is, for a turn, its first request or the last item before it", () => {
    const turn: ItemRef = { kind: "turn", index: 0 };
    expect(neighbour(page, turn, 1)).toEqual({ kind: "request", index: 1 });
    expect(neighbour(page, turn, -1)).toEqual({ kind: "call", index: 1 });
  });
});
