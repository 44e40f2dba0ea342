import type { CallStep, Conversation, RequestStep } from "../failures/steps.ts";
import type { Turn } from "../session/model.ts";
import { promptTokens } from "../session/sums/usage.ts";

/** The rules. docs/use/insights.md says what each one means and from which threshold on it reports. */
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

/** What a rule found in one session. */
export interface Sighting {
  rule: Rule;
  /** A file, a command, a cause. Sightings of one rule, project and subject make one insight. */
  subject: string;
  times: number;
  /** Number of tokens, estimated for most rules. */
  tokens?: number;
  usd?: number;
  ms?: number;
  /** Lines that explain it: an error, the command that worked instead, what the context held. */
  details?: string[];
}

/** A session as input of the rules. */
export interface SessionStory {
  conversations: Conversation[];
  /** Hooks of its turns that left a record in the transcript. */
  hooks: NonNullable<Turn["hooks"]>;
}

/** The session that an insight names. */
export interface SessionRef {
  sessionId: string;
  project?: string;
  startMs: number;
}

export type SessionRule = (story: SessionStory) => Sighting[];

/** The sightings of one rule and subject in all sessions of a project. */
export interface Insight extends Omit<Sighting, "details"> {
  project?: string;
  /** Sorted by cost, then by `times`, largest first. */
  sessions: { sessionId: string; startMs: number; times: number; usd?: number }[];
  /** The most frequent details of its sightings. */
  details: string[];
}

/** The tool calls of a conversation, sorted by time. */
export function callsOf({ steps }: Conversation): CallStep[] {
  return steps.filter((step) => step.kind === "call");
}

/**
 * The cost of a call in USD: an equal share of the request that asked for it. Undefined if that request has no price.
 */
export function costsOfCalls({ steps }: Conversation): (call: CallStep) => number | undefined {
  const costs = new Map<string, number>();
  for (const step of steps) {
    if (step.kind !== "request" || step.costUsd === undefined) continue;
    for (const id of step.calls) costs.set(id, step.costUsd / step.calls.length);
  }
  return ({ id }) => costs.get(id);
}

/** The sum of the known values; undefined if all are unknown. */
export function sumOf(values: readonly (number | undefined)[]): number | undefined {
  const known = values.filter((value) => value !== undefined);
  return known.length === 0 ? undefined : known.reduce((sum, value) => sum + value, 0);
}

const CHARS_PER_TOKEN = 4;

/**
 * How many tokens the result of each call took. The growth of the prompt, from the request that asked for the call to
 * the next request, is divided among the calls in between by the length of their results. If the prompt did not grow,
 * the length of the result decides. For long results, only the beginning is known and counted.
 */
export function tokensOfCalls({ steps }: Conversation): (call: CallStep) => number {
  const tokens = new Map<CallStep, number>();
  let before: RequestStep | undefined;
  let calls: CallStep[] = [];
  for (const step of steps) {
    if (step.kind === "call") calls.push(step);
    if (step.kind === "compaction") before = undefined;
    if (step.kind !== "request" || step.request.error !== undefined) continue;
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
