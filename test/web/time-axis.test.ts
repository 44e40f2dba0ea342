import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createTimeAxis } from "../../web/session/time-axis.ts";

const spans = fc.array(
  fc
    .record({ startMs: fc.integer({ min: 0, max: 1e9 }), ms: fc.integer({ min: 0, max: 1e6 }) })
    .map(({ startMs, ms }) => ({ startMs, endMs: startMs + ms })),
  { minLength: 1, maxLength: 30 },
);

describe("the time axis", () => {
  it("shortens long pauses and keeps their lengths", () => {
    const axis = createTimeAxis(
      [
        { startMs: 0, endMs: 60_000 },
        { startMs: 3_660_000, endMs: 3_720_000 },
      ],
      true,
    );
    expect(axis.gaps).toEqual([{ from: 60_000, to: 62_400, ms: 3_600_000 }]);
    expect(axis.length).toBe(122_400);
    expect(axis.at(3_660_000)).toBe(62_400);
    expect(axis.ms(62_400 + 30_000)).toBe(3_690_000);
  });

  it("does not shorten pauses if that is off", () => {
    const axis = createTimeAxis(
      [
        { startMs: 1000, endMs: 2000 },
        { startMs: 1_000_000, endMs: 1_001_000 },
      ],
      false,
    );
    expect(axis.gaps).toEqual([]);
    expect(axis.at(500_000)).toBe(499_000);
  });

  it("keeps the order of times, and converts positions inside work back to their times", () => {
    fc.assert(
      fc.property(spans, fc.boolean(), (some, shorten) => {
        const axis = createTimeAxis(some, shorten);
        const times = some.flatMap(({ startMs, endMs }) => [startMs, endMs]).sort((a, b) => a - b);
        const positions = times.map((ms) => axis.at(ms));
        expect(positions).toEqual([...positions].sort((a, b) => a - b));
        for (const ms of times) expect(Math.abs(axis.ms(axis.at(ms)) - ms)).toBeLessThanOrEqual(1);
        expect(Math.max(...positions)).toBeLessThanOrEqual(axis.length);
      }),
    );
  });

  it("has a length even if nothing has happened", () => {
    expect(createTimeAxis([], true).length).toBe(1);
  });
});
