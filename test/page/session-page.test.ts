import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { LISTS, type PageSession } from "../../src/page/model.ts";
import { createPageBuilder } from "../../src/page/session-page.ts";
import { timeShares } from "../../src/page/time-shares.ts";
import { costPartsOf } from "../../src/pricing/cost.ts";
import { EMPTY, openSession } from "../../src/serve/open-session.ts";
import { countsOf } from "../../src/session/sums/rows.ts";
import { summarize } from "../../src/session/sums/summary.ts";
import { createAssess } from "../../src/signals/assess.ts";
import { usd } from "../../web/format.ts";
import { numbersOf } from "../../web/numbers.ts";
import { describeItem } from "../../web/session/items.ts";
import { readWhole } from "../support/read-files.ts";
import { OPTIONS, recording, recordings, sessionIdOf, transcriptsOf } from "../support/recordings.ts";
import { temporaryFolder } from "../support/run-tool.ts";

const FULL = { ...OPTIONS, keep: "full" as const };

function pageOf(path: string): PageSession {
  const builder = createPageBuilder(sessionIdOf(path), costPartsOf);
  builder.add(readWhole(path, FULL));
  return builder.page;
}

it.each([
  ["background-bash", 'Background command "Slow build" completed (exit code 0)'],
  ["tui-background-late", 'Agent "Slow audit" finished'],
  ["2.1.100-subagent-background", 'Agent "Slow audit" completed'],
])("names the turn that a notification began after its summary (%s)", (name, summary) => {
  const [path = ""] = transcriptsOf(recording(name));
  const turns = pageOf(path).turns.filter(({ source }) => source === "task notification");
  expect(turns).toHaveLength(1);
  expect(turns[0]?.prompt).toBe(summary);
});

const COUNTED = [
  "requests",
  "failedRequests",
  "toolCalls",
  "failedToolCalls",
  "deniedToolCalls",
  "subagents",
] as const;

const all = recordings().flatMap((one) =>
  transcriptsOf(one).map((path, index) => ({ name: `${one.name} ${index}`, path })),
);

it("has the findings of a turn itself", () => {
  const [path = ""] = transcriptsOf(recording("limits"));
  const builder = createPageBuilder(sessionIdOf(path), costPartsOf);
  builder.add(readWhole(path, { ...FULL, assess: createAssess("/home/dev") }));
  expect(builder.page.turns.map(({ findings }) => findings)).toEqual([
    undefined,
    undefined,
    ["guard.bypass-mode"],
    undefined,
    undefined,
    undefined,
  ]);
});

describe.each(all)("the page of $name", ({ path }) => {
  const pieces = readWhole(path, FULL);
  const page = pageOf(path);

  it("has the cost of the summaries of its runs, and the parts add up to it", () => {
    const summaries = pieces.flatMap((piece) =>
      piece.type === "run_finished" ? piece.summary.totals.costUsd : [],
    );
    const shown = page.requests.reduce((sum, { costUsd = 0 }) => sum + costUsd, 0);
    expect(shown).toBeCloseTo(
      summaries.reduce((a, b) => a + b, 0),
      9,
    );
    for (const { costUsd, costParts } of page.requests) {
      const parts = Object.values(costParts ?? {}).reduce((a, b) => a + b, 0);
      expect(parts).toBeCloseTo(costUsd ?? 0, 12);
    }
  });

  it("counts requests, calls and runs of subagents as the summaries of its runs do", () => {
    const runs = pieces.flatMap((piece) => (piece.type === "run_finished" ? [piece.summary.totals] : []));
    const sumOf = (name: (typeof COUNTED)[number]) => runs.reduce((sum, totals) => sum + totals[name], 0);
    const { requests, failedRequests, calls, failedCalls, deniedCalls } = numbersOf(page);
    expect([requests, failedRequests, calls, failedCalls, deniedCalls, page.agentRuns]).toEqual(
      COUNTED.map(sumOf),
    );
  });

  it("refers to items by indexes that exist", () => {
    for (const { lane, turn } of [...page.requests, ...page.calls]) {
      expect(page.lanes[lane]).toBeDefined();
      if (turn !== undefined) expect(page.turns[turn]).toBeDefined();
    }
    for (const { request, starts } of page.calls) {
      if (request !== undefined) expect(page.requests[request]).toBeDefined();
      if (starts !== undefined) expect(starts).toBeGreaterThan(0);
    }
    for (const { call } of page.lanes) if (call !== undefined) expect(page.calls[call]).toBeDefined();
  });

  it("splits its time into parts that add up to the whole", () => {
    const { total, ...parts } = timeShares(page);
    expect(Object.values(parts).reduce((a, b) => a + b, 0)).toBe(total);
    expect(Math.min(...Object.values(parts))).toBeGreaterThanOrEqual(0);
  });
});

