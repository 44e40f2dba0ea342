// Alerts and pings as a user receives them: the worker is a separate process, the receiver listens on loopback.

import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import type { CollectorRequest } from "../../src/collector/collector.ts";
import type { NoticeSettings } from "../../src/notices/notice.ts";
import { readMemory } from "../../src/notify/memory.ts";
import { noticesFile, writeNotices } from "../../src/notify/settings.ts";
import { noticesPlace } from "../../src/state/destinations/destination-place.ts";
import { buildWorker, type Lab, lab } from "../support/lab.ts";
import { collector, metricsOf, spansOf } from "../support/otlp-server.ts";
import { receiver } from "../support/receiver.ts";
import { zoneAtNoon } from "../support/time-zone.ts";
import { type Scribe, scribe } from "../support/transcripts/transcript.ts";

beforeAll(buildWorker);

/** Less than the cost of one of the scribe's turns, and more than 0. */
const LOW = 0.0005;
const HOUR_MS = 3_600_000;

function setNotices(machine: Lab, settings: Partial<NoticeSettings>): void {
  writeNotices(machine.home, {
    sessionUsd: [],
    dayUsd: [],
    webhooks: [],
    desktop: false,
    sinceMs: 0,
    ...settings,
  });
}

/** Writes a turn and its Stop event, and runs a worker. */
async function turn(machine: Lab, session: Scribe, env: Record<string, string> = {}): Promise<void> {
  machine.write(session.sessionId, session.turn({ tools: 1 }));
  machine.event(session.sessionId, { promptId: session.promptIds.at(-1) });
  expect(await machine.worker(env)).toMatchObject({ code: 0, stderr: "" });
}

const idsOf = (requests: readonly CollectorRequest[]) =>
  spansOf(...requests).map(({ spanId }) => Buffer.from(spanId).toString("hex"));
const now = () => scribe("today", Date.now() - 60_000);
const waiting = (machine: Lab) => readMemory(noticesPlace(machine.home)).queue;

test("a session above its limit alerts once, and again above the next limit", async () => {
  const machine = lab(undefined);
  const { url, bodies } = await receiver();
  setNotices(machine, { sessionUsd: [LOW, 1000], webhooks: [url] });
  const session = now();
  for (let count = 0; count < 3; count++) await turn(machine, session);
  expect(bodies).toHaveLength(1);
  expect(bodies[0]).toMatchObject({
    event: "session_cost",
    limit_usd: LOW,
    session_id: session.sessionId,
    project: "acme-shop",
  });
  const { sessions } = readMemory(noticesPlace(machine.home));
  setNotices(machine, { sessionUsd: [LOW, (sessions[session.sessionId]?.usd ?? 0) + 1e-9], webhooks: [url] });
  await turn(machine, session);
  expect(bodies).toHaveLength(2);
});

test("a day above its limit alerts once for all of its sessions, and not for those of earlier days", async () => {
  const machine = lab(undefined);
  const { url, bodies } = await receiver();
  setNotices(machine, { dayUsd: [LOW], webhooks: [url] });
  const { zone: TZ } = zoneAtNoon();
  await turn(machine, scribe("old", Date.now() - 80 * HOUR_MS), { TZ });
  expect(bodies).toEqual([]);
  await turn(machine, scribe("one", Date.now() - 60_000), { TZ });
  await turn(machine, scribe("two", Date.now() - 60_000), { TZ });
  expect(bodies).toMatchObject([{ event: "day_cost", limit_usd: LOW }]);
});

test("a backend gets the same with alerts as without, and the alert is sent as well", async () => {
  const { url, requests } = await collector();
  const plain = lab(url);
  const session = now();
  const lines = session.turn({ tools: 1 });
  plain.write(session.sessionId, lines);
  plain.event(session.sessionId, { promptId: session.promptIds[0] });
  await plain.worker();
  const without = idsOf(requests);
  const before = requests.length;
  const machine = lab(url);
  const { url: hook, bodies } = await receiver();
  setNotices(machine, { sessionUsd: [LOW], webhooks: [hook] });
  machine.write(session.sessionId, lines);
  machine.event(session.sessionId, { promptId: session.promptIds[0] });
  await machine.worker();
  expect(idsOf(requests.slice(before))).toEqual(without);
  expect(bodies).toHaveLength(1);
});

