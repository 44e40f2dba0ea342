import type { CallStep, Conversation } from "../../failures/steps.ts";
import { callsOf, costsOfCalls, type SessionRule, type Sighting, sumOf } from "../insight.ts";

/** Reports a call that repeats so many times, with at most so many other calls in between. */
const MIN_TIMES = 4;
const MAX_BETWEEN = 2;

/** Tools that poll until something changes, and `Read`, which has its own rule (`read-again`). */
const ASKS_AGAIN =
  /^(?:Read|BashOutput|TaskOutput|AgentOutputTool|Monitor|TodoRead|TaskList|TaskGet|Sleep|Wait\w*)$/;
const WAITS = /\b(?:sleep|wait|watch|until|while)\b/;

/** The same call with the same input and result, repeated. */
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
