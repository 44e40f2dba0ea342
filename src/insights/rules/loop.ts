import type { CallStep, Conversation } from "../../failures/steps.ts";
import { callsOf, costsOfCalls, type SessionRule, type Sighting, sumOf } from "../insight.ts";

/** From so many times on, with at most so many other calls between one and the next. */
const MIN_TIMES = 4;
const MAX_BETWEEN = 2;

/** Calls whose purpose is to ask again until something is different, and reads, which have a rule of their own. */
const ASKS_AGAIN =
  /^(?:Read|BashOutput|TaskOutput|AgentOutputTool|Monitor|TodoRead|TaskList|TaskGet|Sleep|Wait\w*)$/;
const WAITS = /\b(?:sleep|wait|watch|until|while)\b/;

/** The same call with the same result, over and over. */
export const loop: SessionRule = ({ conversations }) => conversations.flatMap(inConversation);

function inConversation(conversation: Conversation): Sighting[] {
  const costOf = costsOfCalls(conversation);
  const runs = new Map<string, { calls: CallStep[]; lastIndex: number }>();
  const found: CallStep[][] = [];
  for (const [index, call] of callsOf(conversation).entries()) {
    if (call.outcome === "denied" || ASKS_AGAIN.test(call.tool) || WAITS.test(call.command ?? "")) continue;
    const key = `${call.tool} ${call.inputHash} ${call.resultHash}`;
    const run = runs.get(key);
    if (run === undefined || index - run.lastIndex > MAX_BETWEEN + 1) {
      runs.set(key, { calls: [call], lastIndex: index });
      continue;
    }
    run.calls.push(call);
    run.lastIndex = index;
    if (run.calls.length === MIN_TIMES) found.push(run.calls);
  }
  return found.map((calls) => {
    const [first] = calls as [CallStep];
    const usd = sumOf(calls.map(costOf));
    return {
      rule: "loop",
      subject: [first.tool, first.about].filter(Boolean).join(" "),
      times: calls.length,
      ms: calls.reduce((sum, { startMs, endMs }) => sum + endMs - startMs, 0),
      ...(usd === undefined ? {} : { usd }),
      ...(first.error === undefined ? {} : { details: [first.error] }),
    };
  });
}
