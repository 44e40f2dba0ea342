import { describe, expect, it } from "vitest";
import { createSteps } from "../../src/failures/steps.ts";
import { createInsights } from "../../src/insights/insights.ts";
import { noteOf } from "../../src/insights/note.ts";
import { countsOf } from "../../src/session/sums/rows.ts";
import { summarize } from "../../src/session/sums/summary.ts";
import { readWhole } from "../support/read-files.ts";
import { recordings, transcriptsOf } from "../support/recordings.ts";
import {
  answer,
  call,
  prompt,
  readScript,
  record,
  result,
  stop,
} from "../support/transcripts/scripted-session.ts";

type Records = Parameters<typeof readScript>[0];

/** Insights from sessions of one project, given by their records. */
function insightsOf(...sessions: Records[]) {
  const insights = createInsights();
  for (const [index, records] of sessions.entries()) {
    const pieces = readScript(records, [], { keep: "full" });
    const { rows, firstMs: startMs = 0 } = summarize(pieces);
    const { costUsd } = countsOf(rows);
    const session = { sessionId: `s${index}`, startMs, project: "acme-shop" };
    const steps = createSteps();
    steps.add(pieces);
    insights.addCost({ ...session, costUsd });
    insights.addNote(session, noteOf({ conversations: steps.conversations(), hooks: hooksIn(pieces) }));
  }
  return insights.all();
}

const hooksIn = (pieces: Parameters<typeof summarize>[0]) =>
  pieces.flatMap((piece) => (piece.type === "turn" ? (piece.turn.hooks ?? []) : []));

/** A turn with these calls in sequence. A call is a name, an input and a result. */
function turn(
  calls: [string, Record<string, unknown>, (string | { error: string } | undefined)?][],
): Records {
  const steps = calls.flatMap(([name, input, output = "done"], index) => {
    const at = 1 + index * 2;
    const isError = typeof output !== "string";
    return [
      answer(at, `m${at}`, call(`c${at}`, name, input)),
      result(at + 1, `c${at}`, { content: isError ? output.error : output, is_error: isError }),
    ];
  });
  return [prompt(0), ...steps, stop(calls.length * 2 + 2)];
}

const LONG = "line of code\n".repeat(400);
const read = (path: string, offset?: number): [string, Record<string, unknown>, string] => [
  "Read",
  { file_path: path, ...(offset === undefined ? {} : { offset }) },
  LONG,
];
const edit = (before: string, after: string): [string, Record<string, unknown>] => [
  "Edit",
  { file_path: "/a.ts", old_string: before, new_string: after },
];
const bash = (
  command: string,
  output?: string | { error: string },
): [string, Record<string, unknown>, typeof output] => ["Bash", { command }, output];
const repeat = <T>(times: number, value: T): T[] => Array.from({ length: times }, () => value);

describe("a file read again", () => {
  it("is an insight with its tokens and cost if nothing has changed it", () => {
    const [insight, ...others] = insightsOf(turn(repeat(4, read("/a.ts"))));
    expect(others).toEqual([]);
    expect(insight).toMatchObject({ rule: "read-again", subject: "/a.ts", times: 3, tokens: 3900 });
    expect(insight?.usd).toBeGreaterThan(0);
    expect(insight?.sessions).toEqual([expect.objectContaining({ sessionId: "s0", times: 3 })]);
  });

  it("is not an insight if it was edited in between, is another part, or is short", () => {
    const edited = [1, 2, 3, 4].flatMap((n) => [
      read("/a.ts"),
      edit(`old text number ${n}, long enough`, `v${n}`),
    ]);
    expect(insightsOf(turn(edited))).toEqual([]);
    expect(insightsOf(turn([0, 1, 2, 3, 4].map((offset) => read("/a.ts", offset))))).toEqual([]);
    expect(insightsOf(turn(repeat(5, ["Read", { file_path: "/a.ts" }, "short"])))).toEqual([]);
  });

  it("is not an insight after a compaction, which is one itself if much is read again", () => {
    const boundary = record("system", 20, {
      subtype: "compact_boundary",
      compactMetadata: { trigger: "auto", preTokens: 160_000, postTokens: 20_000, durationMs: 3_000 },
    });
    const files = ["/a.ts", "/b.ts", "/c.ts"];
    const half = turn([...files.map((file) => read(file)), bash("npm run build", "x".repeat(4000))]).slice(
      0,
      -1,
    );
    const after = files.flatMap((file, index) => [
      answer(30 + index, `n${index}`, call(`d${index}`, "Read", { file_path: file })),
      result(30.5 + index, `d${index}`, { content: LONG }),
    ]);
    const [insight, ...others] = insightsOf([...half, boundary, ...after, stop(40)]);
    expect(others).toEqual([]);
    expect(insight).toMatchObject({ rule: "compaction", times: 1, tokens: 140_000 });
    expect(insight?.details.filter((detail) => detail.startsWith("it held"))).toEqual([
      ...files.map((file) => `it held: ${file}, about 1300 tokens`),
      "it held: Bash, about 1000 tokens",
    ]);
    expect(insight?.details).toContain("read again afterwards: /a.ts, /b.ts, /c.ts");
  });
});

