// An export sends the end of a run whose client is gone, although no record ends it. If the export is killed, or gets
// no answer, the session may have grown when it is sent again. Every process is real.

import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import type { Collector } from "../../src/collector/collector.ts";
import { backfill } from "../support/backfill.ts";
import {
  buildTool,
  buildWorker,
  inParallel,
  type Lab,
  lab,
  type Spans,
  twice,
  union,
} from "../support/lab.ts";
import { collector, faults, inTurn } from "../support/otlp-server.ts";
import { type Scribe, scribe } from "../support/transcripts/transcript.ts";

beforeAll(async () => {
  await Promise.all([buildWorker(), buildTool()]);
});

/** Names of sessions with two turns each, whose client was killed: no record ends their run. */
const NAMES = ["killed-a", "killed-b"];

interface Machine extends Collector {
  machine: Lab;
  sessions: Scribe[];
}

async function machineWith(
  names: readonly string[],
  respond?: Parameters<typeof collector>[0],
): Promise<Machine> {
  const started = await collector(respond);
  const machine = lab(started.url);
  const sessions = names.map((name) => scribe(name));
  for (const session of sessions)
    machine.write(session.sessionId, [...session.turn({ tools: 2 }), ...session.turn()]);
  return { ...started, machine, sessions };
}

const exportAll = (machine: Lab, env: Record<string, string> = {}) => machine.tool(["export", "--all"], env);

/** The client resumes each session, and a hook announces the new turn. */
function resume({ machine, sessions }: Machine): void {
  for (const session of sessions) {
    machine.write(session.sessionId, session.turn({ tools: 3 }));
    machine.event(session.sessionId, { promptId: session.promptIds.at(-1) });
  }
}

/** The ids of all spans that these sessions have by now. */
async function idsOf({ machine, sessions }: Machine): Promise<string[]> {
  const all: Spans = await backfill(
    machine,
    sessions.map(({ sessionId }) => sessionId),
  );
  return [...all.keys()].sort();
}

/** Fails if a span is missing or unknown, or arrived twice with different content. */
async function expectAllOnce(one: Machine): Promise<void> {
  expect([...union(one.requests).keys()].sort()).toEqual(await idsOf(one));
}

/** The steps of an export, from the first one that a request depends on. */
async function stepsOfExport(): Promise<{ index: number; step: string }[]> {
  const all = await allStepsOfExport();
  const first = all.findIndex(({ step }) => /under-way|^request/.test(step));
  expect(first).toBeGreaterThan(0);
  // A file is in place from its rename on.
  return all.slice(first).filter(({ step }) => /^(request|answer|rename|remove)/.test(step));
}

async function allStepsOfExport(): Promise<{ index: number; step: string }[]> {
  const { machine } = await machineWith(NAMES);
  const file = join(machine.folder, "steps");
  expect(await exportAll(machine, { STEPS_FILE: file })).toMatchObject({ code: 0 });
  const steps = readFileSync(file, "utf8").trimEnd().split("\n").entries();
  return [...steps].map(([index, step]) => ({ index, step }));
}

test("what an export sends is on the disk before the request, so that a power cut does not lose it", async () => {
  const steps = (await allStepsOfExport()).map(({ step }) => step);
  const about = steps.filter((step) => /under-way|^fsync destinations\/[^/]+$|^request$/.test(step));
  expect(about.slice(0, 5).map((step) => step.replaceAll(/destinations\/[^/ ]+/g, "place"))).toEqual([
    "open place/under-way.json.tmp",
    "write place/under-way.json.tmp",
    "fsync place/under-way.json.tmp",
    "rename place/under-way.json.tmp to place/under-way.json",
    "fsync place",
  ]);
  expect(about[5]).toBe("request");
});

describe("an export that is killed while it sends", () => {
  test.each([
    ["export", (machine: Lab) => exportAll(machine)],
    ["worker", (machine: Lab) => machine.worker()],
  ])(
    "sends no span twice with other content, if the sessions grow before the next %s",
    {
      timeout: 240_000,
    },
    async (_, next) => {
      const faulty: string[] = [];
      await inParallel(2, await stepsOfExport(), async ({ index, step }) => {
        const fault = await dieAt(index, next).catch((error: Error) => error.message);
        if (fault !== undefined) faulty.push(`before "${step}": ${fault}`);
      });
      expect(faulty).toEqual([]);
    },
  );
});

