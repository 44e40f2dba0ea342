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

it("an answer that ended its turn because it was refused is a problem, with the client's words", () => {
  const text = "API Error: The safeguards flagged this message.";
  const message = { id: "e1", model: "<synthetic>", content: [{ type: "text", text }], usage: {} };
  const builder = createPageBuilder(SESSION_ID, costPartsOf);
  const records = [
    ...[prompt(0), answer(1, "m1", "I cannot", { stop_reason: "refusal" })],
    answer(2, "e1", "", { isApiErrorMessage: true, error: "invalid_request", message, requestId: "req-m1" }),
  ];
  builder.add(readScript(records, [], { keep: "full" }));
  expect(troublesOf(builder.page)).toMatchObject([{ what: "Answer failed", why: text }]);
});
