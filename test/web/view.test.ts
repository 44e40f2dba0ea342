import { expect, it } from "vitest";
import { createTimeAxis } from "../../web/session/time-axis.ts";
import { around } from "../../web/session/view.ts";

it("a view around an item has a margin on both sides, and stays on the axis", () => {
  const axis = createTimeAxis([{ startMs: 0, endMs: 10_000 }], true);
  expect(around({ from: 4_000, to: 5_000 }, axis)).toEqual({ from: 3_900, to: 5_100 });
  expect(around({ from: 0, to: 1_000 }, axis)).toEqual({ from: 0, to: 1_200 });
  expect(around({ from: 2_000, to: 2_000 }, axis)).toEqual({ from: 1_990, to: 2_010 });
  expect(around({ from: 0, to: 10_000 }, axis)).toEqual({ from: 0, to: 10_000 });
});
