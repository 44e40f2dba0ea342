// Nothing is lost and nothing counts twice if processes are killed at any time. The seed decides the order of outages,
// exports, killed workers and killed clients. Every process is real.

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import type { Collector, CollectorRequest } from "../../src/collector/collector.ts";
import { backfill } from "../support/backfill.ts";
import { buildTool, buildWorker, differences, type Lab, lab, union } from "../support/lab.ts";
import { collector, metricsOf } from "../support/otlp-server.ts";
import { runTool } from "../support/run-tool.ts";
import { type Scribe, scribe } from "../support/transcripts/transcript.ts";

beforeAll(async () => {
  await Promise.all([buildWorker(), buildTool()]);
});

/** Metrics are on; waits of minutes pass in a second. */
const ENV = { CCOTEL_METRICS: "on", HASTE: "200" };
const OUTAGES = [400, 422, 413, 500, 503, 401] as const;

/** Random integers from 0 to `limit` - 1. The same seed gives the same numbers (mulberry32). */
function dice(seed: number): (limit: number) => number {
  let state = seed;
  return (limit) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % limit;
  };
}

/** A backend whose behaviour the test sets. It records the data it has accepted. */
interface Backend extends Collector {
  outage: number | undefined;
  accepted: CollectorRequest[];
}

async function backend(): Promise<Backend> {
  const accepted: CollectorRequest[] = [];
  const state = { outage: undefined as number | undefined };
  const started = await collector((request) => {
    if (state.outage !== undefined) return { status: state.outage, body: "out of order" };
    accepted.push(request);
    return {};
  });
  return Object.assign(state, started, { accepted });
}

interface Running {
  session: Scribe;
  client: ChildProcess;
  turns: number;
}

async function begin(machine: Lab, name: string): Promise<Running> {
  const client = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"], { stdio: "ignore" });
  await once(client, "spawn");
  const session = scribe(name);
  const { sessionId } = session;
  const folder = join(machine.claude, "sessions");
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, `${client.pid}.json`), JSON.stringify({ pid: client.pid, sessionId }));
  const running: Running = { session, client, turns: 0 };
  say(machine, running, "SessionStart");
  return running;
}

/** Writes a hook's event. */
function say(machine: Lab, { session, client }: Running, name: "SessionStart" | "Stop" | "SessionEnd"): void {
  const env = { CLAUDE_PID: String(client.pid) };
  machine.event(session.sessionId, { name, promptId: session.promptIds.at(-1), env });
}

/** Kills the client, which runs no hook. */
async function kill({ client }: Running): Promise<void> {
  client.kill("SIGKILL");
  await once(client, "exit");
}

async function end(machine: Lab, running: Running): Promise<void> {
  if (running.turns > 0) machine.write(running.session.sessionId, running.session.end());
  say(machine, running, "SessionEnd");
  await kill(running);
}

/** The sum of the last values of a counter's series. */
function counted(requests: readonly CollectorRequest[], counter: string): number {
  const last = new Map<string, number>();
  for (const { name, points } of metricsOf(...requests))
    for (const { attributes, value } of name === counter ? points : [])
      last.set(JSON.stringify(attributes), Number(value));
  return [...last.values()].reduce((sum, value) => sum + value, 0);
}

test.each([2, 3, 11])("seed %i: both destinations get every span and count every turn once", liveWithKills);

async function liveWithKills(seed: number): Promise<void> {
  const roll = dice(seed);
  const [first, second] = [await backend(), await backend()];
  const machine = lab(first.url);
  const env = {
    CLAUDE_CONFIG_DIR: machine.claude,
    CCOTEL_HOME: machine.home.root,
    CCOTEL_ENDPOINT: first.url,
  };
  const also = ["configure", "--also", "generic", "--endpoint", second.url, "--no-check"];
  expect((await runTool(also, { homeDir: machine.folder, env })).exitCode).toBe(0);
  const all = [await begin(machine, `seed-${seed}-a`), await begin(machine, `seed-${seed}-b`)];
  /** Kills at any moment from the first step to long after the last one. */
  const dieAt = () => ({ ...ENV, DIE_AT: String(roll(160)) });

  for (let time = 0; time < 14; time++) {
    for (const one of [first, second]) one.outage = roll(5) < 2 ? OUTAGES[roll(OUTAGES.length)] : undefined;
    const living = all.filter(({ client }) => !client.killed);
    const running = living[roll(living.length)] as Running;
    running.turns++;
    machine.write(running.session.sessionId, running.session.turn({ tools: roll(4) }));
    const what = roll(6);
    if (what === 0) await kill(running);
    else if (what === 1) await end(machine, running);
    else say(machine, running, "Stop");
    if (what < 2) all.push(await begin(machine, `seed-${seed}-${time}`));
    if (roll(4) > 0) await machine.worker(dieAt());
    else await machine.tool(["export", "--all", ...(roll(2) === 0 ? ["--resend"] : [])], dieAt());
  }

  for (const one of [first, second]) one.outage = undefined;
  for (const running of all.filter(({ client }) => !client.killed)) await end(machine, running);
  // Runs of killed clients count as ended after six hours of silence. Any later event then ends them.
  for (const hours of [0, 0, 7]) {
    if (hours > 0) machine.event(scribe("another").sessionId, { name: "SessionEnd" });
    const CLOCK_OFFSET_MS = String(hours * 3_600_000);
    expect(await machine.worker({ ...ENV, CLOCK_OFFSET_MS })).toMatchObject({ code: 0, stderr: "" });
  }

  expect(machine.inbox()).toEqual([]);
  expect(existsSync(machine.home.redo)).toBe(false);
  expect(existsSync(machine.home.rejected) ? readFileSync(machine.home.rejected, "utf8") : "").toBe("");
  const sessions = all.filter(({ turns }) => turns > 0).map(({ session }) => session.sessionId);
  const expected = await backfill(machine, sessions);
  const turns = all.reduce((sum, running) => sum + running.turns, 0);
  for (const { accepted } of [first, second]) {
    expect(differences(union(accepted), expected)).toEqual([]);
    expect(counted(accepted, "ccotel.turns")).toBe(turns);
  }
}
