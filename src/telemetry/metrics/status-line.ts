import { dict } from "../../dict.ts";
import { maybeCount, object, text, usd } from "../../transcript/fields.ts";
import { limitsSaid } from "../status-line.ts";
import { type Observation, observation } from "./observation.ts";

/**
 * What has been counted from the client's status line input. The input holds totals of a session, but counters need the
 * increase. Plain JSON, part of `MetricsState`.
 */
export interface StatusLineMemory {
  /** Time of the last input that was read, in epoch ms. */
  untilMs: number;
  /** Totals by session id, the newest session last. */
  sessions: Record<string, { usd: number; misses: Record<string, number> }>;
}

/** Number of sessions that are kept. If a session that is no longer kept continues, its totals count again. */
const MAX_SESSIONS = 200;

/** The observations in new status line inputs. Updates `memory`, in place. */
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

/** Gauges of the account's limits. The last input counts. */
function limitsOf(line: Record<string, unknown>, atMs: number): Observation[] {
  return limitsSaid(line).flatMap(({ window, usedRatio, resetMs }) => {
    const attributes = { "ccotel.limit.window": window };
    const used = observation("ccotel.limit.used_ratio", usedRatio, attributes);
    if (resetMs === undefined || resetMs < atMs) return [used];
    return [used, observation("ccotel.limit.reset_after", (resetMs - atMs) / 1000, attributes)];
  });
}

function growthOf(memory: StatusLineMemory, sessionId: string, line: Record<string, unknown>): Observation[] {
  const before = memory.sessions[sessionId] ?? { usd: 0, misses: {} };
  const known = dict(before.misses);
  const totalUsd = usd(object(line.cost)?.total_cost_usd) ?? before.usd;
  const misses = missesOf(object(line.prompt_cache));
  const observed: Observation[] = [];
  // If the sum is smaller than the last one, it has started again: a resumed session counts from zero.
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

/** Cache misses by cause, in the client's words. Misses without a cause are `unknown`. */
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
