import { expect, test } from "vitest";
import { observe } from "../../src/telemetry/metrics/observe.ts";
import { readWhole, spansOf } from "../support/read-files.ts";
import { recording, transcriptsOf } from "../support/recordings.ts";

const turnsOf = (name: string) =>
  spansOf(recording(name), "session")
    .map(({ attributes }) => attributes)
    .filter((attributes) => attributes["ccotel.turn.index"] !== undefined)
    .map((turn) => ["", ".failed", ".blocked", ".cancelled"].map((figure) => turn[`ccotel.hooks${figure}`]));

test("a turn has the numbers of hooks that ran, failed and were cancelled", () => {
  expect(turnsOf("hooks")).toEqual([
    // The prompt's hook, three of a Bash call and three Stop hooks.
    [7, 3, undefined, 1],
    [4, 1, undefined, 1],
  ]);
});

test("a Stop hook that sends the turn back to work counts as blocked", () => {
  expect(turnsOf("stop-hook-block")[0]).toEqual([4, undefined, 1, undefined]);
});

test("the duration of each hook is measured by its event and outcome", () => {
  const pieces = transcriptsOf(recording("hooks")).flatMap((path) => readWhole(path));
  const seen = observe(pieces).filter(({ instrument }) => instrument === "ccotel.hook.duration");
  expect(seen).toHaveLength(11);
  const cancelled = seen.filter(({ attributes }) => attributes["ccotel.hook.outcome"] === "cancelled");
  for (const { attributes, value } of cancelled) {
    expect(attributes["ccotel.hook.event"]).toBe("Stop");
    expect(value).toBeGreaterThan(1);
  }
});
