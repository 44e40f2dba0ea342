import { expect, it } from "vitest";
import { drawTotals } from "../../src/report/totals.ts";
import { noCounts } from "../../src/session/sums/counts.ts";

it("groups the digits of failed and denied ones as those of all", () => {
  const totals = {
    ...noCounts(),
    requests: 12_345,
    failedRequests: 1_234,
    toolCalls: 23_456,
    failedToolCalls: 2_345,
    deniedToolCalls: 3_456,
    models: [],
    errors: {},
  };
  const text = drawTotals(totals, { columns: 200, paint: (_, line) => line }).join("\n");
  expect(text).toContain("12,345 requests (1,234 failed), 23,456 tool calls (2,345 failed, 3,456 denied)");
});