describe("the origin of a session", () => {
  const firstOf = (name: string) => transcriptsOf(recording(name)).map(pageOf);

  it("has each run of the client, also the resumed ones", () => {
    const [page] = firstOf("01-two-turns");
    expect(page?.runs).toHaveLength(3);
    expect(page?.runs.map(({ startMs }) => startMs)).toEqual(
      page?.runs.map(({ startMs }) => startMs).sort((a, b) => a - b),
    );
  });

  it("has the id of the session before a /clear", () => {
    const pages = firstOf("08-interactive");
    const [cleared] = pages.filter(({ clearedFrom }) => clearedFrom !== undefined);
    expect(pages.map(({ id }) => id)).toContain(cleared?.clearedFrom);
  });

  it("has the first turn that a rewind left", () => {
    const [page] = firstOf("tui-rewind");
    const back = page?.turns.filter(({ rewound }) => rewound !== undefined) ?? [];
    expect(back.length).toBeGreaterThan(0);
    for (const { rewound } of back) expect(page?.turns[rewound?.first ?? -1]).toBeDefined();
  });
});

it("shows the time of hooks that left a record by itself, and not as time of their call or turn", () => {
  const [path = ""] = transcriptsOf(recording("hooks"));
  const page = pageOf(path);
  const without = { ...page, turns: page.turns.map(({ hookMs: _, ...turn }) => turn) };
  const sum = page.turns.reduce((ms, { hookMs }) => ms + (hookMs?.calls ?? 0) + (hookMs?.others ?? 0), 0);
  expect(sum).toBeGreaterThan(0);
  const [shares, before] = [timeShares(page), timeShares(without)];
  expect(before.hooks).toBe(0);
  expect(shares.hooks).toBeGreaterThan(0);
  expect(shares.hooks).toBeLessThanOrEqual(sum);
  expect(shares.tools + shares.client + shares.hooks).toBe(before.tools + before.client);
});

it.each(all)("counts the requests and calls of $name as the summary of the session does", ({ path }) => {
  const pieces = readWhole(path, FULL);
  const builder = createPageBuilder(sessionIdOf(path), costPartsOf);
  builder.add(pieces);
  const { rows } = summarize(pieces);
  const { requests, failedRequests, toolCalls, failedToolCalls, deniedToolCalls, ...counts } = countsOf(rows);
  expect(numbersOf(builder.page)).toMatchObject({
    requests,
    failedRequests,
    calls: toolCalls,
    failedCalls: failedToolCalls,
    deniedCalls: deniedToolCalls,
    output: counts.output,
    cacheRead: counts.cacheRead,
    unpriced: counts.unpricedRequests,
  });
  expect(builder.page.turns).toHaveLength(counts.turns);
  expect(builder.page.compactions).toHaveLength(counts.compactions);
});

it("marks the requests whose final output count is missing in the transcript", () => {
  for (const [name, marked] of [
    ["2.1.30-agents", 7],
    ["tui-esc-stream", 1],
    ["02-tools", 0],
  ] as const) {
    const [path = ""] = transcriptsOf(recording(name));
    const page = pageOf(path);
    const indexes = page.requests.flatMap(({ isProvisional }, index) => (isProvisional ? [index] : []));
    expect(indexes, name).toHaveLength(marked);
    expect(numbersOf(page).provisional).toBe(marked);
    for (const index of indexes)
      expect(describeItem(page, { kind: "request", index }).join("\n")).toMatch(/ in, ≥ \d+ out/);
  }
});

it("says of a turn what it cost and how many requests it has", () => {
  const page = pageOf(transcriptsOf(recording("01-two-turns"))[0] ?? "");
  const costUsd = page.requests.reduce((sum, one) => sum + (one.turn === 0 ? (one.costUsd ?? 0) : 0), 0);
  expect(costUsd).toBeGreaterThan(0);
  expect(describeItem(page, { kind: "turn", index: 0 })).toContain(`${usd(costUsd)} · 1 request`);
});