test("an outage of the receiver loses no alert and delays no turn", async () => {
  const { url, requests } = await collector();
  const machine = lab(url);
  const { url: hook, bodies, answers } = await receiver();
  setNotices(machine, { sessionUsd: [LOW], webhooks: [hook] });
  answers.push(503, 503);
  const session = now();
  await turn(machine, session);
  expect(spansOf(...requests).length).toBeGreaterThan(0);
  expect(bodies).toEqual([]);
  expect(waiting(machine)).toHaveLength(1);
  // There is no second attempt within a minute.
  await turn(machine, session);
  expect(answers).toHaveLength(1);
  await turn(machine, session, { CLOCK_OFFSET_MS: "90000" });
  await turn(machine, session, { CLOCK_OFFSET_MS: String(HOUR_MS) });
  expect(bodies).toHaveLength(1);
  expect(waiting(machine)).toEqual([]);
  expect(readFileSync(join(machine.home.root, "notices.log"), "utf8")).not.toContain("secret");
});

test("a worker tries a receiver that is down once, whatever its Retry-After says", async () => {
  const machine = lab(undefined);
  const { url, requests, answers } = await receiver();
  setNotices(machine, { ping: { url, events: ["turn"] } });
  for (let turn = 0; turn < 6; turn++) answers.push({ status: 503, headers: { "retry-after": "0" } });
  const session = now();
  for (let turn = 0; turn < 3; turn++) machine.write(session.sessionId, session.turn());
  machine.event(session.sessionId, { promptId: session.promptIds.at(-1) });
  await machine.worker();
  expect(waiting(machine).length).toBeGreaterThan(1);
  expect(requests).toHaveLength(1);
});

test("a worker with alerts runs otelHeadersHelper once", async () => {
  const { url, requests } = await collector();
  const machine = lab(undefined);
  const { url: hook, bodies } = await receiver();
  setNotices(machine, { sessionUsd: [LOW], webhooks: [hook] });
  const runs = join(machine.folder, "runs");
  const helper = `echo ran >>'${runs}'; echo '{"x-key":"k"}'`;
  const env = { OTEL_EXPORTER_OTLP_ENDPOINT: url, OTEL_EXPORTER_OTLP_PROTOCOL: "http/protobuf" };
  const settings = join(machine.claude, "settings.json");
  mkdirSync(dirname(settings), { recursive: true });
  writeFileSync(settings, JSON.stringify({ env, otelHeadersHelper: helper }));
  await turn(machine, now());
  expect(bodies).toHaveLength(1);
  expect(requests[0]?.headers["x-key"]).toBe("k");
  expect(readFileSync(runs, "utf8")).toBe("ran\n");
});

test("a worker that is killed at any step loses no alert and repeats at most one", async () => {
  const steps = join(lab(undefined).folder, "steps");
  const { url, bodies } = await receiver();
  const run = async (env: Record<string, string>) => {
    const machine = lab(undefined);
    setNotices(machine, { sessionUsd: [LOW], webhooks: [url] });
    const session = now();
    machine.write(session.sessionId, session.turn({ tools: 1 }));
    machine.event(session.sessionId, { promptId: session.promptIds[0] });
    bodies.length = 0;
    await machine.worker(env);
    return { machine, session };
  };
  await run({ STEPS_FILE: steps });
  expect(bodies).toHaveLength(1);
  const count = readFileSync(steps, "utf8").trim().split("\n").length;
  for (let step = 0; step < count; step++) {
    const { machine, session } = await run({ DIE_AT: String(step) });
    await turn(machine, session, { CLOCK_OFFSET_MS: "120000" });
    const alerts = bodies.filter(({ event }) => event === "session_cost");
    expect(alerts.length, `killed at step ${step}`).toBeGreaterThanOrEqual(1);
    expect(alerts.length, `killed at step ${step}`).toBeLessThanOrEqual(2);
    expect(new Set(alerts.map(({ id }) => id)).size).toBe(1);
  }
});

