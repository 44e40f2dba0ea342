import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, test, vi } from "vitest";
import { exportSessions } from "../../src/delivery/export/export-sessions.ts";
import { prepare } from "../../src/delivery/load/load.ts";
import { priceKey } from "../../src/pricing/price-key.ts";
import { summarize } from "../../src/session/sums/summary.ts";
import { openCatalog } from "../../src/state/catalog/catalog.ts";
import { takeLock } from "../../src/state/lock.ts";
import { buildWorker, type Lab, lab, twice } from "../support/lab.ts";
import { collector, spansOf } from "../support/otlp-server.ts";
import { readWhole } from "../support/read-files.ts";
import { usualName } from "../support/span-names.ts";
import { type Scribe, scribe } from "../support/transcripts/transcript.ts";

beforeAll(buildWorker);

async function exportAll(machine: Lab, url: string, sessions: Scribe[], onWait?: () => void) {
  const env = { CCOTEL_ENDPOINT: url, CCOTEL_METRICS: "off", CLAUDE_CONFIG_DIR: machine.claude };
  const prepared = await prepare({
    env,
    otelFromEnvironment: false,
    userAgent: "test",
    homeDir: machine.folder,
  });
  return exportSessions({
    home: machine.home,
    sessions: sessions.map(({ sessionId }) => ({ sessionId, path: machine.transcript(sessionId) })),
    prepared,
    resend: false,
    countMetrics: false,
    ...(onWait === undefined ? {} : { onWait }),
  });
}

test("an export says that it waits for another process that sends, and goes on when that one is done", async () => {
  const { url } = await collector();
  const machine = lab(url);
  const session = scribe("waiting");
  machine.write(session.sessionId, session.turn());
  mkdirSync(machine.home.root, { recursive: true });
  const lock = takeLock(machine.home.lock);
  const onWait = vi.fn(() => lock?.release());
  expect((await exportAll(machine, url, [session], onWait)).spansSent).toBeGreaterThan(0);
  expect(onWait).toHaveBeenCalledOnce();
  await exportAll(machine, url, [session], onWait);
  expect(onWait).toHaveBeenCalledOnce();
});

test("what Claude Code writes during an export is sent by the next export", async () => {
  const session = scribe("growing");
  let grow = true;
  const { url, requests } = await collector(() => {
    if (grow) machine.write(session.sessionId, session.turn());
    grow = false;
    return {};
  });
  const machine = lab(url);
  machine.write(session.sessionId, session.turn());
  await exportAll(machine, url, [session]);
  const result = await exportAll(machine, url, [session]);
  expect(result.spansSent).toBe(4);
  expect(
    spansOf(...requests).filter(({ name }) => usualName(name) === "invoke_agent claude-code").length,
  ).toBe(2);
  expect(twice(requests)).toEqual([]);
});

test("an export sends every turn that has ended of a client that runs without ccotel's hooks", async () => {
  const session = scribe("living");
  const { url, requests } = await collector();
  const machine = lab(url);
  // Without a Stop hook, the client writes no summary of them.
  const unhooked = [...session.turn(), ...session.turn()].map((line) =>
    line.replace("stop_hook_summary", "turn_duration"),
  );
  machine.write(session.sessionId, unhooked);
  const clients = join(machine.claude, "sessions");
  mkdirSync(clients);
  const client = { pid: process.pid, sessionId: session.sessionId };
  writeFileSync(join(clients, `${process.pid}.json`), JSON.stringify(client));
  await exportAll(machine, url, [session]);
  expect(
    spansOf(...requests).filter(({ name }) => usualName(name) === "invoke_agent claude-code"),
  ).toHaveLength(2);
});

test("a worker sends to a loopback address although ALL_PROXY names a SOCKS proxy", async () => {
  const { url } = await collector();
  const machine = lab(url);
  const session = scribe("socks");
  machine.write(session.sessionId, [...session.turn(), ...session.end()]);
  machine.event(session.sessionId, { name: "SessionEnd" });
  expect(await machine.worker({ ALL_PROXY: "socks5://127.0.0.1:1" })).toMatchObject({ code: 0, stderr: "" });
  expect(machine.saved(session.sessionId)?.lastDelivery).toMatchObject({ spans: 6 });
});

test("an export to a second endpoint sends everything, and another export to either sends nothing", async () => {
  const [first, second] = [await collector(), await collector()];
  const machine = lab(first.url);
  const session = scribe("two-places");
  machine.write(session.sessionId, [...session.turn(), ...session.end()]);
  expect((await exportAll(machine, first.url, [session])).spansSent).toBe(6);
  expect((await exportAll(machine, second.url, [session])).spansSent).toBe(6);
  for (const url of [first.url, second.url])
    expect((await exportAll(machine, url, [session])).spansSent).toBe(0);
  expect(spansOf(...second.requests).map(({ spanId }) => spanId)).toEqual(
    spansOf(...first.requests).map(({ spanId }) => spanId),
  );
});

test("an export writes a session's totals to the catalog only if it has read the whole session", async () => {
  const { url } = await collector();
  const machine = lab(url);
  const session = scribe("summed-up");
  machine.write(session.sessionId, [...session.turn({ tools: 2 }), ...session.end()]);
  const path = machine.transcript(session.sessionId);
  const known = () =>
    openCatalog(machine.home).look({ sessionId: session.sessionId, path }).summary(priceKey());
  await exportAll(machine, url, [session]);
  expect(known()).toEqual(summarize(readWhole(path)));
  machine.write(session.sessionId, [...session.turn(), ...session.end()]);
  await exportAll(machine, url, [session]);
  // Only the new part was read, so no total is known.
  expect(known()).toBeUndefined();
});
