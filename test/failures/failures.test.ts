import { describe, expect, it } from "vitest";
import { commandName } from "../../src/failures/command-name.ts";
import { failuresOf, hasFailure } from "../../src/failures/failures.ts";
import { groupFailures } from "../../src/failures/group.ts";
import { createSteps } from "../../src/failures/steps.ts";
import type { Finished } from "../../src/session/model.ts";
import { countsOf } from "../../src/session/sums/rows.ts";
import { summarize } from "../../src/session/sums/summary.ts";
import { readWhole } from "../support/read-files.ts";
import { recording, recordings, sessionIdOf, transcriptsOf } from "../support/recordings.ts";
import {
  answer,
  call,
  prompt,
  readScript,
  record,
  result,
  stop,
} from "../support/transcripts/scripted-session.ts";

function failuresIn(pieces: readonly Finished[]) {
  const steps = createSteps();
  steps.add(pieces);
  return failuresOf(steps.conversations());
}

const full = { keep: "full" } as const;
const script = (records: Parameters<typeof readScript>[0]) => failuresIn(readScript(records, [], full));
const bash = (id: string, command: string) => call(id, "Bash", { command });

it("has the words of a person who denied a call of an agent", () => {
  const content =
    "Permission for this tool use was denied. The tool use was rejected (eg. if it was a file edit, the new_string was NOT written to the file). The user said:\nUse a file";
  const records = [
    prompt(0),
    answer(1, "m1", bash("c1", "touch x")),
    result(2, "c1", { content, is_error: true }),
  ];
  expect(script(records)).toMatchObject([{ kind: "denied", error: "Use a file" }]);
});

it("does not say that a second attempt failed while it still runs", () => {
  const records = [
    prompt(0),
    answer(1, "m1", bash("c1", "npm test")),
    result(5, "c1", { content: "Exit code 1", is_error: true }),
    answer(6, "m2", bash("c2", "npm test")),
  ];
  const [running] = failuresIn(readScript(records, [], { ...full, openSince: -5 }));
  expect(running).toMatchObject({ next: { outcome: "unfinished" }, tries: 0 });
  expect(running).not.toHaveProperty("worked");
  expect(script(records)).toMatchObject([{ next: { outcome: "interrupted" }, worked: false, tries: 1 }]);
});

it("an answer that was refused, and ended its turn, is a failure of the API", () => {
  const text = "API Error: The safeguards flagged this message.";
  const message = { id: "e1", model: "<synthetic>", content: [{ type: "text", text }], usage: {} };
  const pieces = readScript(
    [
      ...[prompt(0, "Fix it"), answer(1, "m1", "I cannot", { stop_reason: "refusal" })],
      answer(2, "e1", "", {
        isApiErrorMessage: true,
        error: "invalid_request",
        message,
        requestId: "req-m1",
      }),
    ],
    [],
    full,
  );
  expect(hasFailure(summarize(pieces))).toBe(true);
  expect(failuresIn(pieces)).toMatchObject([
    { kind: "api", reason: "invalid_request", error: text, turn: { prompt: "Fix it" }, tries: 0 },
  ]);
});

it("so is one of an agent, although the call that started the agent is fine", () => {
  const message = { id: "e1", model: "<synthetic>", content: [{ type: "text", text: "Refused" }], usage: {} };
  const agent = [
    ...[prompt(2, "Look", { turnOrigin: undefined }), answer(3, "a1", "No", { stop_reason: "refusal" })],
    record("assistant", 4, { isApiErrorMessage: true, error: "invalid_request", message }),
  ].map((row) => ({ ...row, isSidechain: true, agentId: "a1" }));
  const main = [
    ...[prompt(0), answer(1, "m1", call("c1", "Agent")), result(5, "c1")],
    ...[answer(6, "m2", "It is done."), stop(7)],
  ];
  const pieces = readScript(main, [{ id: "a1", meta: { toolUseId: "c1" }, records: agent }], full);
  expect(failuresIn(pieces)).toMatchObject([{ kind: "api", reason: "invalid_request" }]);
  expect(hasFailure(summarize(pieces))).toBe(true);
});