describe("a failing command", () => {
  const wrong = turn([
    bash("npm run tests", { error: 'npm error Missing script: "tests"' }),
    bash("npm run test:unit"),
  ]);

  it("is an insight if it fails in three sessions, with its error", () => {
    expect(insightsOf(wrong, wrong)).toEqual([]);
    const [insight] = insightsOf(wrong, wrong, wrong);
    expect(insight).toMatchObject({ rule: "failing-command", subject: "npm run tests", times: 3 });
    expect(insight?.sessions).toHaveLength(3);
    expect(insight?.details).toContain('npm error Missing script: "tests"');
  });

  it("is not an insight if the same command works later, as tests do", () => {
    const mended = turn([bash("npm test", { error: "Exit code 1\n2 failed" }), bash("npm test")]);
    expect(insightsOf(mended, mended, mended, mended)).toEqual([]);
  });

  it("is not an insight if the exit code is the result, as with grep", () => {
    const search = turn([bash("grep -r nothing src", { error: "Exit code 1" })]);
    expect(insightsOf(search, search, search, search)).toEqual([]);
  });
});

describe("edits", () => {
  const texts = ["one", "two", "three", "four", "five", "six", "seven"].map(
    (n) => `const total = ${n}(items, tax);`,
  );
  it("that repeatedly replace what the session has written are an insight", () => {
    const edits = texts.slice(1).map((text, index) => edit(texts[index] as string, text));
    expect(insightsOf(turn(edits))).toMatchObject([{ rule: "edit-churn", subject: "/a.ts", times: 5 }]);
  });

  it("in different places of a file are not an insight", () => {
    const edits = texts.map((text, index) => edit(text, `let other${index} = ${"x".repeat(30)};`));
    expect(insightsOf(turn(edits))).toEqual([]);
  });
});

describe("a loop", () => {
  it("is an insight: the same call with the same result, with little in between", () => {
    const calls = repeat(5, [
      bash("make check", { error: "no rule" }),
      ["Glob", { pattern: "Makefile" }],
    ] as const).flat();
    const rules = insightsOf(turn(calls as Parameters<typeof turn>[0])).map(({ rule, times }) => ({
      rule,
      times,
    }));
    expect(rules).toEqual([
      { rule: "loop", times: 5 },
      { rule: "loop", times: 5 },
    ]);
  });

  it("is not an insight if results differ, if it waits for something, or if there is work in between", () => {
    const differs = [1, 2, 3, 4, 5].map((n) => bash("git status", `${n} files`));
    expect(insightsOf(turn(differs))).toEqual([]);
    expect(insightsOf(turn(repeat(6, bash("sleep 30; gh run view", "running"))))).toEqual([]);
    const work = [1, 2, 3, 4, 5].flatMap((n) => [
      bash("npm test", "ok"),
      ...["/a", "/b", "/c"].map((path) => read(`${path}${n}.ts`)),
    ]);
    expect(insightsOf(turn(work))).toEqual([]);
  });
});

