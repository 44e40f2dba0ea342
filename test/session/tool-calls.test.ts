import { describe, expect, test } from "vitest";
import type { Finished, ToolCall } from "../../src/session/model.ts";
import { DEFAULT_OPTIONS } from "../../src/session/options.ts";
import { createReader } from "../../src/session/reader.ts";
import { newSession } from "../../src/session/state.ts";
import { createLineReader } from "../../src/transcript/lines.ts";
import { answer, call, prompt, readScript, result, stop } from "../support/transcripts/scripted-session.ts";

function callsOf(finished: Finished[]): ToolCall[] {
  return finished.flatMap((piece) => (piece.type === "turn" ? piece.turn.toolCalls : []));
}

function readCall(name: string, end: Record<string, unknown>): ToolCall | undefined {
  const pieces = readScript([prompt(0), answer(1, "m1", call("c1", name)), result(2, "c1", end), stop(3)]);
  return callsOf(pieces)[0];
}

describe("a denied call of a client that says so only in the result's text", () => {
  test.each([
    "The user doesn't want to proceed with this tool use. The tool use was rejected",
    // In an agent (2.1.100).
    "Permission for this tool use was denied. The tool use was rejected (eg. if it was a file edit, the new_string was NOT written to the file). The user said:\nNot now",
  ])("was denied by the user, and its time includes the wait for them: %s", (content) => {
    expect(readCall("Write", { is_error: true, content })).toMatchObject({
      outcome: "denied",
      denialKind: "user-rejected",
      waitIncluded: true,
    });
  });

  test.each([
    "Permission to use Bash with command rm -rf dist has been denied.",
    "Claude requested permissions to use Write, but you haven't granted it yet.",
    "Permission to read /home/dev/acme-shop/.env has been denied.",
    "This command requires approval",
    "This Bash command contains multiple operations. The following part requires approval: curl y",
    "cd in '/etc' was blocked. For security, Claude Code may only change directories to the allowed ones",
  ])("was denied by a rule, without a wait: %s", (content) => {
    const denied = readCall("Bash", { is_error: true, content });
    expect(denied).toMatchObject({ outcome: "denied", denialKind: "permission-rule" });
    expect(denied?.waitIncluded).toBeUndefined();
  });
});

test.each([
  "PreToolUse:Bash hook error: [sh deny.sh]: No forbidden things\n",
  "Bash operation blocked by hook:\n- [sh deny.sh]: No forbidden things\n",
])("a call that a hook blocked is denied, as the result's text says: %s", (content) => {
  const denied = readCall("Bash", { is_error: true, content });
  expect(denied).toMatchObject({ outcome: "denied" });
  expect(denied?.waitIncluded).toBeUndefined();
});

test.each(["2.0.45", "2.1.58", "2.1.150"])(
  "a shell command that has no exit code was denied before it ran (%s)",
  (version) => {
    const outcome = (content: string, name = "Bash") =>
      readCall(name, { is_error: true, content, version })?.outcome;
    expect(outcome("Not on a Friday")).toBe("denied");
    expect(outcome("Contains simple_expansion")).toBe("denied");
    expect(outcome("Exit code 1\nNot on a Friday")).toBe("error");
    expect(outcome("<tool_use_error>InputValidationError: no command</tool_use_error>")).toBe("error");
    expect(outcome("ENOSPC: no space left on device, write")).toBe("error");
    expect(outcome("Not on a Friday", "mcp__calendar__add")).toBe("error");
  },
);

test("a failed shell command has no exit code in clients up to 2.0.14, and from 2.1.200 on a denial is marked", () => {
  for (const version of ["1.0.128", "2.0.14", "2.1.200", "2.1.329"])
    expect(readCall("Bash", { is_error: true, content: "ls: no such file", version })?.outcome).toBe("error");
});

test("nobody was asked where the client's question is the result", () => {
  const call = readCall("ExitPlanMode", { is_error: true, content: "Exit plan mode?", version: "2.0.76" });
  expect(call).toMatchObject({ outcome: "denied", waitIncluded: false });
});

test("a call that a hook wants a person to decide on is denied, with the hook's reason as the text, where none can be asked", () => {
  const end = { is_error: true, toolDenialKind: "user-rejected" };
  expect(readCall("Bash", { ...end, content: "Look at it first" })?.outcome).toBe("denied");
  const esc = "The user doesn't want to proceed with this tool use. The tool use was rejected";
  expect(readCall("Bash", { ...end, content: esc })?.outcome).toBe("interrupted");
});

describe("Esc while a call runs, with calls behind it that the client writes as rejected before they ran", () => {
  const content = "The user doesn't want to proceed with this tool use. The tool use was rejected";
  const esc = { is_error: true, content, toolDenialKind: "user-rejected" };
  const unasked = { ...esc, toolDenialBeforeRun: true };
  const outcomes = (names: string[], ends: Record<string, unknown>[]) => {
    const calls = names.map((name, index) => answer(1 + index / 10, "m1", call(`c${index}`, name)));
    const results = ends.map((end, index) => result(3, `c${index}`, end));
    const ended = callsOf(readScript([prompt(0), ...calls, ...results, stop(4)]));
    return ended.map(({ outcome, denialKind, waitIncluded }) => [outcome, denialKind, waitIncluded]);
  };
  const interrupted = ["interrupted", undefined, undefined];
  const denied = ["denied", "user-rejected", true];

  test("interrupts all calls of tools that wait for those before them: no person was asked", () => {
    expect(outcomes(["Bash", "Bash", "Write"], [esc, unasked, unasked])).toEqual(Array(3).fill(interrupted));
  });

  test("leaves a call denied that a person may have been asked about meanwhile", () => {
    const tools = ["mcp__shop__slow", "mcp__shop__other"];
    expect(outcomes(tools, [esc, unasked])).toEqual([interrupted, denied]);
  });

  test("leaves a call denied if none ran", () => {
    expect(outcomes(["Bash", "Write"], [unasked, unasked])).toEqual([denied, denied]);
  });
});

