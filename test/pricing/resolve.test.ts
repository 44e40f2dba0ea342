import { describe, expect, test } from "vitest";
import { resolveModel } from "../../src/pricing/resolve.ts";
import { PRICES } from "../../src/pricing/table.ts";

describe("the row of a model in the price table", () => {
  // The models that Claude Code 2.1.329 itself finds for these names (`canonicalModel`).
  test.each([
    ["claude-opus-5-5", "claude-opus-5-5"],
    ["claude-opus-5-5-20261001", "claude-opus-5-5"],
    ["claude-opus-5-5-preview", "claude-opus-5-5"],
    ["claude-opus-5.5", "claude-opus-5-5"],
    ["Claude-Opus-4-5", "claude-opus-4-5"],
    ["claude-opus-4-5-20251101", "claude-opus-4-5"],
    ["claude-opus-4-5:0", "claude-opus-4-5"],
    ["claude-opus-4", "claude-opus-4-0"],
    ["claude-opus-4-20250514", "claude-opus-4-0"],
    ["claude-opus-4@20250514", "claude-opus-4-0"],
    ["claude-opus-4-1@20250805", "claude-opus-4-1"],
    ["claude-sonnet-4", "claude-sonnet-4-0"],
    ["claude-sonnet-4-20250514", "claude-sonnet-4-0"],
    ["claude-sonnet-4-5@20250929", "claude-sonnet-4-5"],
    ["claude-sonnet-4-5-v1", "claude-sonnet-4-5"],
    ["claude-sonnet-5-5[1m]", "claude-sonnet-5-5"],
    ["claude-3-5-sonnet-latest", "claude-3-5-sonnet"],
    ["claude-3-5-sonnet-20240620", "claude-3-5-sonnet"],
    ["claude-3-5-sonnet-v2@20241022", "claude-3-5-sonnet"],
    ["claude-3.5-sonnet", "claude-3-5-sonnet"],
    ["claude-3-7-sonnet-20250219", "claude-3-7-sonnet"],
    ["claude-3-5-haiku-20241022", "claude-3-5-haiku"],
    ["claude-haiku-5-5-high", "claude-haiku-5-5"],
    ["claude-mythos-5-2-20261001", "claude-mythos-5-2"],
    ["us.anthropic.claude-opus-5-5[1m]", "claude-opus-5-5"],
    ["us.anthropic.claude-opus-4-6-v1", "claude-opus-4-6"],
    ["eu.anthropic.claude-opus-4-5-20251101-v1:0", "claude-opus-4-5"],
    ["global.anthropic.claude-opus-4-8", "claude-opus-4-8"],
    ["us-gov.anthropic.claude-sonnet-4-5-20250929-v1:0", "claude-sonnet-4-5"],
    ["anthropic.claude-opus-4-1-20250805-v1:0", "claude-opus-4-1"],
    ["us.anthropic.claude-3-5-sonnet-20241022-v2:0", "claude-3-5-sonnet"],
    [
      "arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.anthropic.claude-opus-4-1-20250805-v1:0",
      "claude-opus-4-1",
    ],
    [
      "arn:aws:bedrock:eu-west-1::foundation-model/anthropic.claude-haiku-4-5-20251001-v1:0",
      "claude-haiku-4-5",
    ],
    ["anthropic/claude-sonnet-4.5", "claude-sonnet-4-5"],
    ["my-claude-opus-4-5-proxy", "claude-opus-4-5"],
  ])("%s", (name, row) => {
    expect(resolveModel(name)?.model).toBe(row);
  });

  test.each([
    "claude-opus-6",
    "claude-opus-5-6",
    "claude-opus-5-10",
    "claude-opus-4-9",
    "claude-opus-45",
    "claude-haiku-4",
    "claude-haiku-5",
    "claude-fable-5-3",
    "claude-4-opus-20250514",
    "claude_opus_4_5",
    "opus-4-5",
    "claude-3-opus-20240229",
    "my-unknown-model",
    "anthropic/claude-4.5-sonnet",
    "claude-4-sonnet-20250514",
    "arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/abcdef123456",
    "<synthetic>",
    "",
  ])("does not exist for %j", (name) => {
    expect(resolveModel(name)).toBeUndefined();
  });

  test.each(Object.keys(PRICES))("has the name %s", (name) => {
    expect(resolveModel(name)?.model).toBe(name);
  });

  test("has a context window of a million tokens with [1m]", () => {
    expect(resolveModel("claude-sonnet-4-5")?.contextWindow).toBe(200_000);
    expect(resolveModel("claude-sonnet-4-5[1m]")?.contextWindow).toBe(1_000_000);
  });
});

describe("a user's own rows", () => {
  const own = {
    "claude-opus-5-5": { ...PRICES["claude-opus-5-5"]!, input: 1 },
    "gateway/large": { ...PRICES["claude-opus-5-5"]!, input: 2 },
    "us.anthropic.claude-opus-5-5": { ...PRICES["claude-opus-5-5"]!, input: 3 },
  };

  test.each([
    ["claude-opus-5-5", 1, "price_file"],
    ["claude-opus-5-5-20261001", 1, "price_file"],
    ["eu.anthropic.claude-opus-5-5", 1, "price_file"],
    ["us.anthropic.claude-opus-5-5-v1:0", 3, "price_file"],
    ["gateway/large", 2, "price_file"],
    ["Gateway/Large[1m]", 2, "price_file"],
    ["claude-opus-5", 5, "list_price"],
    ["claude-opus-4-20250514", 15, "list_price"],
  ])("%s", (name, input, source) => {
    const resolved = resolveModel(name, own);
    expect([resolved?.price.input, resolved?.source]).toEqual([input, source]);
  });

  test("a row with the table's name applies to the model's other names as well", () => {
    const renamed = { "claude-opus-4-0": { ...PRICES["claude-opus-4-0"]!, input: 7 } };
    expect(resolveModel("claude-opus-4@20250514", renamed)?.price.input).toBe(7);
  });
});
