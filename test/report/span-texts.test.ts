import { expect, it } from "vitest";
import { textsOf } from "../../src/report/span-texts.ts";
import { spanIdOf } from "../../src/telemetry/ids.ts";
import { readWhole } from "../support/read-files.ts";
import { OPTIONS, recording, sessionIdOf, transcriptsOf } from "../support/recordings.ts";

it("a turn that a notification began is about the summary of the notification", () => {
  const [path = ""] = transcriptsOf(recording("background-bash"));
  const pieces = readWhole(path, { ...OPTIONS, keep: "full" });
  const texts = textsOf(pieces, sessionIdOf(path));
  const [, second] = pieces.flatMap((piece) => (piece.type === "turn" ? [piece.turn] : []));
  expect(texts.get(spanIdOf(sessionIdOf(path), "turn", second?.id ?? ""))).toEqual({
    about: 'Background command "Slow build" completed (exit code 0)',
  });
  // What is exported is what the model got.
  expect(second?.content?.prompt).toMatch(/^<task-notification>\n<task-id>/);
});
