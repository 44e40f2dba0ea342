import { statSync } from "node:fs";
import { join } from "node:path";
import { managedSettingsPaths } from "../../config/claude/managed.ts";
import { MAX_BYTES, tryReadText } from "../../disk/read.ts";
import { findAllSessions } from "../../files/find-sessions.ts";
import { object } from "../../transcript/fields.ts";
import type { ExpiringFact } from "./facts.ts";
import type { SessionStatus } from "./session-facts.ts";

const DAY_MS = 24 * 3_600_000;

/** How long Claude Code keeps a transcript that does not grow, unless its settings say otherwise. */
const USUAL_DAYS = 30;

/** So long before a transcript is deleted, what is lost with it is worth a warning. */
const AHEAD_MS = 7 * DAY_MS;

/**
 * Sessions that Claude Code is about to delete (`cleanupPeriodDays` after their last change) and of which a destination
 * lacks something, or that were never sent anywhere. Undefined: there is none. Reads times of files, not their content.
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

/** The administrator's word goes before the user's. */
function cleanupDays(configDir: string, platform: NodeJS.Platform): number {
  for (const path of [managedSettingsPaths(platform).file, join(configDir, "settings.json")]) {
    try {
      const text = tryReadText(path, MAX_BYTES.settings) ?? "{}";
      const days = object(JSON.parse(text.replace(/^\uFEFF/, "")))?.cleanupPeriodDays;
      if (typeof days === "number" && Number.isFinite(days) && days >= 0) return days;
    } catch {
      // Settings that cannot be read say nothing about it; other checks speak of them.
    }
  }
  return USUAL_DAYS;
}

function findAll(configDir: string): { sessionId: string; path: string }[] {
  try {
    return findAllSessions({ configDir, cwd: configDir });
  } catch {
    // There is no session at all.
    return [];
  }
}
