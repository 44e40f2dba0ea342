import type { CallStep, Conversation, RequestStep } from "../failures/steps.ts";
import type { Turn } from "../session/model.ts";
import type { SessionOptions } from "../session/options.ts";
import { promptTokens } from "../session/sums/usage.ts";

/** What there is to say about a history; docs/use/insights.md has what each means and from when on it is said. */
export const RULES = [
  "read-again",
  "read-at-every-start",
  "failing-command",
  "edit-churn",
  "loop",
  "cache-miss",
  "compaction",
  "slow-hook",
  "expensive-session",
] as const;
export type Rule = (typeof RULES)[number];

/** Something seen in one session. */
export interface Sighting {
  rule: Rule;
  /** A file, a command, a cause: with the project, what sightings of several sessions have in common. */
  subject: string;
  times: number;
  /** About so many tokens. */
  tokens?: number;
  usd?: number;
  ms?: number;
  /** More of it, in the words of whom it is about: an error, what worked instead, what the context held. */
  details?: string[];
}

/** A session as the rules see it. */
export interface SessionStory {
  sessionId: string;
  project?: string;
  startMs: number;
  costUsd: number;
  /** Time from prompts to the ends of their turns. */
  turnMs: number;
  conversations: Conversation[];
  /** Hooks of its turns, as far as they left a record. */
  hooks: NonNullable<Turn["hooks"]>;
  /** The price of a request. */
  appraise: SessionOptions["appraise"];
}

export type SessionRule = (story: SessionStory) => Sighting[];

/** The same in one or several sessions of a project. */
export interface Insight extends Omit<Sighting, "details"> {
  project?: string;
  /** Those with the most of it first. */
  sessions: { sessionId: string; startMs: number; times: number; usd?: number }[];
  /** What is said most often. */
  details: string[];
}

export function callsOf({ steps }: Conversation): CallStep[] {
  return steps.filter((step) => step.kind === "call");
}

/** What a call cost: its part of the request that asked for it. Undefined where that has no price. */
export function costsOfCalls({ steps }: Conversation): (call: CallStep) => number | undefined {
  const costs = new Map<string, number>();
  for (const step of steps) {
    if (step.kind !== "request" || step.costUsd === undefined) continue;
    for (const id of step.calls) costs.set(id, step.costUsd / step.calls.length);
  }
  return ({ id }) => costs.get(id);
}

/** The sum of those that are known; undefined where none is. */
export function sumOf(values: readonly (number | undefined)[]): number | undefined {
  const known = values.filter((value) => value !== undefined);
  return known.length === 0 ? undefined : known.reduce((sum, value) => sum + value, 0);
}

const CHARS_PER_TOKEN = 4;

/**
 * How many tokens the result of each call took: by how much the prompt grew from the request that asked for it to the
 * next one, shared by length among the calls in between. Where a prompt did not grow, by its length, which is that of
 * the beginning for long results.
 */
export function tokensOfCalls({ steps }: Conversation): (call: CallStep) => number {
  const tokens = new Map<CallStep, number>();
  let before: RequestStep | undefined;
  let calls: CallStep[] = [];
  for (const step of steps) {
    if (step.kind === "call") calls.push(step);
    if (step.kind === "compaction") before = undefined;
    if (step.kind !== "request" || step.error !== undefined) continue;
    const grown =
      before === undefined ? 0 : promptTokens(step.usage) - promptTokens(before.usage) - before.usage.output;
    const chars = calls.reduce((sum, { resultChars }) => sum + resultChars, 0);
    if (grown > 0 && chars > 0)
      for (const call of calls) tokens.set(call, Math.round((grown * call.resultChars) / chars));
    before = step;
    calls = [];
  }
  return (call) => tokens.get(call) ?? Math.round(call.resultChars / CHARS_PER_TOKEN);
}
