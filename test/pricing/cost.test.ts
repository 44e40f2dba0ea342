import { describe, expect, test } from "vitest";
import { clientUsdOf, costOf, type Priced } from "../../src/pricing/cost.ts";
import { noUsage } from "../../src/session/sums/usage.ts";

const K100 = 100_000;

function counted(requestedModel: string, usage: Partial<Priced["usage"]>, more: Partial<Priced> = {}) {
  return clientUsdOf({ requestedModel, usage: { ...noUsage(), ...usage }, ...more });
}

function usd(requestedModel: string, usage: Partial<Priced["usage"]>, more: Partial<Priced> = {}) {
  return costOf({ requestedModel, usage: { ...noUsage(), ...usage }, ...more })?.usd;
}

describe("what Claude Code itself counts for a request", () => {
  // `costUSD` of the client's own `modelUsage`, for one request with that usage.
  test.each<[string, Partial<Priced["usage"]>, Partial<Priced>, number]>([
    ["claude-opus-5-5", { input: K100, output: 1000 }, { clientVersion: "2.1.329" }, 0.42],
    [
      "claude-haiku-5-5",
      { input: K100, output: 1000, cacheRead: 10_000, cacheWrite5m: 1000, cacheWrite1h: 100 },
      {},
      0.053725,
    ],
    [
      "us.anthropic.claude-opus-4-1-20250805-v1:0",
      { input: K100, output: 1000, cacheRead: 10_000, cacheWrite5m: 1000, cacheWrite1h: 100 },
      {},
      1.61175,
    ],
    ["claude-opus-4-1", { input: K100, output: 1000 }, { clientVersion: "2.0.76" }, 1.575],
    ["claude-opus-4-1", { input: K100, output: 1000 }, { clientVersion: "1.0.128" }, 1.575],
    ["claude-sonnet-4-5", { cacheWrite1h: K100 }, { clientVersion: "2.1.329" }, 0.6],
    ["claude-sonnet-4-5", { cacheWrite1h: K100 }, { clientVersion: "2.1.172" }, 0.6],
    ["claude-sonnet-4-5", { cacheWrite1h: K100 }, { clientVersion: "2.1.170" }, 0.375],
    ["claude-sonnet-4-5", { cacheWrite1h: K100 }, { clientVersion: "2.0.76" }, 0.375],
    ["claude-sonnet-4-5", { input: K100 }, { inferenceGeo: "us", clientVersion: "2.1.239" }, 0.33],
    ["claude-sonnet-4-5", { input: K100 }, { inferenceGeo: "us", clientVersion: "2.1.172" }, 0.3],
    ["claude-sonnet-4-5", { input: K100 }, { inferenceGeo: "eu", clientVersion: "2.1.239" }, 0.3],
    ["claude-sonnet-4-5", { webSearches: 5 }, { inferenceGeo: "us", clientVersion: "2.1.329" }, 0.05],
    ["claude-sonnet-4-5", { input: 3 * K100 }, { clientVersion: "2.1.329" }, 0.9],
    ["claude-sonnet-4-5", { input: 3 * K100 }, { clientVersion: "2.1.75" }, 0.9],
    ["claude-sonnet-4-5", { input: 201_000 }, { clientVersion: "2.1.74" }, 1.206],
    ["claude-sonnet-4-5", { input: 3 * K100 }, { clientVersion: "2.0.76" }, 1.8],
    ["claude-opus-4-6", { input: 201_000 }, { clientVersion: "2.1.74" }, 2.01],
    ["claude-opus-4-6", { input: 201_000 }, { clientVersion: "2.1.74", speed: "fast" }, 6.03],
    ["claude-opus-4-6", { input: K100 }, { clientVersion: "2.1.75", speed: "fast" }, 3],
    ["claude-sonnet-4-5", { input: K100 }, { speed: "fast" }, 0.3],
    ["claude-sonnet-4-5", { input: K100 }, { speed: "standard" }, 0.3],
  ])("%s %j %j", (model, usage, more, expected) => {
    expect(counted(model, usage, more)).toBeCloseTo(expected, 12);
  });
});

describe("the cost of a request is what the API charges", () => {
  test.each<[string, Partial<Priced["usage"]>, Partial<Priced>, number]>([
    ["claude-sonnet-4-5", { cacheWrite1h: K100 }, { clientVersion: "2.1.170" }, 0.6],
    ["claude-sonnet-4-5", { cacheWrite1h: K100 }, { clientVersion: "2.0.76" }, 0.6],
    ["claude-sonnet-4-5", { cacheWrite1h: K100 }, {}, 0.6],
    ["claude-sonnet-4-5", { input: K100 }, { inferenceGeo: "us", clientVersion: "2.1.172" }, 0.33],
    // The list had this price until that version of the client.
    ["claude-sonnet-4-5", { input: 201_000 }, { clientVersion: "2.1.74" }, 1.206],
    ["claude-sonnet-4-5", { input: 201_000 }, { clientVersion: "2.1.75" }, 0.603],
  ])("whatever its client counts: %s %j %j", (model, usage, more, expected) => {
    expect(usd(model, usage, more)).toBeCloseTo(expected, 12);
  });

  test("the long-context tier begins above 100,000 tokens of the whole prompt", () => {
    const tokens = { input: 10_000, cacheRead: 80_000, cacheWrite5m: 9000, cacheWrite1h: 1000 };
    const below = usd("claude-haiku-5-5", tokens) as number;
    expect(below).toBeCloseTo((1000 + 800 + 1125 + 200) / 1e6, 12);
    expect(usd("claude-haiku-5-5", { ...tokens, output: 1 })).toBeCloseTo(below + 0.5e-6, 12);
    expect(usd("claude-haiku-5-5", { ...tokens, input: 10_001 })).toBeCloseTo(5 * below + 0.5e-6, 12);
  });

  test("an unknown model has no price", () => {
    expect(usd("my-unknown-model", { input: K100 })).toBeUndefined();
  });

  test("a price of the user's file applies as it is, also to requests of old clients", () => {
    const own = {
      "claude-opus-5-5": {
        input: 1,
        output: 1,
        cacheRead: 1,
        cacheWrite5m: 1,
        cacheWrite1h: 10,
        webSearch: 1,
        contextWindow: 1,
      },
    };
    const request = {
      requestedModel: "claude-opus-5-5",
      usage: { ...noUsage(), cacheWrite1h: 1e6 },
      clientVersion: "2.0.76",
    };
    expect(costOf(request, own)).toEqual({ usd: 10, outputUsd: 0, source: "price_file" });
  });
});
