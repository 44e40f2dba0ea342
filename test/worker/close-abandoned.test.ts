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

test("a run whose client was killed is ended six hours later, by whatever session stops next", async () => {
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

test("what came after the last event is delivered with it: a turn that was cut off, and one that was resumed", async () => {
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

test("a session that is only silent is left alone while its client lives", async () => {
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

test("a transcript that grew without an event is looked at again when it has fallen silent", async () => {
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

test("a sweep that met a busy backend is made again", async () => {
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

test("a sweep every hour opens only states that fell silent since the one before", async () => {
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

test("a session's state goes sixty days after its transcript, and not before", async () => {
  const { url, requests } = await collector();
  const machine = lab(url);
  const [gone, back, kept] = [
    await oneTurn(machine, "gone"),
    await oneTurn(machine, "back"),
    await oneTurn(machine, "kept"),
  ];
  await later(machine, 7 * HOUR_MS);
  const state = ({ sessionId }: Scribe) => join(machine.place.sessions, `${sessionId}.json`);
  // A look at the states every so often, as the clock says; files get the times that the clock says, too.
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
  const lookBack = { lastSweepMs: 0 };
  const forget = () => writeFileSync(machine.home.delivery, JSON.stringify(lookBack));
  forget();
  await daysLater(59);
  expect([gone, back, kept].map((session) => existsSync(state(session)))).toEqual([true, true, true]);
  forget();
  await daysLater(61);
  // They are missed for the first time: two months from now on.
  expect([gone, back, kept].map((session) => existsSync(state(session)))).toEqual([true, true, true]);
  renameSync(`${path}.away`, path);
  forget();
  await daysLater(61);
  expect([gone, back, kept].map((session) => existsSync(state(session)))).toEqual([false, true, true]);
  machine.write(back.sessionId, back.turn());
  machine.event(back.sessionId, { promptId: back.promptIds.at(-1) });
  await machine.worker();
  expect(twice(requests)).toEqual([]);
});
