// Cases that take long in reality: a clock set back by a day or ahead by a year, half a line for an hour, a file that
// comes back with the same inode, and a week of growth at once.

import { copyFileSync, mkdirSync, readdirSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { backfill } from "../support/backfill.ts";
import { addTurn, buildWorker, differences, type Lab, lab, twice, union } from "../support/lab.ts";
import { collector, turnsIn } from "../support/otlp-server.ts";
import { scribe } from "../support/transcripts/transcript.ts";

beforeAll(buildWorker);

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** Gives all files of the state folder the time that a worker with this clock would have given them. */
function date(machine: Lab, offsetMs: number): void {
  const at = new Date(Date.now() + offsetMs);
  for (const entry of readdirSync(machine.home.root, { recursive: true, withFileTypes: true }))
    if (entry.isFile()) utimesSync(join(entry.parentPath ?? entry.path, entry.name), at, at);
}

describe("a clock that jumps", () => {
  test.each([
    ["one day back and forward again", [0, -DAY_MS, 0]],
    ["one year forward and back again", [0, 365 * DAY_MS, 0]],
    ["one year forward, one day back, and further back", [0, 365 * DAY_MS, 364 * DAY_MS, -DAY_MS, 0]],
  ])("%s: every turn is delivered once", async (_, offsets) => {
    const { url, requests } = await collector();
    const machine = lab(url);
    const session = scribe("clock");
    for (const offset of offsets) {
      addTurn(machine, session);
      date(machine, offset);
      const ran = await machine.worker({ CLOCK_OFFSET_MS: String(offset), CCOTEL_METRICS: "on" });
      expect(ran).toMatchObject({ code: 0, stderr: "" });
      date(machine, offset);
      expect(turnsIn(requests)).toEqual(session.promptIds);
    }
    expect(twice(requests)).toEqual([]);
    expect(machine.inbox()).toEqual([]);
  });
});

test("if the last line is incomplete for hours, everything before it is delivered, and the line once it is complete", async () => {
  const { url, requests } = await collector();
  const machine = lab(url);
  const session = scribe("half");
  addTurn(machine, session);
  const next = session.turn().join("");
  const cut = next.indexOf('"timestamp"', 200);
  machine.write(session.sessionId, [next.slice(0, cut)]);
  await machine.worker();
  const before = requests.length;
  expect(turnsIn(requests)).toEqual(session.promptIds.slice(0, 1));
  const old = new Date(Date.now() - HOUR_MS);
  utimesSync(machine.transcript(session.sessionId), old, old);
  for (let hour = 1; hour <= 2; hour++) {
    machine.event(session.sessionId, { promptId: session.promptIds[0] });
    await machine.worker({ CLOCK_OFFSET_MS: String(hour * HOUR_MS) });
  }
  expect(requests.length).toBe(before);
  machine.write(session.sessionId, [next.slice(cut)]);
  machine.event(session.sessionId, { promptId: session.promptIds[1] });
  await machine.worker();
  expect(turnsIn(requests)).toEqual(session.promptIds);
  expect(twice(requests)).toEqual([]);
});

test("if another session's file has the same inode, size and time, each session is delivered once", async () => {
  const { url, requests } = await collector();
  const machine = lab(url);
  const [first, second] = [scribe("first"), scribe("secnd")];
  addTurn(machine, first);
  await machine.worker();
  const path = machine.transcript(first.sessionId);
  const { atime, mtime, ino } = statSync(path);
  const text = second.turn().join("");
  // Overwriting in place keeps the inode.
  writeFileSync(path, text, { flag: "r+" });
  utimesSync(path, atime, mtime);
  expect(statSync(path).ino).toBe(ino);
  copyFileSync(path, machine.transcript(second.sessionId));
  rmSync(path);
  for (const session of [first, second]) machine.event(session.sessionId, { promptId: session.promptIds[0] });
  await machine.worker();
  expect(turnsIn(requests)).toEqual([...first.promptIds, ...second.promptIds]);
  expect(twice(requests)).toEqual([]);
});

test("400 turns at once are delivered as a backfill sends them, and the state stays below 2 MB", async () => {
  const { url, requests } = await collector();
  const machine = lab(url);
  const session = scribe("week");
  let half: string[] = [];
  for (let turn = 0; turn < 400; turn++) half.push(...session.turn({ tools: 1, pauseMs: 300_000 }));
  const cut = Math.floor(half.length / 2);
  machine.write(session.sessionId, half.slice(0, cut));
  machine.event(session.sessionId, { promptId: session.promptIds[199] });
  await machine.worker({ CCOTEL_METRICS: "on" });
  machine.write(session.sessionId, half.slice(cut));
  half = [];
  machine.event(session.sessionId, { promptId: session.promptIds.at(-1) });
  await machine.worker({ CCOTEL_METRICS: "on" });
  machine.write(session.sessionId, session.end());
  machine.event(session.sessionId, { name: "SessionEnd" });
  await machine.worker({ CCOTEL_METRICS: "on" });
  expect(differences(union(requests), await backfill(machine, [session.sessionId]))).toEqual([]);
  expect(twice(requests)).toEqual([]);
  const bytes = readdirSync(machine.home.root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, entry) => sum + statSync(join(entry.parentPath ?? entry.path, entry.name)).size, 0);
  expect(bytes).toBeLessThan(2 << 20);
});

/** The test also passes with 100,000, which take a minute to write. */
const SESSIONS = Number(process.env.SESSIONS ?? 10_000);

test("a Stop among ten thousand sessions takes no longer than alone", async () => {
  const { url, requests } = await collector();
  const machine = lab(url);
  const session = scribe("crowd");
  const measure = async () => {
    addTurn(machine, session);
    const { ms } = await machine.worker();
    return ms;
  };
  await measure();
  const alone = Math.min(await measure(), await measure());
  const projects = dirname(dirname(machine.transcript(session.sessionId)));
  for (let project = 0; project < SESSIONS / 1_000; project++) {
    const folder = join(projects, `-home-dev-${project}`);
    mkdirSync(folder);
    for (let n = 0; n < 1_000; n++) {
      const id = `${String(project).padStart(8, "0")}-0000-4000-8000-${String(n).padStart(12, "0")}`;
      writeFileSync(join(folder, `${id}.jsonl`), "");
    }
  }
  const among = Math.min(await measure(), await measure(), await measure());
  expect(among).toBeLessThan(3 * alone + 500);
  expect(turnsIn(requests)).toEqual(session.promptIds);
});
