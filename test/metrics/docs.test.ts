import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { INSTRUMENTS } from "../../src/telemetry/metrics/instruments.ts";
import { SILENCE_MS } from "../../src/telemetry/metrics/request.ts";
import { MAX_SERIES } from "../../src/telemetry/metrics/state.ts";
import { recordings } from "../support/recordings.ts";
import { metricsOf } from "./received.ts";

const page = readFileSync(fileURLToPath(new URL("../../docs/reference/metrics.md", import.meta.url)), "utf8");
const rows = page.split("\n").filter((line) => /^\| `/.test(line));
const documented = new Map(
  rows.flatMap((row) => {
    const [, names = "", type = "", attributes = ""] = row.split("|");
    return codes(names).map((name) => [name, { type: type.trim(), attributes: codes(attributes) }] as const);
  }),
);

describe("docs/reference/metrics.md", () => {
  test("has a row for every metric and for no other", () => {
    expect([...documented.keys()].sort()).toEqual(Object.keys(INSTRUMENTS).sort());
  });

  test.each(Object.entries(INSTRUMENTS))("has the type of %s", (name, { kind }) => {
    expect(documented.get(name)?.type.startsWith(kind)).toBe(true);
  });

  test("names every attribute of the recordings' metrics", () => {
    const whole = rows.join("\n");
    for (const recording of recordings()) {
      for (const { name, points } of metricsOf(recording).flatMap(({ metrics }) => metrics)) {
        for (const key of points.flatMap(({ attributes }) => Object.keys(attributes))) {
          const own = documented.get(name)?.attributes ?? [];
          // "the same" as in the row above it.
          expect(
            own.includes(key) || (rowOf(name).includes("the same") && whole.includes(`\`${key}\``)),
          ).toBe(true);
        }
      }
    }
  });

  test("has the limits of the code", () => {
    expect(page).toContain(`at most ${MAX_SERIES} series`);
    expect(SILENCE_MS).toBe(3_600_000);
  });
});

function rowOf(name: string): string {
  return rows.find((row) => row.includes(`\`${name}\``)) ?? "";
}

function codes(text: string): string[] {
  return [...text.matchAll(/`([^`]+)`/g)].map(([, code]) => code as string);
}