describe("a failed command", () => {
  const story = [
    prompt(0, "Fix the cart total"),
    answer(1, "m1", "I run the tests."),
    answer(1.1, "m1", bash("c1", "cd web && npm test 2>&1 | tail -20")),
    result(5, "c1", { content: "Exit code 1\n2 tests failed", is_error: true }),
    answer(6, "m2", call("c2", "Edit", { file_path: "/a/cart.ts", old_string: "1", new_string: "2" })),
    result(7, "c2"),
    answer(8, "m3", bash("c3", "npm test")),
    result(10, "c3", { content: "Exit code 1\n1 test failed", is_error: true }),
    answer(11, "m4", bash("c4", "npm test -- --run")),
    result(14, "c4", { content: "ok" }),
    answer(15, "m5", "Done."),
    stop(16),
  ];

  it("has its prompt and its request, the next call, and the call that worked in the end", () => {
    const [first, second, ...others] = script(story);
    expect(others).toEqual([]);
    expect(first).toMatchObject({
      kind: "tool",
      tool: "Bash",
      command: "npm test",
      error: "Exit code 1: 2 tests failed",
      turn: { index: 1, prompt: "Fix the cart total" },
      request: { model: "claude-opus-5-5", said: "I run the tests." },
      next: { tool: "Edit", about: "/a/cart.ts", outcome: "ok" },
      worked: true,
      tries: 2,
      fix: { about: "npm test -- --run" },
      workedAfterMs: 9_000,
    });
    expect(second).toMatchObject({ worked: true, tries: 1, workedAfterMs: 4_000 });
  });

  it("has not worked if every attempt failed, and was not tried again if no attempt follows", () => {
    expect(script(story.slice(0, 8)).map(({ worked, tries }) => ({ worked, tries }))).toEqual([
      { worked: false, tries: 1 },
      { worked: undefined, tries: 0 },
    ]);
  });

  it.each([
    ["npm test", true],
    ["echo fine", undefined],
  ])("that is not run again has worked if the next one is of the same program: %s", (command, worked) => {
    const [failure] = script([
      prompt(0),
      answer(1, "m1", bash("c1", "npm run tests")),
      result(2, "c1", { content: "Exit code 254", is_error: true }),
      answer(3, "m2", bash("c2", command)),
      result(4, "c2"),
      stop(5),
    ]);
    expect(failure?.worked).toBe(worked);
  });

  it("is not followed by the calls of the same response", () => {
    const [failure] = script([
      prompt(0),
      answer(1, "m1", bash("c1", "false")),
      answer(1.1, "m1", bash("c2", "true")),
      result(2, "c2"),
      result(3, "c1", { content: "Exit code 1", is_error: true }),
      answer(4, "m2", call("c3", "Glob", { pattern: "*.ts" })),
      result(5, "c3"),
      stop(6),
    ]);
    expect(failure).toMatchObject({ error: "Exit code 1", next: { tool: "Glob", about: "*.ts" }, tries: 0 });
    expect(failure).not.toHaveProperty("worked");
  });

  it("is not followed by a call of the same response that the API sent after the command had failed", () => {
    const [failure] = script([
      prompt(0),
      answer(1, "m1", bash("c1", "npm test")),
      result(1.2, "c1", { content: "Exit code 1", is_error: true }),
      answer(2, "m1", bash("c2", "npm test -- cart")),
      result(3, "c2"),
      answer(4, "m2", call("c3", "Glob", { pattern: "*.ts" })),
      result(5, "c3"),
      stop(6),
    ]);
    expect(failure).toMatchObject({ next: { tool: "Glob" }, tries: 0 });
    expect(failure).not.toHaveProperty("worked");
  });
});

it("an error keeps the tags that are not the client's, by which a secret is recognised later", () => {
  const [failure] = script([
    prompt(0),
    answer(1, "m1", call("c1", "Bash", { command: "cat pom.xml" })),
    result(2, "c1", { content: "Exit code 1\n<password>abc</password>", is_error: true }),
    stop(3),
  ]);
  expect(failure?.error).toBe("Exit code 1: <password>abc</password>");
});

it("a write of the file fixes a failed edit, and a read that finds the file fixes a failed read", () => {
  const failures = script([
    prompt(0),
    answer(1, "m1", call("c1", "Edit", { file_path: "/a.ts", old_string: "x", new_string: "y" })),
    result(2, "c1", {
      content: "<tool_use_error>String to replace not found.</tool_use_error>",
      is_error: true,
    }),
    answer(3, "m2", call("c2", "Read", { file_path: "/b.ts" })),
    result(4, "c2", { content: "File does not exist.", is_error: true }),
    answer(5, "m3", call("c3", "Read", { file_path: "/src/b.ts" })),
    result(6, "c3"),
    answer(7, "m4", call("c4", "Write", { file_path: "/a.ts", content: "y" })),
    result(8, "c4"),
    stop(9),
  ]);
  expect(failures).toMatchObject([
    { tool: "Edit", error: "String to replace not found.", worked: true, fix: { tool: "Write" } },
    { tool: "Read", worked: true, tries: 1, fix: { about: "/src/b.ts" } },
  ]);
});

