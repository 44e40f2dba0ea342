import { type CallStep, type Conversation, isEdit } from "../../failures/steps.ts";
import { defined } from "../../objects.ts";
import { costsOfCalls, type SessionRule, type Sighting, sumOf, tokensOfCalls } from "../insight.ts";

/** Reports a file with so many unnecessary reads in a conversation, which added so many tokens to the context. */
const MIN_TIMES = 3;
const MIN_TOKENS = 2_000;

/** The same part of a file, read again although no edit had changed the file and the part was still in the context. */
export const readAgain: SessionRule = ({ conversations }) => conversations.flatMap(inConversation);

function inConversation(conversation: Conversation): Sighting[] {
  const tokensOf = tokensOfCalls(conversation);
  const costOf = costsOfCalls(conversation);
  const again = new Map<string, CallStep[]>();
  let known = new Map<string, Set<number>>();
  for (const step of conversation.steps) {
    if (step.kind === "compaction") known = new Map();
    if (step.kind !== "call" || step.file === undefined || step.outcome !== "ok") continue;
    if (isEdit(step)) known.delete(step.file);
    if (step.tool !== "Read") continue;
    const parts = known.get(step.file) ?? new Set();
    if (parts.has(step.inputHash)) again.set(step.file, [...(again.get(step.file) ?? []), step]);
    known.set(step.file, parts.add(step.inputHash));
  }
  return [...again].flatMap(([subject, calls]) => {
    const tokens = calls.reduce((sum, call) => sum + tokensOf(call), 0);
    if (calls.length < MIN_TIMES || tokens < MIN_TOKENS) return [];
    const usd = sumOf(calls.map(costOf));
    return [{ rule: "read-again", subject, times: calls.length, tokens, ...defined({ usd }) }];
  });
}