describe("a result that is written before its call", () => {
  const SECRET = "Zwetschgendatschi";
  const texts = {
    error: `<tool_use_error>No such cake</tool_use_error>\nwith ${SECRET}`,
    denied: `Permission to use Bash with command ${SECRET} has been denied.`,
    blocked: `PreToolUse:Bash hook error: [sh deny.sh]: ${SECRET}`,
    unasked: `ls in '/${SECRET}' was blocked. For security, Claude Code may only list files in others`,
    interrupted: `Exit code 137\n[Request interrupted by user for tool use]${SECRET}`,
  };
  const levels = ["none", "details", "full"] as const;
  const cases = Object.keys(texts).flatMap((kind) =>
    levels.map((keep) => [kind as keyof typeof texts, keep]),
  );

  test.each(cases as [keyof typeof texts, (typeof levels)[number]][])(
    "gives the call the outcome %s, and the state at level %s contains no more text than the level allows",
    (kind, keep) => {
      const state = newSession("s1");
      const reader = createReader(state, { ...DEFAULT_OPTIONS, keep });
      const rows = [
        prompt(0),
        result(2, "c1", { is_error: true, content: texts[kind] }),
        answer(1, "m1", call("c1", "Bash")),
        stop(3),
      ];
      const pieces = rows.flatMap((row, at) => {
        const [line] = [...createLineReader().push(Buffer.from(`${JSON.stringify(row)}\n`))];
        if (line !== undefined) reader.readMain(line);
        if (at === 1) expect(JSON.stringify(state).includes(SECRET)).toBe(keep === "full");
        return reader.finished({ quiet: true, ended: at === 3 });
      });
      const [made] = callsOf(pieces);
      expect(made?.outcome).toBe(["blocked", "unasked"].includes(kind) ? "denied" : kind);
      if (kind === "error") expect(made?.details?.error).toBe(keep === "none" ? undefined : "No such cake");
    },
  );
});

describe("a tool call", () => {
  test("without an id is ignored, because it cannot be told from others", () => {
    const pieces = readScript([
      prompt(0),
      answer(1, "m1", { type: "tool_use", name: "Bash", input: {} }),
      stop(2),
    ]);
    expect(callsOf(pieces)).toEqual([]);
  });
});

describe("a call that needed an approval where nobody could be asked", () => {
  const unasked = (end: Record<string, unknown>) => readCall("Bash", { is_error: true, ...end })?.unasked;
  const permissionDecision = { decision: "reject", source: "config" };

  test.each(["bashMiss:no-rule-match", "workingDir", "sandboxOverride", "unknown"])(
    "is one that the client rejected itself, without a rule (%s)",
    (reasonCode) => {
      const decision = { ...permissionDecision, reasonCode };
      expect(unasked({ content: "x", toolDenialKind: "user-rejected", permissionDecision: decision })).toBe(
        true,
      );
    },
  );

  test.each([
    "This command requires approval",
    "Claude requested permissions to use Write, but you haven't granted it yet.",
    "Exit plan mode?",
    "Permission for this tool use was denied. It requires approval, and this session has no approval surface",
    "Permission for this tool use was denied: it requires interactive approval",
  ])("is known by the result's text where the client writes no decision: %s", (content) => {
    expect(unasked({ content })).toBe(true);
    expect(unasked({ content, toolDenialKind: "user-rejected" })).toBe(true);
    expect(unasked({ content, is_error: false })).toBeUndefined();
  });

  test.each([
    [
      "a rule",
      {
        toolDenialKind: "permission-rule",
        permissionDecision: { ...permissionDecision, reasonType: "rule" },
      },
    ],
    ["a rule, by its text", { content: "Permission to use Bash with command rm -rf dist has been denied." }],
    [
      "a person",
      { toolDenialKind: "user-rejected", permissionDecision: { decision: "reject", source: "user_reject" } },
    ],
    ["a person, before it ran", { toolDenialKind: "user-rejected", toolDenialBeforeRun: true }],
    [
      "a tool that answers for a person",
      {
        toolDenialKind: "user-rejected",
        permissionDecision: { ...permissionDecision, reasonType: "permissionPromptTool" },
      },
    ],
    [
      "a hook",
      {
        toolDenialKind: "user-rejected",
        permissionDecision: { decision: "reject", source: "hook", reasonType: "hook" },
      },
    ],
  ])("is not one that %s denied", (_, end) => {
    expect(readCall("Bash", { is_error: true, content: "No", ...end })).toMatchObject({ outcome: "denied" });
    expect(unasked({ content: "No", ...end })).toBeUndefined();
  });
});
