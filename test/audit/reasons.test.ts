import { expect, test } from "vitest";
import { auditSession } from "../../src/audit/audit.ts";
import { describeAudit, describeDifference } from "../../src/audit/describe.ts";
import {
  answer,
  call,
  costState,
  type Fields,
  prompt,
  SESSION_ID,
} from "../support/transcripts/scripted-session.ts";

/** What the audit says of the difference to Claude Code's own sum. The price of an answer is $0.00044. */
async function reasonsOf(main: Fields[], agent: Fields[] = []): Promise<string[]> {
  const files = [main, agent].map((records, index) => ({
    file: `${index}`,
    isMain: index === 0,
    lines: records.map((each) => JSON.stringify(each)),
  }));
  const audit = await auditSession({ sessionId: SESSION_ID, files });
  return describeAudit(audit).filter((line) => line.startsWith("  "));
}

const started = [prompt(0), answer(1, "m1", call("c1", "Agent"))];

test("an agent that answers last, before the process ends, is in Claude Code's sum", async () => {
  const reasons = await reasonsOf([...started, costState(0.000_88)], [answer(2, "a1", "Done.")]);
  expect(reasons).toEqual([]);
});

test("an agent that answers after the session has been resumed is not", async () => {
  const resumed = [...started, costState(0.000_44), prompt(10), answer(11, "m2", "On it.")];
  expect(await reasonsOf(resumed, [answer(12, "a1", "Done.")])).toEqual([
    "  -$0.000880  2 requests since that sum was written",
  ]);
});

const thought = { type: "thinking", thinking: "Let me see" };
const broken = { stop_reason: null, usage: { input_tokens: 10, output_tokens: 1 } };

test("Claude Code leaves out an answer that broke off before it said anything", async () => {
  const reasons = await reasonsOf([
    prompt(0),
    answer(1, "m1", thought, broken),
    answer(2, "m2", "Done."),
    costState(0.000_44),
  ]);
  expect(reasons).toEqual([
    "  -$0.000060  1 answer that broke off while the model was thinking: Claude Code does not count it",
  ]);
});

test("an answer that broke off behind its words is in the sum, so a lack is due to a process that was killed", async () => {
  const reasons = await reasonsOf([
    prompt(0),
    answer(1, "m1", thought, broken),
    answer(1.1, "m1", "I think", broken),
    answer(2, "m2", "Done."),
    costState(0.000_44),
  ]);
  expect(reasons).toEqual(["  -$0.000060  requests of a process that was killed before it wrote a sum"]);
});

test.each([
  [0.293_238_999_999_999_97, 0.145, "the transcript holds 0.293239, ccotel reads 0.145000"],
  [0.1, 0.100_000_2, "the transcript holds 0.100000000, ccotel reads 0.100000200"],
])(
  "a difference of cost is in micro-dollars, or finer if it is smaller (%d and %d)",
  (recounted, read, said) => {
    expect(describeDifference({ what: "cost in USD", recounted, read })).toBe(`cost in USD: ${said}`);
  },
);

test("a difference of counts has them as they are", () => {
  expect(describeDifference({ what: "requests", recounted: 3, read: 2 })).toBe(
    "requests: the transcript holds 3, ccotel reads 2",
  );
});
