import { expect, it } from "vitest";
import { createPageBuilder } from "../../src/page/session-page.ts";
import { costPartsOf } from "../../src/pricing/cost.ts";
import { troublesOf } from "../../web/session/items.ts";
import {
  answer,
  call,
  prompt,
  readScript,
  result,
  SESSION_ID,
} from "../support/transcripts/scripted-session.ts";

it("a call that still runs is no problem", () => {
  const builder = createPageBuilder(SESSION_ID, costPartsOf);
  const records = [
    prompt(0),
    answer(1, "m1", call("t1", "Bash", { command: "false" })),
    result(2, "t1", { is_error: true }),
    answer(3, "m2", call("t2", "Bash", { command: "npm test" })),
  ];
  builder.add(readScript(records, [], { openSince: -5 }));
  expect(builder.page.calls.map(({ outcome }) => outcome)).toEqual(["error", "unfinished"]);
  expect(troublesOf(builder.page).map(({ what }) => what)).toEqual(["Bash failed"]);
});
