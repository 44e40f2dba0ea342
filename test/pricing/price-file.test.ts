import { describe, expect, test } from "vitest";
import { describePriceFileErrors, parsePriceFile } from "../../src/pricing/price-file.ts";
import { createAppraiser } from "../../src/pricing/price-request.ts";
import { PRICES } from "../../src/pricing/table.ts";
import type { LlmRequest } from "../../src/session/model.ts";
import { noUsage } from "../../src/session/sums/usage.ts";

const FULL = { input: 1, output: 5, cacheRead: 0.1, cacheWrite5m: 1.25, cacheWrite1h: 2 };

function errorsOf(file: unknown): string[] {
  const parsed = parsePriceFile(typeof file === "string" ? file : JSON.stringify(file));
  return describePriceFileErrors(parsed.errors ?? []);
}

describe("a price file", () => {
  test("adds models that are not in the list", () => {
    const rows = parsePriceFile(JSON.stringify({ models: { "gateway-large": FULL } })).rows;
    expect(rows).toEqual({ "gateway-large": { ...FULL, webSearch: 0.01, contextWindow: 200_000 } });
  });

  test("changes only the given prices of a model in the list", () => {
    const rows = parsePriceFile(JSON.stringify({ models: { "claude-opus-4-6": { output: 20 } } })).rows;
    const { fast: _, ...listed } = PRICES["claude-opus-4-6"]!;
    expect(rows).toEqual({ "claude-opus-4-6": { ...listed, output: 20 } });
    const window = parsePriceFile('{"models":{"claude-opus-4-6":{"contextWindow":1000000}}}').rows;
    expect(window).toEqual({ "claude-opus-4-6": { ...PRICES["claude-opus-4-6"], contextWindow: 1_000_000 } });
  });

  test("can have its own tiers", () => {
    const file = {
      models: { m: { ...FULL, fast: { input: 3 }, longContext: { abovePromptTokens: 10, input: 2 } } },
    };
    expect(parsePriceFile(JSON.stringify(file)).rows?.m).toMatchObject({
      fast: { ...FULL, input: 3 },
      longContext: { ...FULL, input: 2, abovePromptTokens: 10 },
    });
  });

  test("is checked, and each error names its field", () => {
    expect(errorsOf("{")).toEqual([expect.stringMatching(/^The file is not JSON: /)]);
    expect(errorsOf([])).toEqual([expect.stringMatching(/^models is missing/)]);
    expect(errorsOf({ models: {}, unit: "USD" })).toEqual(["unit is not known here; only models is"]);
    expect(errorsOf({ models: { m: [] } })).toEqual(["models.m must be an object of prices, not a list"]);
    expect(errorsOf({ models: { m: null } })).toEqual(["models.m must be an object of prices, not null"]);
    expect(errorsOf({ models: { m: { ...FULL, input: "1", outptu: 2 } } })).toEqual([
      "models.m.outptu is not known; known are input, output, cacheRead, cacheWrite5m, cacheWrite1h, webSearch, contextWindow, fast, longContext",
      'models.m.input must be a number from 0 to 1000000000, not "1"',
    ]);
    expect(errorsOf({ models: { m: { input: 1, output: -1 } } })).toEqual([
      "models.m.output must be a number from 0 to 1000000000, not -1",
      "models.m.cacheRead is missing: USD per million tokens",
      "models.m.cacheWrite5m is missing: USD per million tokens",
      "models.m.cacheWrite1h is missing: USD per million tokens",
    ]);
    expect(errorsOf({ models: { m: { ...FULL, longContext: { input: 1 } } } })).toEqual([
      "models.m.longContext.abovePromptTokens is missing: tokens",
    ]);
    expect(errorsOf({ models: { m: { ...FULL, fast: { webSearch: 1 }, contextWindow: 0 } } })).toEqual([
      "models.m.fast.webSearch is not known; known are input, output, cacheRead, cacheWrite5m, cacheWrite1h",
      "models.m.contextWindow must be above 0",
    ]);
  });
});

describe("an appraiser", () => {
  const request: LlmRequest = {
    key: "row",
    id: "msg",
    requestedModel: "claude-sonnet-4-5",
    startMs: 0,
    endMs: 0,
    usage: { ...noUsage(), input: 50_000, cacheRead: 50_000 },
    retries: [],
  };

  test("gives the cost, its source and the used share of the context window", () => {
    expect(createAppraiser()(request)).toEqual({
      costUsd: 0.165,
      outputUsd: 0,
      costSource: "list_price",
      contextUsedRatio: 0.5,
    });
  });

  test("also gives the client's cost if a price file has another price", () => {
    const file = JSON.stringify({ models: { "claude-sonnet-4-5": { input: 1, cacheRead: 0 } } });
    expect(createAppraiser(file)(request)).toEqual({
      costUsd: 0.05,
      outputUsd: 0,
      costSource: "price_file",
      clientUsd: 0.165,
      contextUsedRatio: 0.5,
    });
    const unlisted = { ...request, requestedModel: "gateway-large" };
    expect(createAppraiser(JSON.stringify({ models: { "gateway-large": FULL } }))(unlisted)).toMatchObject({
      costUsd: 0.055,
      clientUsd: 0,
    });
  });

  test("gives the cost that an old client counts if it differs", () => {
    const usage = { ...noUsage(), cacheWrite1h: 100_000 };
    const priced = createAppraiser()({ ...request, usage, clientVersion: "2.0.76" });
    expect(priced).toMatchObject({ costUsd: 0.6, clientUsd: 0.375 });
    expect(createAppraiser()({ ...request, usage, clientVersion: "2.1.329" })).not.toHaveProperty(
      "clientUsd",
    );
  });

  test("gives nothing for an unknown model, and ignores an invalid price file", () => {
    expect(createAppraiser()({ ...request, requestedModel: "gateway-large" })).toEqual({});
    expect(createAppraiser("{")(request).costUsd).toBe(0.165);
  });

  test("assumes the long window for a prompt that does not fit into the normal one", () => {
    const long = { ...request, usage: { ...noUsage(), cacheRead: 300_000 } };
    expect(createAppraiser()(long).contextUsedRatio).toBe(0.3);
    const endless = { ...request, usage: { ...noUsage(), cacheRead: 3_000_000 } };
    expect(createAppraiser()(endless).contextUsedRatio).toBe(1);
    expect(createAppraiser()({ ...request, usage: noUsage() })).not.toHaveProperty("contextUsedRatio");
  });
});
