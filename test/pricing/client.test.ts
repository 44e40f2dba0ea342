import { describe, expect, test } from "vitest";
import { clientUsdOf } from "../../src/pricing/cost.ts";
import { resolveModel } from "../../src/pricing/resolve.ts";
import { PRICES, TABLE_CLIENT } from "../../src/pricing/table.ts";
import { noUsage } from "../../src/session/sums/usage.ts";
import { type ApiTokens, askClient } from "./ask-client.ts";

/**
 * Asks the real client for its prices: `CLAUDE_BIN=… npx vitest run test/pricing/client`. `CCOTEL_PRICE_MODELS` names
 * other models than the table's (separated by commas). For each one that differs, the failure shows the client's
 * number.
 */
const bin = process.env.CLAUDE_BIN;
const models = process.env.CCOTEL_PRICE_MODELS?.split(",") ?? Object.keys(PRICES);

/** One kind of token each, so that a difference names the price that has changed. */
const QUESTIONS: [string, ApiTokens][] = [
  ["input", { input: 100_000 }],
  ["output", { output: 100_000 }],
  ["cache read", { cacheRead: 100_000 }],
  ["cache write 5m", { cacheWrite5m: 100_000 }],
  ["cache write 1h", { cacheWrite1h: 100_000 }],
  ["web searches", { webSearches: 100 }],
  ["fast", { input: 10_000, output: 1000, cacheRead: 100, cacheWrite5m: 10, speed: "fast" }],
  ["US inference", { input: 100_000, webSearches: 1, geo: "us" }],
  ["a long prompt", { input: 250_000, output: 1000 }],
];
/** Everything in one request: enough to see that nothing has changed. */
const TOGETHER: [string, ApiTokens][] = [
  [
    "all",
    { input: 11_000, output: 7000, cacheRead: 5000, cacheWrite5m: 3000, cacheWrite1h: 2000, webSearches: 1 },
  ],
];

describe.skipIf(bin === undefined)("the client's own prices (CLAUDE_BIN)", () => {
  const questions = process.env.CCOTEL_PRICE_MODELS === undefined ? TOGETHER : QUESTIONS;
  const rows = models.flatMap((model) => questions.map(([what, usage]) => ({ model, what, usage })));

  test.each(rows)("$model: $what", async ({ model, usage }) => {
    const counted = await askClient(bin as string, model, usage);
    const { speed, geo, ...tokens } = usage;
    const ours = clientUsdOf({
      requestedModel: counted.sentAs,
      usage: { ...noUsage(), ...tokens },
      clientVersion: TABLE_CLIENT,
      ...(speed === undefined ? {} : { speed }),
      ...(geo === undefined ? {} : { inferenceGeo: geo }),
    });
    expect(ours).toBeCloseTo(counted.costUsd, 9);
    expect(counted.costBasis).toBe("list");
    expect(resolveModel(counted.sentAs)?.contextWindow).toBe(counted.contextWindow);
  });
});