test("pings report the turns and tools since they were set up, without any text", async () => {
  const machine = lab(undefined);
  const { url, bodies } = await receiver();
  setNotices(machine, { ping: { url, events: ["turn", "tool", "failure"] }, sinceMs: Date.now() - HOUR_MS });
  await turn(machine, scribe("old", Date.now() - 80 * HOUR_MS));
  expect(bodies).toEqual([]);
  const session = now();
  await turn(machine, session);
  expect(bodies.map(({ event }) => event).toSorted()).toEqual(["tool", "turn"]);
  expect(bodies.find(({ event }) => event === "turn")).toMatchObject({
    session_id: session.sessionId,
    project: "acme-shop",
    outcome: "completed",
    turn: { index: 1, tool_calls: 1 },
  });
  const transcript = readFileSync(machine.transcript(session.sessionId), "utf8");
  const texts = [...transcript.matchAll(/"(?:text|command|content|file_path)":"([^"]{4,})"/g)].map(
    ([, text = ""]) => text,
  );
  expect(texts.length).toBeGreaterThan(0);
  for (const text of texts) expect(JSON.stringify(bodies)).not.toContain(text);
});

test("neither a project's file nor an event can change where notices go", async () => {
  const machine = lab(undefined);
  const mine = await receiver();
  const theirs = await receiver();
  setNotices(machine, { sessionUsd: [LOW], webhooks: [mine.url] });
  const session = now();
  machine.write(session.sessionId, session.turn({ tools: 1 }));
  const settings = { sessionUsd: [LOW], webhooks: [theirs.url], format: 1 };
  for (const folder of [machine.claude, join(machine.folder, ".claude")]) {
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, "notices.json"), JSON.stringify(settings));
  }
  const env = { CCOTEL_HOME: join(machine.folder, ".claude"), CCOTEL_WEBHOOK: theirs.url };
  machine.event(session.sessionId, { promptId: session.promptIds[0], env });
  await machine.worker();
  expect(theirs.bodies).toEqual([]);
  expect(mine.bodies).toHaveLength(1);
});

test("addresses are in a file that only its owner can read; a damaged file sends no alert and stops no delivery", async () => {
  const { url, requests } = await collector();
  const machine = lab(url);
  setNotices(machine, { sessionUsd: [LOW], webhooks: ["http://127.0.0.1:9/x"] });
  expect(statSync(noticesFile(machine.home)).mode & 0o777).toBe(0o600);
  writeFileSync(
    noticesFile(machine.home),
    '{"webhooks": [5, null, "ftp://x"], "sessionUsd": "many", "ping": []',
  );
  await turn(machine, now());
  expect(spansOf(...requests).length).toBeGreaterThan(0);
  expect(existsSync(join(machine.home.root, "notices.log"))).toBe(false);
});

test("the limits and the client's own cost from the status line arrive as metrics", async () => {
  const { url, requests } = await collector();
  const machine = lab(url);
  const session = now();
  const folder = join(machine.home.root, "statusline");
  mkdirSync(folder);
  const writeStatusLine = (usd: number) =>
    writeFileSync(
      join(folder, `${session.sessionId}.json`),
      JSON.stringify({
        cost: { total_cost_usd: usd },
        rate_limits: { five_hour: { used_percentage: 50, resets_at: Date.now() / 1000 + 600 } },
      }),
    );
  writeStatusLine(0.5);
  // What the script adds to the cost of the day: of this session, until its turn counts there.
  const since = [session.sessionId, "of-another-session"].map((id) => join(folder, `${id}.since`));
  for (const file of since) writeFileSync(file, "2026-11-29 500\n");
  await turn(machine, session, { CCOTEL_METRICS: "on" });
  await turn(machine, session, { CCOTEL_METRICS: "on" });
  expect(since.map((file) => existsSync(file))).toEqual([false, true]);
  writeStatusLine(0.75);
  await turn(machine, session, { CCOTEL_METRICS: "on" });
  const all = metricsOf(...requests).flatMap(({ name, points }) =>
    points.map(({ value }) => ({ name, value })),
  );
  const of = (name: string) => all.filter((point) => point.name === name).map(({ value }) => value);
  expect(of("ccotel.client_cost").at(-1)).toBe(0.75);
  expect(of("ccotel.limit.used_ratio").at(-1)).toBe(0.5);
  expect(readFileSync(join(folder, "today"), "utf8")).toMatch(/^\d{4}-\d\d-\d\d \d+\.\d{4}\n$/);
});
