import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Collector } from "../../src/collector/collector.ts";
import { backfill } from "../support/backfill.ts";
import {
  buildWorker,
  copyOfLab,
  differences,
  inParallel,
  type Lab,
  labIn,
  type Spans,
  twice,
  union,
} from "../support/lab.ts";
import { collector, metricsOf } from "../support/otlp-server.ts";
import { scribe } from "../support/transcripts/transcript.ts";

// A session whose first turn is delivered. Its second turn and its end are not.
const session = scribe("killed");
const METRICS = { CCOTEL_METRICS: "on" };
const folder = mkdtempSync(join(tmpdir(), "ccotel-kill-"));
let prepared: Lab;
/** The spans that are not delivered yet. */
let expected: Spans;
let delivered: Collector["requests"];
let steps: string[];

beforeAll(async () => {
  await buildWorker();
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Delivers the first turn and the session's span. Writes the rest for the next worker. */
async function prepareMachine(): Promise<Lab> {
  const { url, requests } = await collector();
  const machine = labIn(join(folder, "prepared"), url);
  machine.write(session.sessionId, session.turn({ tools: 2 }));
  machine.event(session.sessionId, { promptId: session.promptIds[0] });
  expect((await machine.worker(METRICS)).code).toBe(0);
  machine.write(session.sessionId, [...session.turn({ tools: 3 }), ...session.end()]);
  machine.event(session.sessionId, { promptId: session.promptIds[1] });
  machine.event(session.sessionId, { name: "SessionEnd" });
  delivered = requests;
  return machine;
}

describe("kills at every step", () => {
  test("a worker that is not killed delivers everything in known steps", async () => {
    prepared = await prepareMachine();
    expected = await backfill(prepared, [session.sessionId]);
    const { url, requests } = await collector();
    const undisturbed = copyOfLab(prepared, "undisturbed", url);
    const file = join(undisturbed.folder, "steps");
    expect(await undisturbed.worker({ ...METRICS, STEPS_FILE: file })).toMatchObject({ code: 0, stderr: "" });
    steps = readFileSync(file, "utf8").trimEnd().split("\n");
    expect(steps).toEqual(
      expect.arrayContaining([
        "link worker.lock.token as worker.lock",
        "request",
        "answer",
        "remove worker.lock",
      ]),
    );
    for (const id of union(delivered).keys()) expected.delete(id);
    expect(differences(union(requests), expected)).toEqual([]);
  });

  test("a worker that is killed at any step leaves a state from which the next one delivers everything", async () => {
    // A write can also stop half-way.
    const moments = steps.flatMap((name, index) => [
      { name: `before "${name}"`, at: String(index), index },
      ...(name.startsWith("write ") ? [{ name: `within "${name}"`, at: `${index}.5`, index }] : []),
    ]);
    const faults: string[] = [];
    await inParallel(2, moments, async ({ name, at, index }) => {
      const fault = await dieAt(at, index).catch((error: Error) => error.message);
      if (fault !== undefined) faults.push(`${name}: ${fault}`);
    });
    expect(faults).toEqual([]);
  });
});

/** Kills the worker at this moment and runs a second one. Returns a description of the failure, or undefined. */
async function dieAt(at: string, index: number): Promise<string | undefined> {
  const { url, requests } = await collector();
  const machine = copyOfLab(prepared, `dies-at-${at}`, url);
  const died = await machine.worker({ ...METRICS, DIE_AT: at });
  if (died.signal !== "SIGKILL") return `it was not killed: ${JSON.stringify(died)}`;
  const after = await machine.worker(METRICS);
  if (after.code !== 0 || after.stderr !== "") return `the next worker failed: ${after.stderr}`;
  const wrong = differences(union(requests), expected);
  if (wrong.length > 0) return wrong.join("; ");
  // The first request contains the spans. The first rename after it makes the new position valid.
  const sent = steps.indexOf("request sent");
  const committed = steps.findIndex((step, position) => position > sent && step.startsWith("rename "));
  const mayRepeat = index >= sent && index <= committed;
  if (!mayRepeat && twice(requests).length > 0) return `sent again: ${twice(requests)}`;
  if (machine.inbox().length > 0) return `events stayed: ${machine.inbox()}`;
  // Metrics that the killed worker did not send are sent with the next event.
  machine.event(session.sessionId, { name: "SessionEnd" });
  await machine.worker(METRICS);
  const points = metricsOf(...requests).flatMap(({ name, points }) =>
    name === "ccotel.turns" ? points : [],
  );
  const turns = Number(points.at(-1)?.value);
  if (turns !== 2) return `${turns} turns were counted`;
  const left = readdirSync(machine.home.root);
  if (left.includes("redo.json") || left.includes("worker.lock")) return `files are left over: ${left}`;
  return undefined;
}
