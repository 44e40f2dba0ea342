import { dict } from "../../dict.ts";
import { epoch, maybeCount, object, text, usd } from "../../transcript/fields.ts";
import { type Observation, observation } from "./observation.ts";

/**
 * What has been counted of what the client says to its status line. It says totals of the session; counters want what is
 * new in them. Plain JSON, part of the meter's memory.
 */
export interface StatusLineMemory {
  /** Up to when it has been looked at, in epoch ms. */
  untilMs: number;
  /** By session, the newest last. */
  sessions: Record<string, { usd: number; misses: Record<string, number> }>;
}

/** Sessions that are remembered: one that is forgotten and goes on would count again. */
const MAX_SESSIONS = 200;

const WINDOWS = ["five_hour", "seven_day"] as const;

/** Observations of what was said since the last look; notes in `memory` what has been counted. */
export function observeStatusLines(
  memory: StatusLineMemory,
  said: readonly { sessionId: string; atMs: number; raw: unknown }[],
): Observation[] {
  memory.sessions = dict(memory.sessions);
  const observed: Observation[] = [];
  for (const { sessionId, atMs, raw } of said) {
    memory.untilMs = Math.max(memory.untilMs, atMs);
    const line = object(raw);
    if (line === undefined) continue;
    observed.push(...limitsOf(line, atMs), ...growthOf(memory, sessionId, line));
  }
  return observed;
}

/** How much of a usage limit of the account is used up. */
export interface Limit {
  window: (typeof WINDOWS)[number];
  /** 0 to 1. */
  usedRatio: number;
  /** When it starts again, in epoch ms. */
  resetMs?: number;
}

/** The limits in what the client said to a status line. */
export function limitsSaid(raw: unknown): Limit[] {
  const limits = object(object(raw)?.rate_limits);
  return WINDOWS.flatMap((window) => {
    const limit = object(limits?.[window]);
    const percent = usd(limit?.used_percentage);
    if (percent === undefined) return [];
    const resetMs = resetOf(limit?.resets_at);
    return [{ window, usedRatio: percent / 100, ...(resetMs === undefined ? {} : { resetMs }) }];
  });
}

/** Limits of the account: the last that was said counts. */
function limitsOf(line: Record<string, unknown>, atMs: number): Observation[] {
  return limitsSaid(line).flatMap(({ window, usedRatio, resetMs }) => {
    const attributes = { "ccotel.limit.window": window };
    const used = observation("ccotel.limit.used_ratio", usedRatio, attributes);
    if (resetMs === undefined || resetMs < atMs) return [used];
    return [used, observation("ccotel.limit.reset_after", (resetMs - atMs) / 1000, attributes)];
  });
}

/** Seconds or milliseconds since the epoch, or a date: clients have said it differently. */
function resetOf(value: unknown): number | undefined {
  if (typeof value === "string") return epoch(Date.parse(value));
  return typeof value === "number" && value < 1e11 ? epoch(value * 1000) : epoch(value);
}

function growthOf(memory: StatusLineMemory, sessionId: string, line: Record<string, unknown>): Observation[] {
  const before = memory.sessions[sessionId] ?? { usd: 0, misses: {} };
  const known = dict(before.misses);
  const totalUsd = usd(object(line.cost)?.total_cost_usd) ?? before.usd;
  const misses = missesOf(object(line.prompt_cache));
  const observed: Observation[] = [];
  // A sum that became smaller began anew: a resumed session counts from zero.
  const growthUsd = totalUsd >= before.usd ? totalUsd - before.usd : totalUsd;
  if (growthUsd > 0) observed.push(observation("ccotel.client_cost", growthUsd, {}));
  for (const [cause, count] of Object.entries(misses)) {
    const earlier = known[cause] ?? 0;
    const growth = count >= earlier ? count - earlier : count;
    if (growth > 0)
      observed.push(observation("ccotel.prompt_cache.misses", growth, { "ccotel.cache.miss_cause": cause }));
  }
  delete memory.sessions[sessionId];
  memory.sessions[sessionId] = { usd: totalUsd, misses: { ...known, ...misses } };
  const ids = Object.keys(memory.sessions);
  for (const id of ids.slice(0, Math.max(0, ids.length - MAX_SESSIONS))) delete memory.sessions[id];
  return observed;
}

/** Misses by cause; those without a cause as `unknown`. Causes are words of the client's. */
function missesOf(cache: Record<string, unknown> | undefined): Record<string, number> {
  const found = dict<number>();
  const total = maybeCount(cache?.misses) ?? 0;
  let named = 0;
  for (const [cause, value] of Object.entries(object(cache?.miss_causes) ?? {})) {
    const count = maybeCount(value);
    if (count === undefined || text(cause) === undefined || !/^[\w.-]{1,40}$/.test(cause)) continue;
    found[cause] = count;
    named += count;
  }
  if (total > named) found.unknown = total - named;
  return found;
}
