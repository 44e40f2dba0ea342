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

/** Starts a process that stands for a client. */
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
  ["complete", (lines: string[]) => lines],
  ["missing its end mark", (lines: string[]) => lines.slice(0, -1)],
  ["cut in the middle of a tool call", (lines: string[]) => lines.slice(0, 4)],
])(
  "if a killed client's last turn is %s, the next event of another session delivers it, and the summary waits",
  async (_, cut) => {
    const { url, requests } = await collector();
    const machine = lab(url);
    const killed = await client();
    const session = await running(machine, "killed", killed.pid);
    machine.write(session.sessionId, cut(session.turn({ tools: 1 })));
    // While the client runs, no other session's worker sends its data.
    await anotherBegins(machine, "while-alive");
    expect(turnsIn(requests)).toBe(1);
    await killed.kill();
    await anotherBegins(machine, "after");
    expect(turnsIn(requests)).toBe(2);
    const whole = await backfill(machine, [session.sessionId]);
    const missing = differences(union(requests), whole);
    expect(missing.length).toBe(1);
    expect(missing[0]).toMatch(/^missing: .*(session|summary)/);
    // Later events send nothing again. The summary is sent when the session is over.
    await anotherBegins(machine, "later");
    machine.event(session.sessionId, { name: "SessionEnd" });
    await machine.worker({ CLOCK_OFFSET_MS: String(7 * 3_600_000) });
    expect(differences(union(requests), whole)).toEqual([]);
    expect(twice(requests)).toEqual([]);
  },
);

test("if the backend is down when the client is killed, the first event after the repair delivers its last turn", async () => {
  let isDown = false;
  const { url, requests } = await collector(() => (isDown ? { status: 401 } : {}));
  const machine = lab(url);
  const killed = await client();
  const session = await running(machine, "down", killed.pid);
  machine.write(session.sessionId, session.turn());
  await killed.kill();
  isDown = true;
  await anotherBegins(machine, "one");
  isDown = false;
  const before = requests.length;
  await anotherBegins(machine, "two");
  expect(turnsIn(requests.slice(before))).toBe(1);
});

test("if a killed client's session is resumed, the worker continues from its position and sends nothing twice", async () => {
  const { url, requests } = await collector();
  const machine = lab(url);
  const killed = await client();
  const session = await running(machine, "resumed", killed.pid);
  machine.write(session.sessionId, session.turn().slice(0, -1));
  await killed.kill();
  await anotherBegins(machine, "between");
  machine.write(session.sessionId, [...session.turn(), ...session.end()]);
  machine.event(session.sessionId, { name: "SessionEnd" });
  await machine.worker();
  expect(differences(union(requests), await backfill(machine, [session.sessionId]))).toEqual([]);
  expect(twice(requests)).toEqual([]);
});

test("if the worker is killed too, the next event of another session still delivers a killed client's last turn", async () => {
  const { url, requests } = await collector();
  for (let dieAt = 2; ; dieAt += 2) {
    const machine = lab(url);
    const killed = await client();
    const session = scribe(`worker-and-client-${dieAt}`);
    const env = { CLAUDE_PID: String(killed.pid) };
    machine.event(session.sessionId, { name: "SessionStart", env });
    const { signal } = await machine.worker({ DIE_AT: String(dieAt) });
    machine.write(session.sessionId, session.turn());
    await killed.kill();
    const before = requests.length;
    await anotherBegins(machine, "after");
    expect(turnsIn(requests.slice(before)), `killed at step ${dieAt}`).toBe(1);
    if (signal === null) return;
  }
});
