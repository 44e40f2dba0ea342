/** Faults of the client, and ways of running it in which hooks do not run or no transcript is written. */

import { EVENT_SINCE } from "../../settings/client-version.ts";
import { plural } from "../../units.ts";
import { atLeast, formatVersion, type Version } from "../../versions.ts";
import type { Facts } from "../facts/facts.ts";
import { isTruthy, readable } from "../facts/settings-facts.ts";
import { type Finding, finding } from "../finding.ts";

/** The oldest client with recorded transcripts that the tests read. */
const OLDEST_TESTED: Version = [1, 0, 128];

/**
 * Since this version Claude Code rejects a `cleanupPeriodDays` of 0. Earlier versions silently turned transcripts off
 * (changelog, 2.1.89).
 */
const ZERO_DAYS_REFUSED: Version = [2, 1, 89];

/** Checks the version of Claude Code, and the ways in which it runs. */
export function checkClient(facts: Facts): Finding[] {
  return [...version(facts), ...modes(facts), ...transcripts(facts), ...trust(facts)];
}

function version({ client }: Facts): Finding[] {
  if (!client) return [finding("warning", "client-missing", {})];
  const shown = formatVersion(client);
  if (!atLeast(client, EVENT_SINCE.get("Stop") ?? OLDEST_TESTED))
    return [finding("error", "client-too-old", { version: shown })];
  return atLeast(client, OLDEST_TESTED) ? [] : [finding("warning", "client-untested", { version: shown })];
}

function modes({ env, runningFlags }: Facts): Finding[] {
  const variables = ["CLAUDE_CODE_SIMPLE", "CLAUDE_CODE_SAFE_MODE", "CLAUDE_CODE_RESTRICTED"].filter((name) =>
    isTruthy(env[name]),
  );
  const flags = runningFlags.filter(
    (flag) =>
      ["--bare", "--safe-mode", "--restricted"].includes(flag) ||
      (flag.startsWith("--setting-sources=") && !/[=,]user(?:,|$)/.test(flag)),
  );
  return [
    ...variables.map((name) => finding("error", "hooks-off-mode", { by: `${name} in the environment` })),
    ...[...new Set(flags)].map((by) => finding("warning", "hooks-off-mode", { by })),
  ];
}

function transcripts(facts: Facts): Finding[] {
  const { client, env, runningFlags, delivery } = facts;
  const reasons: string[] = [];
  if (runningFlags.includes("--no-session-persistence")) reasons.push("--no-session-persistence");
  if (isTruthy(env.CLAUDE_CODE_SKIP_PROMPT_HISTORY)) {
    reasons.push("CLAUDE_CODE_SKIP_PROMPT_HISTORY in the environment");
  }
  for (const { path, settings } of readable(facts)) {
    const zero = settings.cleanupPeriodDays === 0 && client && !atLeast(client, ZERO_DAYS_REFUSED);
    if (zero) reasons.push(`"cleanupPeriodDays": 0 in ${path}`);
  }
  const lost = delivery?.sessionsWithoutTranscript ?? 0;
  if (reasons.length === 0 && lost > 0) reasons.push(`${plural(lost, "session")} of late left none`);
  return reasons.map((by) => finding("warning", "no-transcript", { by }));
}

function trust({ folder, folderTrusted }: Facts): Finding[] {
  return folderTrusted === false ? [finding("note", "folder-not-trusted", { folder })] : [];
}
