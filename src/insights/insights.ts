import type { Insight, Rule, SessionRef, Sighting } from "./insight.ts";
import type { StoryNote } from "./note.ts";
import { createStarts } from "./starts.ts";

/** A failing command is reported if it fails in at least so many sessions. */
const MIN_FAILING_SESSIONS = 3;

/**
 * A session is expensive if it cost more than so many times the median and more than so many USD above it. The rule
 * needs at least so many sessions.
 */
const TIMES_MEDIAN = 8;
const MIN_MORE_USD = 1;
const MIN_SESSIONS = 10;

const MAX_DETAILS = 6;

interface SessionCost extends SessionRef {
  costUsd: number;
}

/** Collects the insights of many sessions, one after the other. */
export interface Insights {
  /** Adds the cost of a session, also of one that has no note. */
  addCost(session: SessionCost): void;
  addNote(session: SessionRef, note: StoryNote): void;
  /** The insights, the most expensive first. */
  all(): Insight[];
}

/** Creates an empty collection. */
export function createInsights(): Insights {
  const costs: SessionCost[] = [];
  const found = new Map<string, Insight>();
  const starts = createStarts();

  function note(sighting: Sighting, { sessionId, startMs, project }: SessionRef): void {
    const { rule, subject, times, tokens, usd, ms, details = [] } = sighting;
    const key = JSON.stringify([rule, project, subject]);
    const insight: Insight = found.get(key) ?? {
      rule,
      subject,
      ...(project === undefined ? {} : { project }),
      times: 0,
      sessions: [],
      details: [],
    };
    found.set(key, insight);
    insight.times += times;
    if (tokens !== undefined) insight.tokens = (insight.tokens ?? 0) + tokens;
    if (usd !== undefined) insight.usd = (insight.usd ?? 0) + usd;
    if (ms !== undefined) insight.ms = (insight.ms ?? 0) + ms;
    insight.sessions.push({ sessionId, startMs, times, ...(usd === undefined ? {} : { usd }) });
    insight.details.push(...details);
  }

  return {
    addCost: (session) => costs.push(session),
    addNote(session, { sightings, firstReads }) {
      if (firstReads !== undefined) starts.add(session, firstReads);
      for (const sighting of sightings) note(sighting, session);
    },
    all() {
      const insights = [...found.values(), ...starts.insights(), ...expensiveSessions(costs)].filter(
        isWorthSaying,
      );
      return insights.map(tidied).sort((a, b) => (b.usd ?? 0) - (a.usd ?? 0) || weightOf(b) - weightOf(a));
    },
  };
}

function isWorthSaying({ rule, sessions }: Insight): boolean {
  return (
    rule !== "failing-command" ||
    new Set(sessions.map(({ sessionId }) => sessionId)).size >= MIN_FAILING_SESSIONS
  );
}

/** The insight with each session once, the most expensive first, and only the most frequent details. */
function tidied(insight: Insight): Insight {
  const sessions = new Map<string, Insight["sessions"][number]>();
  for (const session of insight.sessions) {
    const known = sessions.get(session.sessionId);
    const usd = (known?.usd ?? 0) + (session.usd ?? 0);
    sessions.set(session.sessionId, {
      ...session,
      times: session.times + (known?.times ?? 0),
      ...(usd === 0 ? {} : { usd }),
    });
  }
  const order = [...sessions.values()].sort(
    (a, b) => (b.usd ?? 0) - (a.usd ?? 0) || b.times - a.times || b.startMs - a.startMs,
  );
  return { ...insight, sessions: order, details: mostFrequent(insight.details) };
}

function mostFrequent(texts: readonly string[]): string[] {
  const counts = new Map<string, number>();
  for (const text of texts) counts.set(text, (counts.get(text) ?? 0) + 1);
  return [...counts]
    .sort(([, a], [, b]) => b - a)
    .slice(0, MAX_DETAILS)
    .map(([text]) => text);
}

function weightOf({ tokens = 0, ms = 0, times }: Insight): number {
  return tokens + ms + times;
}

function expensiveSessions(costs: readonly SessionCost[]): Insight[] {
  const paid = costs.filter(({ costUsd }) => costUsd > 0).sort((a, b) => a.costUsd - b.costUsd);
  const median = paid[Math.floor(paid.length / 2)]?.costUsd ?? 0;
  if (paid.length < MIN_SESSIONS) return [];
  return paid
    .filter(({ costUsd }) => costUsd > median * TIMES_MEDIAN && costUsd > median + MIN_MORE_USD)
    .map(({ sessionId, project, startMs, costUsd }) => ({
      rule: "expensive-session" satisfies Rule,
      subject: sessionId,
      ...(project === undefined ? {} : { project }),
      times: Math.round(costUsd / median),
      usd: costUsd,
      sessions: [{ sessionId, startMs, times: 1, usd: costUsd }],
      details: [],
    }));
}
