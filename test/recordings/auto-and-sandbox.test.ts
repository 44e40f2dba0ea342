import { expect, test } from "vitest";
import { createAssess } from "../../src/signals/assess.ts";
import { findingsIn } from "../../src/signals/findings.ts";
import { toLogEvents } from "../../src/telemetry/logs/events.ts";
import { observe } from "../../src/telemetry/metrics/observe.ts";
import { readWhole, spansOf } from "../support/read-files.ts";
import { recording, sessionIdOf, transcriptsOf } from "../support/recordings.ts";

const assess = createAssess("/home/dev");

const piecesOf = (name: string) =>
  transcriptsOf(recording(name)).flatMap((path) => readWhole(path, { assess }));

const callsOf = (name: string, ...facts: string[]) =>
  spansOf(recording(name), "session")
    .map(({ attributes }) => attributes)
    .filter((attributes) => attributes["gen_ai.operation.name"] === "execute_tool")
    .map((call) => facts.map((fact) => call[`ccotel.${fact}`]));

const denialsIn = (name: string) =>
  transcriptsOf(recording(name))
    .flatMap((path) =>
      toLogEvents(readWhole(path, { assess }), { sessionId: sessionIdOf(path), scope: "session" }),
    )
    .filter((event) => event.name === "ccotel.tool_denied")
    .map(({ attributes }) => attributes["ccotel.permission.code"]);

test("in auto mode, a classifier allows or denies a call, and denies it if it is unavailable; the user is not asked", () => {
  expect(
    callsOf(
      "auto-mode",
      ...["tool.outcome", "tool.denial", "permission.reason", "permission.code", "tool.wait_included"],
    ),
  ).toEqual([
    ["ok", undefined, "classifier", undefined, false],
    ["denied", "automode-blocked", "classifier", "classifier:auto-mode", false],
    ["denied", "automode-unavailable", "classifier", "classifier:auto-mode:unavailable", false],
    ["ok", undefined, "mode", undefined, false],
  ]);
  expect(denialsIn("auto-mode")).toEqual(["classifier:auto-mode", "classifier:auto-mode:unavailable"]);
});

test("auto mode is a finding on the turn, and a denied upload is one on its call", () => {
  const found = findingsIn(piecesOf("auto-mode"));
  expect(found.map(({ rule, call }) => [rule, call?.outcome])).toEqual([
    ["guard.auto-mode", undefined],
    ["network.upload", "denied"],
  ]);
});

test("a command that asks to leave the sandbox without a user who can answer is denied, not interrupted", () => {
  expect(
    callsOf(
      "sandbox",
      ...["tool.outcome", "tool.sandboxed", "tool.denial", "permission.code", "tool.wait_included"],
    ),
  ).toEqual([
    ["ok", true, undefined, undefined, false],
    ["error", true, undefined, undefined, false],
    ["denied", undefined, "user-rejected", "sandboxOverride", false],
    ["ok", undefined, undefined, undefined, false],
    ["ok", true, undefined, undefined, false],
  ]);
  expect(denialsIn("sandbox")).toEqual(["sandboxOverride"]);
});

test("a command that leaves the sandbox is a finding, whether it was denied or not, and the counter has its outcome", () => {
  const pieces = piecesOf("sandbox");
  const left = findingsIn(pieces).filter(({ rule }) => rule === "guard.sandbox-off");
  expect(left.map(({ call }) => call?.outcome)).toEqual(["denied", "ok"]);
  const counted = observe(pieces)
    .filter(({ attributes }) => attributes["ccotel.finding.id"] === "guard.sandbox-off")
    .map(({ instrument, attributes }) => [instrument, attributes["ccotel.tool.outcome"]]);
  expect(counted).toEqual([
    ["ccotel.findings", "denied"],
    ["ccotel.findings", "ok"],
  ]);
});
