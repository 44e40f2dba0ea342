import fc from "fast-check";
import { expect, it } from "vitest";
import {
  hashOfList,
  type ListState,
  listStateIn,
  NEWEST_FIRST,
  sinceOf,
} from "../../web/sessions/address.ts";
import { NO_FILTER, SORT_KEYS } from "../../web/sessions/history.ts";

const USUAL: ListState = { filter: NO_FILTER, sort: NEWEST_FIRST, words: "" };

it("is empty for the list as it opens", () => {
  expect(hashOfList(USUAL)).toBe("");
  expect(listStateIn("")).toEqual(USUAL);
});

it("leads back to any choice", () => {
  const day = fc.integer({ min: 0, max: 4000 }).map((days) => new Date(2020, 0, 1 + days).getTime());
  const range = fc.oneof(
    fc.constant({ sinceMs: 0, untilMs: Number.POSITIVE_INFINITY }),
    fc.constantFrom(1, 7, 30).map((days) => ({ sinceMs: sinceOf(days), untilMs: Number.POSITIVE_INFINITY })),
    fc
      .tuple(day, fc.integer({ min: 1, max: 60 }))
      .map(([sinceMs, days]) => ({ sinceMs, untilMs: new Date(sinceMs).setHours(24 * days) })),
  );
  const state = fc.record({
    filter: fc
      .tuple(fc.record({ text: fc.string(), model: fc.string(), status: fc.string() }), range)
      .map(([texts, times]) => ({ ...texts, ...times })),
    sort: fc.record({ key: fc.constantFrom(...SORT_KEYS), down: fc.boolean() }),
    words: fc.string({ unit: "binary" }),
  });
  fc.assert(
    fc.property(state, (one) => {
      const hash = hashOfList(one);
      // The first part of the address is the key of the shown session, which the list has not.
      if (hash !== "") expect(hash.slice(1).split("/")[0]).toBe("");
      expect(listStateIn(new URL(hash, "http://127.0.0.1/").hash)).toEqual(one);
    }),
    { numRuns: 30 },
  );
});

it("names a period by its length, because today is another day tomorrow", () => {
  const today = { ...USUAL, filter: { ...NO_FILTER, sinceMs: sinceOf(1) } };
  expect(hashOfList(today)).toBe("#/days=1");
});

it("takes an address by hand, with what it does not know left out", () => {
  expect(listStateIn("#/sort=nothing&days=99&from=soon&filter=shop")).toEqual({
    ...USUAL,
    filter: { ...NO_FILTER, text: "shop" },
  });
  expect(listStateIn("#0b9aeb4e")).toEqual(USUAL);
});