describe("cache misses", () => {
  const usage = (read: number, write: number) => ({
    usage: {
      input_tokens: 10,
      output_tokens: 20,
      cache_read_input_tokens: read,
      cache_creation_input_tokens: write,
      cache_creation: { ephemeral_5m_input_tokens: write, ephemeral_1h_input_tokens: 0 },
    },
  });

  it("are an insight with their cause and their additional cost", () => {
    const records = [prompt(0), answer(1, "m1", "a", usage(0, 100_000)), stop(2)];
    for (const n of [1, 2]) {
      const at = n * 1000;
      records.push(prompt(at), answer(at + 1, `p${n}`, "a", usage(0, 100_000)), stop(at + 2));
    }
    const [insight] = insightsOf(records);
    expect(insight).toMatchObject({
      rule: "cache-miss",
      subject: "a pause of more than 5 minutes",
      times: 2,
    });
    // Opus 5.5 costs 4 USD per million input tokens. A write costs 1.25 times as much, a read a twentieth.
    expect(insight?.usd).toBeCloseTo((200_000 * 4 * (1.25 - 0.05)) / 1e6, 2);
  });

  it("are not an insight if the cache is read, or if the context became smaller", () => {
    const records = [prompt(0), answer(1, "m1", "a", usage(0, 100_000)), stop(2)];
    for (const n of [1, 2, 3]) {
      const at = n * 1000;
      const next = n === 1 ? usage(100_000, 500) : usage(0, 20_000 * n);
      records.push(prompt(at), answer(at + 1, `p${n}`, "a", next), stop(at + 2));
    }
    expect(insightsOf(records).filter(({ times }) => times > 1)).toEqual([]);
  });
});

it("a file that most sessions read first is an insight, a CLAUDE.md is not", () => {
  const sessions = repeat(
    7,
    turn([read("/home/dev/acme-shop/CLAUDE.md"), read("/home/dev/acme-shop/docs/api.md")]),
  );
  expect(insightsOf(...sessions)).toMatchObject([
    { rule: "read-at-every-start", subject: "/home/dev/acme-shop/docs/api.md", times: 7 },
  ]);
  expect(insightsOf(...sessions.slice(0, 5))).toEqual([]);
});

it("a session that costs far more than the median is an insight if there are enough sessions", () => {
  const of = (costs: number[]) => {
    const insights = createInsights();
    for (const [index, costUsd] of costs.entries())
      insights.addCost({ sessionId: `s${index}`, startMs: index, costUsd });
    return insights.all();
  };
  const usual = repeat(12, 0.5);
  expect(of([...usual, 6])).toMatchObject([{ rule: "expensive-session", subject: "s12", times: 12, usd: 6 }]);
  expect(of([...usual, 2])).toEqual([]);
  expect(of([...repeat(12, 0.001), 0.1])).toEqual([]);
  expect(of([0.5, 6])).toEqual([]);
});

it("the tokens of a result are those by which the prompt grew, whatever the length of its text", () => {
  const withPrompt = (tokens: number) => ({ usage: { input_tokens: tokens, output_tokens: 20 } });
  const records = [prompt(0)];
  for (const n of [1, 2, 3, 4])
    records.push(
      answer(n * 2, `m${n}`, call(`c${n}`, "Read", { file_path: "/a.ts" }), withPrompt(1000 + n * 10_020)),
      result(n * 2 + 1, `c${n}`, { content: LONG.repeat(20) }),
    );
  records.push(answer(20, "m9", "Done.", withPrompt(1000 + 5 * 10_020)), stop(21));
  expect(insightsOf(records)).toMatchObject([{ rule: "read-again", times: 3, tokens: 30_000 }]);
});

describe("hooks", () => {
  const withHooks = (ms: number, times: number): Records => [
    prompt(0),
    ...repeat(times, ms).map((durationMs, index) =>
      record("attachment", 1, {
        uuid: `hook-${index}`,
        attachment: { type: "hook_success", hookEvent: "PostToolUse", hookName: "x", durationMs },
      }),
    ),
    answer(2, "m1", { type: "text", text: "done" }),
    stop(3),
  ];

  it("that take seconds are an insight with their event", () => {
    expect(insightsOf(withHooks(2_000, 6))).toMatchObject([
      { rule: "slow-hook", subject: "PostToolUse", times: 6, ms: 12_000 },
    ]);
  });

  it("that are quick, or ran once, are not an insight", () => {
    expect(insightsOf(withHooks(100, 200))).toEqual([]);
    expect(insightsOf(withHooks(9_000, 1))).toEqual([]);
  });
});

it("the only insight in the recordings is the one with two compactions", () => {
  const insights = createInsights();
  for (const recording of recordings()) {
    for (const path of transcriptsOf(recording)) {
      const steps = createSteps();
      const pieces = readWhole(path, { keep: "full" });
      steps.add(pieces);
      insights.addNote(
        { sessionId: path, startMs: 0 },
        noteOf({ conversations: steps.conversations(), hooks: hooksIn(pieces) }),
      );
    }
  }
  const found = insights.all().map(({ rule, times, sessions: [session] }) => ({
    rule,
    times,
    recording: session?.sessionId.split("/").at(-4),
  }));
  expect(found).toEqual([{ rule: "compaction", times: 2, recording: "limits" }]);
});
