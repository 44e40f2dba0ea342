import { dirname } from "node:path";
import { describe, expect, test } from "vitest";
import { auditSession } from "../../../src/audit/audit.ts";
import { drawTotals, totalsOf } from "../../../src/report/totals.ts";
import { summarize } from "../../../src/session/sums/summary.ts";
import { observe } from "../../../src/telemetry/metrics/observe.ts";
import { addObservations, newMetricsState } from "../../../src/telemetry/metrics/state.ts";
import { toSpans } from "../../../src/telemetry/spans/spans.ts";
import { type FileText, readTexts, sessionsOf } from "../../support/read-in-memory.ts";
import { bySize, type Recording, recordings, sessionIdOf } from "../../support/recordings.ts";
import { sample } from "../../support/runs.ts";
import { fieldsOf, plantNumber } from "../../support/transcripts/planted-fields.ts";

/** Numbers as JSON text. No client can have counted or measured any of them. */
const NUMBERS = [
  "1e15",
  "1e308",
  "1e999",
  "-1",
  "-1e15",
  "-1e999",
  "0.5",
  '"17"',
  "null",
  "9007199254740993",
];

/** The recordings, smallest first: small ones show as much as large ones. */
const all = bySize(recordings());
const numberFields = new Map(all.map((one) => [one.name, fieldsOf(one, "number")]));
const fields = [...new Set([...numberFields.values()].flat())].sort();

const T0 = Date.parse("2026-11-21T10:00:00Z");
const YEAR_MS = 365 * 24 * 3_600_000;

/** `isAlone`: no other session shares lines with it. */
async function check(session: readonly FileText[], isAlone: boolean): Promise<void> {
  const [main] = session as [FileText];
  const sessionId = sessionIdOf(main.path);
  const finished = readTexts(session);
  const spans = toSpans(finished, { sessionId, scope: "session" });
  for (const { name, startMs, endMs, attributes, events } of spans) {
    const times = [startMs, endMs, ...events.map(({ atMs }) => atMs)];
    expect(
      times.every((ms) => Math.abs(ms - T0) < 2 * YEAR_MS),
      `${name} ${times}`,
    ).toBe(true);
    expect(endMs, name).toBeGreaterThanOrEqual(startMs);
    const numbers = Object.entries(attributes).filter(([, value]) => typeof value === "number");
    for (const [key, value] of numbers) {
      expect(value, `${name} ${key}`).toBeGreaterThanOrEqual(0);
      expect(value, `${name} ${key}`).toBeLessThan(1e10);
    }
  }
  const metrics = newMetricsState(T0);
  const observed = observe(finished);
  expect(observed.filter(({ value }) => !Number.isFinite(value) || value < 0)).toEqual([]);
  addObservations(metrics, observed);
  expect(JSON.stringify(metrics)).not.toMatch(/null|:-/);
  const totals = totalsOf(summarize(finished));
  // The client's own sum may be less than the list price: 1.0 clients price what is cached for an hour lower.
  const { clientMoreUsd, ...counted } = totals;
  expect(Math.abs(clientMoreUsd)).toBeLessThan(1e10);
  expect(JSON.stringify(counted)).not.toMatch(/null|:-/);
  expect(drawTotals(totals, { columns: 80, paint: (_, text) => text }).join("\n")).not.toMatch(
    /NaN|Infinity/,
  );
  if (!isAlone) return;
  const transcripts = session.filter(({ path }) => path.endsWith(".jsonl"));
  // Old clients keep the agents of other sessions beside the main file as well.
  if (transcripts.some((file) => file !== main && dirname(file.path) === dirname(main.path))) return;
  const files = transcripts.map((file) => ({
    file: file.path,
    isMain: file === main,
    lines: file.text.split("\n"),
  }));
  const audit = await auditSession({ sessionId, files, read: summarize(finished) });
  expect(audit.differences).toEqual([]);
}

describe("an impossible number", () => {
  test.each(fields.map((field, index) => ({ field, index })))(
    "leaves times, attributes, metrics and sums valid as $field",
    async ({ field, index }) => {
      const withField = all.filter(({ name }) => numberFields.get(name)?.includes(field));
      for (const [turn, number] of sample([...NUMBERS.entries()], index)) {
        const one = withField[(index + turn) % Math.min(withField.length, 8)] as Recording;
        const sessions = sessionsOf(one);
        for (const files of sessions) await check(plantNumber(files, field, number), sessions.length === 1);
      }
    },
  );
});