describe("a denied call", () => {
  it("has the user's words, and not what the client adds for the model", () => {
    const [failure] = script([
      prompt(0),
      answer(1, "m1", bash("c1", "rm -rf dist")),
      result(2, "c1", {
        is_error: true,
        toolDenialKind: "user-rejected",
        toolDenialBeforeRun: true,
        toolUseResult: "User rejected tool use",
        permissionDecision: { behavior: "deny", source: "user_reject" },
        content:
          "The user doesn't want to proceed with this tool use. The tool use was rejected. To tell you how to proceed, the user said:\nuse trash",
      }),
      stop(3),
    ]);
    expect(failure).toMatchObject({ kind: "denied", reason: "user-rejected", error: "use trash" });
  });
});

describe("API errors in recordings of the real client", () => {
  const of = (name: string) =>
    transcriptsOf(recording(name)).flatMap((path) => failuresIn(readWhole(path, full)));

  it("that a retry solved are reported with their status", () => {
    expect(of("05-retry-529")).toMatchObject([
      { kind: "api", reason: "overloaded_error", status: 529, worked: true },
    ]);
  });

  it("that ended a turn have the API's message", () => {
    const [failure] = of("05-fatal-400");
    const reason = "invalid_request_error";
    expect(failure).toMatchObject({ kind: "api", reason, status: 400, worked: true });
    expect(failure?.error).not.toContain("{");
    const [last] = of("05-fatal-529");
    expect(last).toMatchObject({ kind: "api", status: 529, worked: false, tries: 2 });
  });
});

it.each(recordings())("the summary of $name counts as many failures as there are", (one) => {
  for (const path of transcriptsOf(one)) {
    const pieces = readWhole(path, full);
    const summary = summarize(pieces);
    const failures = failuresIn(pieces);
    const counts = countsOf(summary.rows);
    const of = (kind: string) => failures.filter((failure) => failure.kind === kind).length;
    expect(of("tool")).toBe(counts.failedToolCalls);
    expect(of("denied")).toBe(counts.deniedToolCalls);
    expect(of("api")).toBeGreaterThanOrEqual(counts.failedRequests);
    if (failures.length > 0) expect(hasFailure(summary)).toBe(true);
  }
});

it("groups add up over sessions and have the most frequent error", () => {
  const failures = recordings().flatMap((one) =>
    transcriptsOf(one).flatMap((path) =>
      failuresIn(readWhole(path, full)).map((failure) => ({ ...failure, sessionId: sessionIdOf(path) })),
    ),
  );
  const groups = groupFailures(failures, "tool", new Map([["Read", 100]]));
  expect(groups.reduce((sum, group) => sum + group.failures, 0)).toBe(failures.length);
  for (const { failures: all, worked, neverWorked, notTriedAgain } of groups)
    expect(worked + neverWorked + notTriedAgain).toBe(all);
  expect(groups.find(({ name }) => name === "Read")).toMatchObject({
    calls: 100,
    error: "File does not exist. Note: your current working directory is /home/dev/acme-shop.",
  });
  const commands = groupFailures(failures, "command");
  expect(commands.map(({ name }) => name)).toContain("rm");
  expect(commands.map(({ name }) => name)).not.toContain("Read");
});

it.each([
  ["npm test", "npm test"],
  ["cd /x && CI=1 npm run build --silent 2>&1 | tail -5", "npm run build"],
  ["git -C ../other push --force", "git push"],
  ["/usr/bin/python3 -m pytest tests/a.py", "python3 -m pytest"],
  ["sudo apt-get install jq", "apt-get install"],
  ["echo hi", "echo"],
  ["make", "make"],
  ["./gradlew test", "gradlew test"],
  ['bash -c "cargo test"', "cargo test"],
  ["$(((", undefined],
  ["", undefined],
])("the command of %s is %s", (line, name) => {
  expect(commandName(line)).toBe(name);
});

it("an API error is a failure only if the client recorded it", () => {
  expect(
    script([prompt(0), record("system", 1, { subtype: "api_error" }), answer(2, "m1", "Hi"), stop(3)]),
  ).toHaveLength(1);
  expect(script([prompt(0), answer(2, "m1", "Hi"), stop(3)])).toEqual([]);
});