/** Kills an export before this step, lets the sessions grow, and sends the rest. Returns what is wrong, if anything. */
async function dieAt(
  index: number,
  next: (machine: Lab) => ReturnType<Lab["worker"]>,
): Promise<string | undefined> {
  const one = await machineWith(NAMES);
  const { machine, requests } = one;
  if ((await exportAll(machine, { DIE_AT: String(index) })).signal !== "SIGKILL") return "it was not killed";
  resume(one);
  const after = await next(machine);
  if (after.code !== 0) return `the next process failed: ${after.stderr}`;
  // A worker leaves the end of the run to the export.
  await exportAll(machine);
  await expectAllOnce(one);
  const arrived = requests.length;
  await exportAll(machine);
  if (requests.length > arrived) return "something was sent again later";
  return existsSync(machine.place.underWay) ? `${machine.place.underWay} was left over` : undefined;
}

test("a request without an answer is sent again unchanged, although the session has grown", async () => {
  const one = await machineWith(NAMES.slice(0, 1), inTurn(faults.reset, faults.reset, faults.reset));
  expect((await exportAll(one.machine)).code).toBe(1);
  resume(one);
  expect((await exportAll(one.machine)).code).toBe(0);
  await expectAllOnce(one);
  expect(twice(one.requests.slice(3))).toEqual([]);
});

test("after a request that no backend has received, the summary is about the whole run", async () => {
  const unavailable = faults.status(503);
  const one = await machineWith(NAMES.slice(0, 1), inTurn(unavailable, unavailable, unavailable));
  expect((await exportAll(one.machine)).code).toBe(1);
  resume(one);
  expect((await exportAll(one.machine)).code).toBe(0);
  const expected = await backfill(
    one.machine,
    one.sessions.map(({ sessionId }) => sessionId),
  );
  expect([...union(one.requests.slice(3))].sort()).toEqual([...expected].sort());
});

describe("under-way.json", () => {
  /** What may be in its place, and whether it is gone or a file again after the next export. */
  const inItsPlace: Record<string, (file: string, machine: Lab) => void> = {
    "no JSON": (file) => writeFileSync(file, '{"sessions":{"a'),
    "bytes of all kinds": (file) =>
      writeFileSync(file, Buffer.from(Array.from({ length: 256 }, (_, byte) => byte))),
    "JSON of another kind": (file) => writeFileSync(file, '[{"sessions":null}]'),
    "an end that no file has": (file, machine) => {
      const main = { offset: 9e15, head: { bytes: 512, hash: "x" }, tail: { bytes: 512, hash: "x" } };
      const { sessionId } = scribe(NAMES[0] as string);
      writeFileSync(file, JSON.stringify({ format: 1, sessions: { [sessionId]: { main, agents: {} } } }));
      expect(existsSync(machine.transcript(sessionId))).toBe(true);
    },
    "an end without numbers": (file) => {
      const { sessionId } = scribe(NAMES[0] as string);
      writeFileSync(
        file,
        JSON.stringify({ sessions: { [sessionId]: { main: { offset: "1" }, agents: [] } } }),
      );
    },
    "a folder": (file) => mkdirSync(file),
    "a link to a file of the user": (file, machine) => symlinkSync(join(machine.folder, "diary"), file),
    "a link to itself": (file) => symlinkSync(file, file),
    "a FIFO": (file) => void spawnSync("mkfifo", [file]),
  };

  test.each(Object.entries(inItsPlace))(
    "that is %s stops no export, and nothing is sent twice",
    async (_, put) => {
      const one = await machineWith(NAMES);
      const { machine, requests } = one;
      writeFileSync(join(machine.folder, "diary"), "dear diary");
      mkdirSync(machine.place.root, { recursive: true });
      put(machine.place.underWay, machine);
      expect(await exportAll(machine)).toMatchObject({ code: 0, stderr: "" });
      expect(twice(requests)).toEqual([]);
      await expectAllOnce(one);
      resume(one);
      expect(await exportAll(machine)).toMatchObject({ code: 0 });
      await expectAllOnce(one);
      expect(twice(requests)).toEqual([]);
      expect(readFileSync(join(machine.folder, "diary"), "utf8")).toBe("dear diary");
      expect(readdirSync(machine.place.root)).not.toContain("under-way.json");
    },
  );
});
