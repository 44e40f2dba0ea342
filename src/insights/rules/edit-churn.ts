import type { CallStep, Conversation } from "../../failures/steps.ts";
import { callsOf, costsOfCalls, type SessionRule, type Sighting, sumOf } from "../insight.ts";

/** Reports a file with at least so many edits that replaced text that the conversation itself had written. */
const MIN_TIMES = 5;
/** Shorter texts may be the same by chance. */
const MIN_CHARS = 20;

/** Text that was written and replaced again, in one file. */
export const editChurn: SessionRule = ({ conversations }) => conversations.flatMap(inConversation);

function inConversation(conversation: Conversation): Sighting[] {
  const costOf = costsOfCalls(conversation);
  const written = new Map<string, string[]>();
  const rewrites = new Map<string, CallStep[]>();
  for (const call of callsOf(conversation)) {
    const { file, edit, outcome } = call;
    if (file === undefined || edit === undefined || outcome !== "ok") continue;
    const before = edit.before.trim();
    const own = written.get(file) ?? [];
    const isOwn =
      before.length >= MIN_CHARS && own.some((text) => text.includes(before) || before.includes(text));
    if (isOwn) rewrites.set(file, [...(rewrites.get(file) ?? []), call]);
    const after = edit.after.trim();
    if (after.length >= MIN_CHARS) own.push(after);
    written.set(file, own);
  }
  return [...rewrites].flatMap(([subject, calls]) => {
    if (calls.length < MIN_TIMES) return [];
    const usd = sumOf(calls.map(costOf));
    return [{ rule: "edit-churn", subject, times: calls.length, ...(usd === undefined ? {} : { usd }) }];
  });
}