it("has the requests that missed the cache, with the additional cost", () => {
  const page = pageOf(transcriptsOf(recording("two-models"))[0] ?? "");
  const misses = page.requests.flatMap(({ cacheMiss }) => cacheMiss ?? []);
  expect(misses).toMatchObject([{ tokens: 5150, cause: "model_changed" }]);
  expect(misses[0]?.usd).toBeCloseTo(0.01236, 9);
});

it("leaves out every text at content level none", () => {
  const [path = ""] = transcriptsOf(recording("02-tools"));
  const builder = createPageBuilder("x", costPartsOf);
  builder.add(readWhole(path, OPTIONS));
  const { lanes, turns, calls, requests } = builder.page;
  expect(turns.flatMap(({ prompt }) => prompt ?? [])).toEqual([]);
  expect(calls.flatMap(({ about }) => about ?? [])).toEqual([]);
  expect(lanes.flatMap(({ description }) => description ?? [])).toEqual([]);
  expect(requests.flatMap(({ errorText }) => errorText ?? [])).toEqual([]);
});

describe("a session that is being written", () => {
  const [source = ""] = transcriptsOf(recording("01-two-turns"));
  const lines = readFileSync(source, "utf8").split("\n").slice(0, -1);

  function growing() {
    const folder = join(temporaryFolder(), "-home-dev-acme-shop");
    mkdirSync(folder);
    const path = join(folder, `${sessionIdOf(source)}.jsonl`);
    writeFileSync(path, "");
    const session = openSession({ sessionId: sessionIdOf(source), path }, FULL, costPartsOf);
    return { path, session };
  }

  it("shows the same after every line as a new page", () => {
    const { path, session } = growing();
    for (const line of lines) {
      appendFileSync(path, `${line}\n`);
      session.refresh();
      const { isOpen: _, ...shown } = session.page();
      expect(shown).toEqual(pageOf(path));
    }
  });

  it("sends each finished item once, and all updates together make the whole page", () => {
    const { path, session } = growing();
    let from = EMPTY;
    let held: PageSession | undefined;
    const sent = { ...EMPTY };
    for (const line of lines) {
      appendFileSync(path, `${line}\n`);
      if (!session.refresh()) continue;
      const update = session.since(from);
      for (const list of LISTS) {
        sent[list] += update.finished[list] - from[list];
        const kept = (held?.[list] ?? []).slice(0, update.from[list]);
        Object.assign(update.page, { [list]: [...kept, ...update.page[list]] });
      }
      from = update.finished;
      held = update.page;
    }
    expect(held).toEqual(session.page());
    for (const list of LISTS) expect(sent[list]).toBe(from[list]);
  });

  it("has the title that the client writes after the last turn, unless no text is kept", () => {
    const { path } = growing();
    writeFileSync(path, `${lines.join("\n")}\n{"type":"ai-title","aiTitle":"Cart totals"}\n`);
    const titleAt = (options: typeof OPTIONS) => {
      const session = openSession({ sessionId: sessionIdOf(source), path }, options, costPartsOf);
      session.refresh();
      return session.page().title;
    };
    expect(titleAt(FULL)).toBe("Cart totals");
    expect(titleAt(OPTIONS)).toBe(undefined);
  });

  it("shows the requests of an unfinished turn", () => {
    const { path, session } = growing();
    const firstAnswer = lines.findIndex((line) => line.includes('"type":"assistant"'));
    appendFileSync(path, `${lines.slice(0, firstAnswer + 1).join("\n")}\n`);
    session.refresh();
    expect(session.page().requests).toHaveLength(1);
    expect(session.page().isOpen).toBe(true);
  });

  it("starts again when its file is replaced", () => {
    const { path, session } = growing();
    writeFileSync(path, `${lines.join("\n")}\n`);
    session.refresh();
    const before = session.since(EMPTY).finished;
    writeFileSync(path, `${lines.slice(0, Math.floor(lines.length / 2)).join("\n")}\n`);
    expect(session.refresh()).toBe(true);
    expect(session.since(before).from).toEqual(EMPTY);
    const { isOpen: _, ...shown } = session.page();
    expect(shown).toEqual(pageOf(path));
  });
});
