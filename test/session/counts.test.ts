import fc from "fast-check";
import { expect, test } from "vitest";
import type { Counts } from "../../src/session/amounts.ts";
import { addCounts, noCounts } from "../../src/session/sums/counts.ts";

/** The cost of a request at list prices: a sum of fractions of a dollar. */
const price = fc
  .record({ input: fc.nat(200_000), output: fc.nat(64_000), cached: fc.nat(1_000_000) })
  .map(({ input, output, cached }) => (input * 3 + output * 15 + cached * 0.3) / 1e6);

function sum(prices: number[]): Counts {
  const totals = noCounts();
  for (const costUsd of prices) addCounts(totals, { costUsd });
  return totals;
}

test("a sum of costs is the same in every order, to the last digit", () => {
  const shuffled = fc
    .array(price, { minLength: 2, maxLength: 40 })
    .chain((prices) =>
      fc.tuple(fc.constant(prices), fc.shuffledSubarray(prices, { minLength: prices.length })),
    );
  fc.assert(
    fc.property(shuffled, ([prices, again]) => {
      expect(sum(again)).toEqual(sum(prices));
    }),
  );
});

test("a sum of costs is as exact as its parts", () => {
  fc.assert(
    fc.property(fc.array(price, { maxLength: 40 }), (prices) => {
      const plain = prices.reduce((total, usd) => total + usd, 0);
      expect(Math.abs(sum(prices).costUsd - plain)).toBeLessThan(1e-9);
    }),
  );
});
