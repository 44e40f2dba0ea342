import { expect, it } from "vitest";
import { createPageBuilder } from "../../src/page/session-page.ts";
import { costPartsOf } from "../../src/pricing/cost.ts";
import { troublesOf } from "../../web/session/items.ts";
import { withUnfinished } from "../../web/session/unfinished.ts";
import {
  answer,
  call,
  prompt,
  readScript,
  result,
  SESSION_ID,
  stop,
} from "../support/transcripts/scripted-session.ts";

it("marks the last turn of a running session and its calls without a result, which are no problems", () => {
  const builder = createPageBuilder(SESSION_ID, costPartsOf);
  builder.add(
    readScript([
      prompt(0, "First"),
      answer(1, "m1", "Done."),
      stop(2),
      prompt(10, "Second"),
      answer(11, "m2", call("t1", "Bash", { command: "false" })),
      result(12, "t1", { is_error: true }),
      answer(13, "m3", call("t2", "Bash", { command: "npm test" })),
    ]),
  );
  const read = builder.page;
  expect(read.turns.map(({ outcome }) => outcome)).toEqual(["completed", "cut_off"]);
  const page = withUnfinished(read);
  expect(page.turns.map(({ outcome }) => outcome)).toEqual(["completed", "unfinished"]);
  expect(page.calls.map(({ outcome }) => outcome)).toEqual(["error", "unfinished"]);
  expect(troublesOf(page).map(({ what }) => what)).toEqual(["Bash failed"]);
  expect(withUnfinished(page)).toBe(page);
});
