import { expect, it } from "vitest";
import { observeStatusLines, type StatusLineMemory } from "../../src/telemetry/metrics/status-line.ts";

const memory = (): StatusLineMemory => ({ untilMs: 0, sessions: {} });
const line = (atMs: number, raw: unknown, sessionId = "one") => ({ atMs, raw, sessionId });
const short = (observed: ReturnType<typeof observeStatusLines>) =>
  observed.map(({ instrument, value, attributes }) => [instrument, value, ...Object.values(attributes)]);

it("limits become gauges, with the time until they are reset", () => {
  const limits = {
    five_hour: { used_percentage: 34, resets_at: 1_800_000_600 },
    seven_day: { used_percentage: 12.5 },
  };
  expect(short(observeStatusLines(memory(), [line(1_800_000_000_000, { rate_limits: limits })]))).toEqual([
    ["ccotel.limit.used_ratio", 0.34, "five_hour"],
    ["ccotel.limit.reset_after", 600, "five_hour"],
    ["ccotel.limit.used_ratio", 0.125, "seven_day"],
  ]);
});

it("a session's totals count by their increase, also after they start again", () => {
  const known = memory();
  const cost = (usd: number) => ({ cost: { total_cost_usd: usd } });
  const values = [0.5, 0.75, 0.75, 0.25].map((usd, at) =>
    short(observeStatusLines(known, [line(at + 1, cost(usd))])),
  );
  expect(values.map((one) => one.map(([, value]) => value))).toEqual([[0.5], [0.25], [], [0.25]]);
  expect(known.untilMs).toBe(4);
});

it("cache misses count by cause", () => {
  const known = memory();
  const cache = (misses: number, miss_causes: object) => ({ prompt_cache: { misses, miss_causes } });
  expect(short(observeStatusLines(known, [line(1, cache(3, { ttl: 1, tools_changed: 1 }))]))).toEqual([
    ["ccotel.prompt_cache.misses", 1, "ttl"],
    ["ccotel.prompt_cache.misses", 1, "tools_changed"],
    ["ccotel.prompt_cache.misses", 1, "unknown"],
  ]);
  expect(short(observeStatusLines(known, [line(2, cache(4, { ttl: 2, tools_changed: 1 }))]))).toEqual([
    ["ccotel.prompt_cache.misses", 1, "ttl"],
  ]);
});

it("wrong types and unknown causes are ignored", () => {
  const raw = {
    rate_limits: { five_hour: { used_percentage: "many" }, seven_day: [] },
    cost: { total_cost_usd: 1e308 * 10 },
    prompt_cache: {
      misses: -1,
      miss_causes: { "rm -rf / with a long text about it that leaves": 1, __proto__: 2 },
    },
  };
  expect(observeStatusLines(memory(), [line(1, raw), line(2, null), line(3, "text", "__proto__")])).toEqual(
    [],
  );
});
