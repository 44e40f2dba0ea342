import { expect, test } from "vitest";
import { observe } from "../../src/telemetry/metrics/observe.ts";
import type { Span } from "../../src/telemetry/spans/span.ts";
import { readWhole, spansOf } from "../support/read-files.ts";
import { recording, transcriptsOf } from "../support/recordings.ts";

const spans = spansOf(recording("permissions"), "session");
const calls = spans.filter(({ attributes }) => attributes["gen_ai.operation.name"] === "execute_tool");

const valuesOf = ({ attributes }: Span, ...names: string[]) => names.map((name) => attributes[name]);

test("each call has the source of the decision and the reason", () => {
  const names = ["decision", "source", "reason", "rule_source", "code", "scope"];
  const decisions = calls.map((call) => valuesOf(call, ...names.map((name) => `ccotel.permission.${name}`)));
  expect(decisions).toEqual([
    ["accept", "user_temporary", undefined, undefined, "unknown", "once"],
    ["accept", "user_temporary", undefined, "userSettings", "rule:userSettings", "once"],
    ["reject", "user_reject", "rule", "userSettings", "rule:userSettings", undefined],
    ["reject", "config", "subcommandResults", "userSettings", "rule:userSettings", undefined],
    [undefined, undefined, undefined, undefined, undefined, undefined],
    ["accept", "user_temporary", undefined, undefined, "unknown", "session"],
    ["accept", "config", "mode", undefined, undefined, undefined],
    ["accept", "config", "subcommandResults", undefined, undefined, undefined],
    [undefined, undefined, undefined, undefined, undefined, undefined],
  ]);
});

test("a call that a rule denies has no wait; a call that asked the user has one", () => {
  const outcomes = calls.map((call) => valuesOf(call, "ccotel.tool.outcome", "ccotel.tool.wait_included"));
  expect(outcomes.slice(0, 4)).toEqual([
    ["ok", true],
    ["ok", true],
    ["denied", false],
    ["denied", false],
  ]);
});

test("each turn has its permission mode", () => {
  const turns = spans.filter(({ attributes }) => attributes["ccotel.turn.index"] !== undefined);
  expect(turns.map((turn) => turn.attributes["ccotel.permission.mode"])).toEqual([
    ...["default", "default", "default"],
    ...["acceptEdits", "acceptEdits"],
  ]);
});

test("decisions are counted by their source, also the user's rejections", () => {
  const pieces = transcriptsOf(recording("permissions")).flatMap((path) => readWhole(path));
  const counted: Record<string, number> = {};
  for (const { instrument, value, attributes } of observe(pieces)) {
    if (instrument !== "ccotel.permission.decisions") continue;
    const key = `${attributes["ccotel.permission.decision"]} ${attributes["ccotel.permission.source"]}`;
    counted[key] = (counted[key] ?? 0) + value;
  }
  expect(counted).toEqual({
    "accept user_temporary": 3,
    "reject user_reject": 1,
    "reject config": 1,
    "accept config": 2,
    "reject user-rejected": 1,
  });
});

test("a call for which claude -p cannot ask is denied, also if only its text says so (2.1.200)", () => {
  const unasked = spansOf(recording("2.1.200-unasked"), "session").filter(
    ({ attributes }) => attributes["gen_ai.operation.name"] === "execute_tool",
  );
  expect(
    unasked.map((call) =>
      valuesOf(call, "gen_ai.tool.name", "ccotel.tool.outcome", "ccotel.tool.wait_included"),
    ),
  ).toEqual([
    ["WebFetch", "denied", false],
    ["Bash", "denied", undefined],
  ]);
});
