import { statSync } from "node:fs";
import { join } from "node:path";
import { managedSettingsPaths } from "../../config/claude/managed.ts";
import { MAX_BYTES, tryReadText } from "../../disk/read.ts";
import { findAllSessions } from "../../files/find-sessions.ts";
import { object } from "../../transcript/fields.ts";
import type { ExpiringFact } from "./facts.ts";
import type { SessionStatus } from "./session-facts.ts";

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
  platform: NodeJS.Platform;
  sessions: readonly SessionStatus[];
  nowMs: number;
}): ExpiringFact | undefined {
  const { configDir, platform, sessions, nowMs } = about;
  const days = cleanupDays(configDir, platform);
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
function cleanupDays(configDir: string, platform: NodeJS.Platform): number {
  for (const path of [managedSettingsPaths(platform).file, join(configDir, "settings.json")]) {
    try {
      const text = tryReadText(path, MAX_BYTES.settings) ?? "{}";
      const days = object(JSON.parse(text.replace(/^\uFEFF/, "")))?.cleanupPeriodDays;
      if (typeof days === "number" && Number.isFinite(days) && days >= 0) return days;
    } catch {
      // Skip settings that cannot be read. Other checks report them.
    }
  }
  return USUAL_DAYS;
}

function findAll(configDir: string): { sessionId: string; path: string }[] {
  try {
    return findAllSessions({ configDir, cwd: configDir });
  } catch {
    // There are no sessions.
    return [];
  }
}
