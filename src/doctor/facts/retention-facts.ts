import { statSync } from "node:fs";
import { findAllSessions } from "../../files/find-sessions.ts";
import type { ExpiringFact, Facts } from "./facts.ts";
import type { SessionStatus } from "./session-facts.ts";
import { readable } from "./settings-facts.ts";

const DAY_MS = 24 * 3_600_000;

/** Claude Code's default for how many days it keeps a transcript that does not grow. */
const USUAL_DAYS = 30;

/** How long before the deletion of a transcript to warn about undelivered data. */
const AHEAD_MS = 7 * DAY_MS;

/**
 * Returns the sessions that Claude Code is about to delete (`cleanupPeriodDays` after their last change) and that are
 * not completely delivered or were never sent. Undefined if there is none. Reads the times of files, not their content.
 */
export function expiringFact(about: {
  configDir: string;
  facts: Facts;
  sessions: readonly SessionStatus[];
  nowMs: number;
}): ExpiringFact | undefined {
  const { configDir, facts, sessions, nowMs } = about;
  const days = cleanupDays(facts);
  const known = new Map(sessions.map((session) => [session.sessionId, session]));
  const lost = findAll(configDir).flatMap(({ sessionId, path }) => {
    const goneMs = (statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? nowMs) + days * DAY_MS;
    if (goneMs - nowMs > AHEAD_MS) return [];
    const session = known.get(sessionId);
    const isSent = session?.deliveries.some(({ hasBegun }) => hasBegun) === true;
    if (isSent && session?.pending.sinceMs === undefined) return [];
    return [{ isSent, goneMs }];
  });
  if (lost.length === 0) return undefined;
  const unsent = lost.filter(({ isSent }) => !isSent).length;
  return {
    undelivered: lost.length - unsent,
    neverSent: unsent,
    firstGoneMs: Math.min(...lost.map(({ goneMs }) => goneMs)),
    days,
  };
}

/** The administrator's value takes precedence over the user's. */
function cleanupDays(facts: Facts): number {
  const values = readable(facts, "managed", "user").map(({ settings }) => settings.cleanupPeriodDays);
  const isCount = (value: unknown): value is number => typeof value === "number" && value >= 0;
  return values.find(isCount) ?? USUAL_DAYS;
}

function findAll(configDir: string): { sessionId: string; path: string }[] {
  try {
    return findAllSessions({ configDir, cwd: configDir });
  } catch {
    // There are no sessions.
    return [];
  }
}
