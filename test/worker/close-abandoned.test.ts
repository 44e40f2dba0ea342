import { existsSync, readFileSync, renameSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import type { Collector } from "../../src/collector/collector.ts";
import { backfill } from "../support/backfill.ts";
import { buildWorker, differences, type Lab, lab, twice, union } from "../support/lab.ts";
import { collector, spansOf } from "../support/otlp-server.ts";
import { usualName } from "../support/span-names.ts";
import { type Scribe, scribe } from "../support/transcripts/transcript.ts";

beforeAll(buildWorker);

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** A session with one delivered turn, which is then silent. */
async function oneTurn(machine: Lab, name: string, env: Record<string, string> = {}): Promise<Scribe> {
  const session = scribe(name);
  machine.write(session.sessionId, session.turn());
  machine.event(session.sessionId, { promptId: session.promptIds[0], env });
  expect(await machine.worker()).toMatchObject({ code: 0, stderr: "" });
  return session;
}

let visits = 0;

/** Another session has an event, `ms` ms from now. */
async function later(machine: Lab, ms: number, env: Record<string, string> = {}): Promise<void> {
  const other = scribe(`visit-${visits++}`);
  machine.event(other.sessionId, { name: "SessionStart", env });
  expect(await machine.worker({ CLOCK_OFFSET_MS: String(ms) })).toMatchObject({ code: 0, stderr: "" });
}

function summaries(requests: Collector["requests"]): string[] {
  return spansOf(...requests)
    .filter(({ name }) => usualName(name) === "claude_code.session.summary")
    .map(({ attributes }) => String(attributes["session.id"]));
}

test("the run of a killed client ends six hours later, with the next event of any session", async () => {
  const { url, requests } = await collector();
  const machine = lab(url);
  const { sessionId } = await oneTurn(machine, "killed");
  await later(machine, 5 * HOUR_MS);
  expect(summaries(requests)).toEqual([]);
  await later(machine, 7 * HOUR_MS);
  expect(summaries(requests)).toEqual([sessionId]);
  expect(differences(union(requests), await backfill(machine, [sessionId]))).toEqual([]);
  await later(machine, 15 * HOUR_MS);
  expect(twice(requests)).toEqual([]);
});

test("the end of a run also delivers what came after its last event: a turn that was cut off, and one after a resume", async () => {
  const { url, requests } = await collector();
  const machine = lab(url);
  const cut = await oneTurn(machine, "cut-off");
  machine.write(cut.sessionId, cut.turn({ tools: 2 }).slice(0, -3));
  const resumed = await oneTurn(machine, "resumed");
  machine.write(resumed.sessionId, resumed.end());
  machine.event(resumed.sessionId, { name: "SessionEnd" });
  await machine.worker();
  machine.write(resumed.sessionId, resumed.turn());
  await later(machine, 7 * HOUR_MS);
  const expected = await backfill(machine, [cut.sessionId, resumed.sessionId]);
  expect(differences(union(requests), expected)).toEqual([]);
  expect(twice(requests)).toEqual([]);
});

test("the run of a silent session ends only after its client has exited", async () => {
  const { url, requests } = await collector();
  const machine = lab(url);
  const { sessionId } = await oneTurn(machine, "silent", { CLAUDE_PID: String(process.pid) });
  await later(machine, 7 * HOUR_MS);
  await later(machine, 14 * HOUR_MS);
  expect(summaries(requests)).toEqual([]);
  // The client is killed and runs no hook.
  const file = join(machine.home.sessions, `${sessionId}.json`);
  const facts = JSON.parse(readFileSync(file, "utf8"));
  writeFileSync(file, JSON.stringify({ ...facts, pid: 2 ** 22 - 1 }));
  await later(machine, 21 * HOUR_MS);
  expect(summaries(requests)).toEqual([sessionId]);
});

test("if a transcript grew without an event, its run ends six hours after the last growth", async () => {
  const { url, requests } = await collector();
  const machine = lab(url);
  const session = await oneTurn(machine, "grew");
  machine.write(session.sessionId, session.turn());
  const at = (Date.now() + 3 * HOUR_MS) / 1_000;
  utimesSync(machine.transcript(session.sessionId), at, at);
  for (const hours of [7, 8.5]) await later(machine, hours * HOUR_MS);
  expect(summaries(requests)).toEqual([]);
  for (const hours of [9.6, 10.7]) await later(machine, hours * HOUR_MS);
  expect(summaries(requests)).toEqual([session.sessionId]);
  expect(differences(union(requests), await backfill(machine, [session.sessionId]))).toEqual([]);
});

test("a sweep that fails is repeated with a later event", async () => {
  let busy = false;
  const { url, requests } = await collector(() => (busy ? { status: 401 } : {}));
  const machine = lab(url);
  const { sessionId } = await oneTurn(machine, "busy");
  busy = true;
  await later(machine, 7 * HOUR_MS);
  busy = false;
  const before = requests.length;
  await later(machine, 20 * HOUR_MS);
  expect(summaries(requests.slice(before))).toEqual([sessionId]);
});

test("a sweep opens only the states of sessions that became silent after the previous sweep", async () => {
  const { url } = await collector();
  const machine = lab(url);
  const { sessionId } = await oneTurn(machine, "old");
  await later(machine, 7 * HOUR_MS);
  // A worker that opened this file would find it damaged and remove it 60 days later. No worker opens it.
  const file = join(machine.place.sessions, `${sessionId}.json`);
  writeFileSync(file, "{");
  utimesSync(file, Date.now() / 1_000 - 30 * 86_400, Date.now() / 1_000 - 30 * 86_400);
  await later(machine, 9 * HOUR_MS);
  expect(readFileSync(file, "utf8")).toBe("{");
});

test("a session's state is removed sixty days after its transcript disappeared, unless it comes back", async () => {
  const { url, requests } = await collector();
  const machine = lab(url);
  const [gone, back, kept] = [
    await oneTurn(machine, "gone"),
    await oneTurn(machine, "back"),
    await oneTurn(machine, "kept"),
  ];
  await later(machine, 7 * HOUR_MS);
  const state = ({ sessionId }: Scribe) => join(machine.place.sessions, `${sessionId}.json`);
  // A sweep after so many days. The state files get older times instead of a later clock.
  const daysLater = async (days: number) => {
    const before = Date.now() - days * DAY_MS;
    for (const session of [gone, back, kept]) {
      if (!existsSync(state(session))) continue;
      utimesSync(state(session), before / 1_000, before / 1_000);
    }
    await later(machine, 0);
  };
  const path = machine.transcript(back.sessionId);
  rmSync(machine.transcript(gone.sessionId));
  renameSync(path, `${path}.away`);
  const forgetSweep = () => writeFileSync(machine.home.delivery, JSON.stringify({ lastSweepMs: 0 }));
  forgetSweep();
  await daysLater(59);
  expect([gone, back, kept].map((session) => existsSync(state(session)))).toEqual([true, true, true]);
  forgetSweep();
  await daysLater(61);
  // This sweep is the first to miss the transcripts. The sixty days begin now.
  expect([gone, back, kept].map((session) => existsSync(state(session)))).toEqual([true, true, true]);
  renameSync(`${path}.away`, path);
  forgetSweep();
  await daysLater(61);
  expect([gone, back, kept].map((session) => existsSync(state(session)))).toEqual([false, true, true]);
  machine.write(back.sessionId, back.turn());
  machine.event(back.sessionId, { promptId: back.promptIds.at(-1) });
  await machine.worker();
  expect(twice(requests)).toEqual([]);
});
