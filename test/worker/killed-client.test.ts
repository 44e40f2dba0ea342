// A killed client runs no hook. ccotel sends the rest of its transcript with the next event of any session.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { beforeAll, expect, test } from "vitest";
import type { CollectorRequest } from "../../src/collector/collector.ts";
import { backfill } from "../support/backfill.ts";
import { buildWorker, differences, type Lab, lab, twice, union } from "../support/lab.ts";
import { collector, spansOf } from "../support/otlp-server.ts";
import { usualName } from "../support/span-names.ts";
import { type Scribe, scribe } from "../support/transcripts/transcript.ts";

beforeAll(buildWorker);

/** A client's process, which only keeps running. */
async function client(): Promise<{ pid: number; kill(): Promise<void> }> {
  const child = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"], { stdio: "ignore" });
  await once(child, "spawn");
  return {
    pid: child.pid as number,
    async kill() {
      child.kill("SIGKILL");
      await once(child, "exit");
    },
  };
}

/** Starts another session, whose hook starts a worker. */
async function anotherBegins(machine: Lab, name: string): Promise<void> {
  machine.event(scribe(name).sessionId, { name: "SessionStart", env: { CLAUDE_PID: String(process.pid) } });
  expect(await machine.worker()).toMatchObject({ code: 0, stderr: "" });
}

async function running(machine: Lab, name: string, pid: number): Promise<Scribe> {
  const session = scribe(name);
  const env = { CLAUDE_PID: String(pid) };
  machine.write(session.sessionId, session.turn({ tools: 1 }));
  machine.event(session.sessionId, { name: "SessionStart", env });
  machine.event(session.sessionId, { promptId: session.promptIds[0], env });
  await machine.worker();
  return session;
}

const turnsIn = (requests: readonly CollectorRequest[]) =>
  spansOf(...requests).filter(({ name }) => usualName(name) === "invoke_agent claude-code").length;

test.each([
  ["whole", (lines: string[]) => lines],
  ["without its end mark", (lines: string[]) => lines.slice(0, -1)],
  ["in the middle of a tool call", (lines: string[]) => lines.slice(0, 4)],
])(
  "its last turn, %s on disk, is delivered by the next event of another session; the summary waits",
  async (_, cut) => {
    const { url, requests } = await collector();
    const machine = lab(url);
    const process_ = await client();
    const session = await running(machine, "killed", process_.pid);
    machine.write(session.sessionId, cut(session.turn({ tools: 1 })));
    // While the client runs, no other session's worker sends its data.
    await anotherBegins(machine, "while-alive");
    expect(turnsIn(requests)).toBe(1);
    await process_.kill();
    await anotherBegins(machine, "after");
    expect(turnsIn(requests)).toBe(2);
    const whole = await backfill(machine, [session.sessionId]);
    const missing = differences(union(requests), whole);
    expect(missing.length).toBe(1);
    expect(missing[0]).toMatch(/^missing: .*(session|summary)/);
    // It is looked at no more; and the summary comes when the session is over.
    await anotherBegins(machine, "later");
    machine.event(session.sessionId, { name: "SessionEnd" });
    await machine.worker({ CLOCK_OFFSET_MS: String(7 * 3_600_000) });
    expect(twice(requests)).toEqual([]);
  },
);

test("while the backend is away it stays, and goes out with the first event after", async () => {
  let away = false;
  const { url, requests } = await collector(() => (away ? { status: 401 } : {}));
  const machine = lab(url);
  const process_ = await client();
  const session = await running(machine, "away", process_.pid);
  machine.write(session.sessionId, session.turn());
  await process_.kill();
  away = true;
  await anotherBegins(machine, "one");
  away = false;
  const before = requests.length;
  await anotherBegins(machine, "two");
  expect(turnsIn(requests.slice(before))).toBe(1);
});

test("a session that was resumed goes on where it was", async () => {
  const { url, requests } = await collector();
  const machine = lab(url);
  const process_ = await client();
  const session = await running(machine, "resumed", process_.pid);
  machine.write(session.sessionId, session.turn().slice(0, -1));
  await process_.kill();
  await anotherBegins(machine, "between");
  machine.write(session.sessionId, [...session.turn(), ...session.end()]);
  machine.event(session.sessionId, { name: "SessionEnd" });
  await machine.worker();
  expect(differences(union(requests), await backfill(machine, [session.sessionId]))).toEqual([]);
  expect(twice(requests)).toEqual([]);
});

test("a worker that is killed when it has heard of the client forgets nothing: the client's last turn is delivered all the same", {
  timeout: 120_000,
}, async () => {
  const { url, requests } = await collector();
  for (let dieAt = 2; ; dieAt += 2) {
    const machine = lab(url);
    const process_ = await client();
    const session = scribe(`worker-and-client-${dieAt}`);
    const env = { CLAUDE_PID: String(process_.pid) };
    machine.event(session.sessionId, { name: "SessionStart", env });
    const { signal } = await machine.worker({ DIE_AT: String(dieAt) });
    machine.write(session.sessionId, session.turn());
    await process_.kill();
    const before = requests.length;
    await anotherBegins(machine, "after");
    expect(turnsIn(requests.slice(before)), `killed at step ${dieAt}`).toBe(1);
    if (signal === null) return;
  }
});
