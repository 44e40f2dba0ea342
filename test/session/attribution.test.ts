import { expect, test } from "vitest";
import { summarize } from "../../src/session/sums/summary.ts";
import { statsOf } from "../../src/stats/stats.ts";
import { observe } from "../../src/telemetry/metrics/observe.ts";
import type { Span } from "../../src/telemetry/spans/span.ts";
import { toSpans } from "../../src/telemetry/spans/spans.ts";
import { readTexts, spansInMemory, textsOf } from "../support/read-in-memory.ts";
import { expectedOf, recording, recordings, transcriptsOf } from "../support/recordings.ts";

const UTC = { timeZone: "UTC", weekStartsOn: 1 } as const;

/** The values of an attribute of the requests, in the order of the requests' ids. */
function attributedTo(spans: readonly Span[], name: string): (string | undefined)[] {
  return spans
    .filter(({ attributes }) => attributes["gen_ai.operation.name"] === "chat")
    .sort((a, b) => String(a.attributes.request_id).localeCompare(String(b.attributes.request_id)))
    .map(({ attributes }) => attributes[name] as string | undefined);
}

const pieces = (name: string) => transcriptsOf(recording(name)).flatMap((path) => readTexts(textsOf(path)));

test("a request has the skill, agent, plugin and MCP tool that it was made for", () => {
  const spans = transcriptsOf(recording("attribution")).flatMap((path) =>
    toSpans(readTexts(textsOf(path)), {
      sessionId: "one",
      scope: "session",
      content: { level: "details", clean: (text) => text },
    }),
  );
  expect(attributedTo(spans, "skill_name")).toEqual([
    undefined,
    ...["totals", "totals", "totals", "totals"],
    ...Array(6).fill(undefined),
    "acme-kit:release",
    undefined,
  ]);
  expect(attributedTo(spans, "ccotel.plugin.name")[11]).toBe("acme-kit");
  expect(attributedTo(spans, "gen_ai.agent.name").slice(2, 6)).toEqual([
    undefined,
    "auditor",
    "auditor",
    undefined,
  ]);
  expect(attributedTo(spans, "ccotel.mcp.server")[7]).toBe("stock");
  expect(attributedTo(spans, "ccotel.mcp.tool")[7]).toBe("lookup");
});

test("at level none, the user's own skills and plugins have no name, and the client's have one", () => {
  const own = spansInMemory(recording("attribution"), "session");
  expect(new Set(attributedTo(own, "ccotel.skill.name"))).toEqual(new Set([undefined, "custom"]));
  expect(JSON.stringify(own)).not.toMatch(/totals|acme-kit|release/);
  const built = spansInMemory(recording("slash-skill-resumed"), "session");
  expect(attributedTo(built, "ccotel.skill.name")).toContain("code-review");
});

test("a skill ends at a prompt that is typed while it works, although the client still names it", () => {
  const spans = spansInMemory(recording("skill-queued-prompt"), "session");
  expect(attributedTo(spans, "ccotel.skill.name")).toEqual(["custom", undefined, undefined, undefined]);
});

test("an agent that is started after such a prompt does not belong to the skill either", () => {
  const spans = spansInMemory(recording("agent-edits"), "session");
  expect(new Set(attributedTo(spans, "ccotel.skill.name"))).toEqual(new Set([undefined]));
});

test.each(["skill", "mcp", "agent"] as const)("sums by %s add up to those of the sessions", (by) => {
  for (const one of recordings()) {
    const sessions = transcriptsOf(one).map((path) => ({
      sessionId: path,
      summary: summarize(readTexts(textsOf(path))),
    }));
    const { rows, total } = statsOf(sessions, { by: [by], calendar: UTC });
    const sum = (pick: (counts: (typeof total)["counts"]) => number) =>
      rows.reduce((all, { counts }) => all + pick(counts), 0);
    expect(sum(({ requests }) => requests)).toBe(total.counts.requests);
    expect(sum(({ output }) => output)).toBe(total.counts.output);
    expect(sum(({ costUsd }) => costUsd)).toBeCloseTo(total.counts.costUsd, 9);
  }
});

test.each(recordings())(
  "metrics of $name, split by skill, MCP server and agent, sum up to the session's",
  (one) => {
    const pieces = transcriptsOf(one).flatMap((path) => readTexts(textsOf(path)));
    const { total } = statsOf([{ sessionId: "one", summary: summarize(pieces) }], {
      by: ["session"],
      calendar: UTC,
    });
    const named = {
      skill: "ccotel.skill.name",
      mcp: "ccotel.mcp.server",
      agent: "gen_ai.agent.name",
    } as const;
    for (const by of ["skill", "mcp", "agent"] as const) {
      const groups = new Map<unknown, { costUsd: number; output: number }>();
      for (const { instrument, value, attributes } of observe(pieces, { attributes: [by] })) {
        const group = groups.get(attributes[named[by]]) ?? { costUsd: 0, output: 0 };
        groups.set(attributes[named[by]], group);
        if (instrument === "ccotel.cost") group.costUsd += value;
        if (instrument === "ccotel.tokens" && attributes["ccotel.token.type"] === "output")
          group.output += value;
      }
      const sum = (pick: "costUsd" | "output") =>
        [...groups.values()].reduce((all, group) => all + group[pick], 0);
      expect(sum("costUsd")).toBeCloseTo(total.counts.costUsd, 9);
      expect(sum("output")).toBe(total.counts.output);
    }
  },
);

test("the cost by skill is that of its requests to the scripted API, and all costs add up to Claude Code's own sum", () => {
  const { rows } = statsOf([{ sessionId: "one", summary: summarize(pieces("attribution")) }], {
    by: ["skill"],
    calendar: UTC,
  });
  const costs = Object.fromEntries(rows.map(({ keys, counts }) => [keys[0], counts.costUsd]));
  expect(costs.totals).toBeCloseTo(0.00334 + 0.00186 + 0.01534 + 0.00112, 9);
  expect(costs["acme-kit:release"]).toBeCloseTo(0.00167, 9);
  const all = rows.reduce((sum, { counts }) => sum + counts.costUsd, 0);
  expect(all).toBeCloseTo(Object.values(expectedOf(recording("attribution")).totalCostUSD)[0] as number, 9);
});

test("metrics name skills and servers only on request, and add up to the same costs", () => {
  const costs = (attributes: Parameters<typeof observe>[1]) =>
    observe(pieces("attribution"), attributes).filter(({ instrument }) => instrument === "ccotel.cost");
  const total = (observed: ReturnType<typeof costs>) => observed.reduce((sum, { value }) => sum + value, 0);
  const plain = costs({});
  const named = costs({ attributes: ["skill", "mcp", "agent"] });
  expect(JSON.stringify(plain)).not.toMatch(/totals|stock/);
  expect(new Set(named.map(({ attributes }) => attributes["ccotel.skill.name"]))).toEqual(
    new Set([undefined, "totals", "acme-kit:release"]),
  );
  expect(new Set(named.map(({ attributes }) => attributes["ccotel.mcp.server"]))).toEqual(
    new Set([undefined, "stock"]),
  );
  expect(total(named)).toBeCloseTo(total(plain), 12);
});
