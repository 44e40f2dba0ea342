import type { CallStep, Conversation, Step } from "../../failures/steps.ts";
import { type SessionRule, type Sighting, tokensOfCalls } from "../insight.ts";

/** Reports a conversation with so many compactions, or with so many files that were read again after one. */
const MIN_TIMES = 2;
const MIN_REREAD = 3;
/** How many of the largest results in the context are named. */
const MAX_HELD = 4;

/** Contexts that a compaction replaced by a summary: what they held, and which files were read again. */
export const compaction: SessionRule = ({ conversations }) => conversations.flatMap(inConversation);

function inConversation(conversation: Conversation): Sighting[] {
  const { steps, agent } = conversation;
  const tokensOf = tokensOfCalls(conversation);
  const cuts = steps.flatMap((step, index) => (step.kind === "compaction" ? [{ step, index }] : []));
  if (cuts.length === 0) return [];
  const reread = new Set<string>();
  const held = new Map<string, number>();
  for (const [nth, { index }] of cuts.entries()) {
    const before = steps.slice(cuts[nth - 1]?.index ?? 0, index);
    const after = steps.slice(index, cuts[nth + 1]?.index);
    const known = filesRead(before);
    for (const file of filesRead(after)) if (known.has(file)) reread.add(file);
    for (const [what, tokens] of resultsOf(before, tokensOf)) held.set(what, (held.get(what) ?? 0) + tokens);
  }
  if (cuts.length < MIN_TIMES && reread.size < MIN_REREAD) return [];
  const lost = cuts.map(({ step }) => Math.max(0, (step.preTokens ?? 0) - (step.postTokens ?? 0)));
  return [
    {
      rule: "compaction",
      subject: agent === undefined ? "main conversation" : `subagent ${agent.type}`,
      times: cuts.length,
      tokens: lost.reduce((sum, tokens) => sum + tokens, 0),
      ms: cuts.reduce((sum, { step }) => sum + step.endMs - step.startMs, 0),
      details: [
        ...heldWords(held),
        ...(reread.size === 0 ? [] : [`read again afterwards: ${[...reread].join(", ")}`]),
      ],
    },
  ];
}

function filesRead(steps: readonly Step[]): Set<string> {
  return new Set(
    steps.flatMap((step) =>
      step.kind === "call" && step.tool === "Read" && step.outcome === "ok" ? (step.file ?? []) : [],
    ),
  );
}

/** Tokens of results, by file for `Read` and by tool for others. */
function resultsOf(steps: readonly Step[], tokensOf: (call: CallStep) => number): Map<string, number> {
  const tokens = new Map<string, number>();
  for (const step of steps) {
    if (step.kind !== "call") continue;
    const what = step.tool === "Read" && step.file !== undefined ? step.file : step.tool;
    tokens.set(what, (tokens.get(what) ?? 0) + tokensOf(step));
  }
  return tokens;
}

function heldWords(held: ReadonlyMap<string, number>): string[] {
  return [...held]
    .filter(([, tokens]) => tokens > 0)
    .sort(([, a], [, b]) => b - a)
    .slice(0, MAX_HELD)
    .map(([what, tokens]) => `it held: ${what}, about ${tokens} tokens`);
}
