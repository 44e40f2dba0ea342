import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { attributes, double, MAX_VALUE_BYTES, seconds } from "../../src/telemetry/attributes.ts";

describe("attributes", () => {
  test("keep each value unchanged", () => {
    const values = { text: "a", count: 0, half: 0.5, flag: false, list: ["end_turn", "tool_use", "stop"] };
    expect(attributes(Object.entries(values))).toEqual(values);
  });

  test("leave out values that are unknown or not a finite number", () => {
    expect(
      attributes([
        ["a", undefined],
        ["b", Number.NaN],
        ["c", Number.POSITIVE_INFINITY],
        ["d", 1],
      ]),
    ).toEqual({ d: 1 });
  });

  test("are all kept, also 200 of them", () => {
    const many = Object.fromEntries(Array.from({ length: 200 }, (_, n) => [`key${n}`, n]));
    expect(attributes([["unknown", undefined], ...Object.entries(many)])).toEqual(many);
  });

  test("cut long strings, also in lists, to whole characters within 2,000 bytes", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", minLength: 600, maxLength: 1200 }), (value) => {
        const { one, list } = attributes([
          ["one", value],
          ["list", [value, value]],
        ]);
        for (const kept of [one, ...(list as string[])] as string[]) {
          expect(Buffer.byteLength(kept)).toBeLessThanOrEqual(MAX_VALUE_BYTES);
          expect(value.startsWith(kept)).toBe(true);
          expect(MAX_VALUE_BYTES - Buffer.byteLength(kept)).toBeLessThan(
            Buffer.byteLength(value) > MAX_VALUE_BYTES ? 4 : MAX_VALUE_BYTES + 1,
          );
        }
      }),
    );
  });
});

describe("a double", () => {
  test("is never a whole number, so that the encoder does not write an integer, and differs by less than 1e-15", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: -(2 ** 40), max: 2 ** 40 }).filter((value) => value !== 0),
        (value) => {
          const result = double(value);
          expect(Number.isInteger(result)).toBe(false);
          expect(Math.abs((result as number) / value - 1)).toBeLessThan(1e-15);
        },
      ),
    );
  });

  test("keeps fractions, and leaves out zero and unknown values", () => {
    expect(double(0)).toBeUndefined();
    expect(double(0.1)).toBe(0.1);
    expect(double(undefined)).toBeUndefined();
    expect(seconds(1500)).toBe(1.5);
    expect(seconds(2000)).toBe(2.0000000000000004);
    expect(seconds(undefined)).toBeUndefined();
  });
});
