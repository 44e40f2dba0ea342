// Counters count each turn once, also if its spans are sent again or if the state is lost.

import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import type { Collector } from "../../src/collector/collector.ts";
import { buildWorker, type Lab, lab, twice } from "../support/lab.ts";
import { collector, metricsOf, spansOf } from "../support/otlp-server.ts";
import { runTool } from "../support/run-tool.ts";
import { type Scribe, scribe } from "../support/transcripts/transcript.ts";

beforeAll(buildWorker);

const METRICS = { CCOTEL_METRICS: "on" };

/** The sum of the last values of a counter's series. */
function valuesOf(requests: Collector["requests"], counter: string): number {
  const last = new Map<string, number>();
  for (const { name, points } of metricsOf(...requests)) {
    if (name !== counter) continue;
    for (const { attributes, value } of points) last.set(JSON.stringify(attributes), Number(value));
  }
  return [...last.values()].reduce((sum, value) => sum + value, 0);
}

const sums = (requests: Collector["requests"]) =>
  ["ccotel.cost", "ccotel.turns", "ccotel.sessions", "gen_ai.client.token.usage"].map((name) =>
    valuesOf(requests, name),
  );

function exportAll(machine: Lab, url: string, ...more: string[]) {
  const env = { CLAUDE_CONFIG_DIR: machine.claude, CCOTEL_HOME: machine.home.root, CCOTEL_ENDPOINT: url };
  return runTool(["export", "--all", ...more], { homeDir: machine.folder, env });
}

async function counted(machine: Lab, name: string): Promise<Scribe> {
  const session = scribe(name);
  machine.write(session.sessionId, session.turn({ tools: 2 }));
  machine.event(session.sessionId, { promptId: session.promptIds[0] });
  expect((await machine.worker(METRICS)).code).toBe(0);
  return session;
}

test("export --resend changes no counter, with or without --metrics", async () => {
  const { url, requests } = await collector();
  const machine = lab(url);
  const session = await counted(machine, "resent");
  const before = sums(requests);
  expect(before[1]).toBe(1);
  for (const more of [[], ["--metrics"], ["--metrics"]]) {
    const { exitCode, stdout } = await exportAll(machine, url, "--resend", ...more);
    expect(exitCode, stdout).toBe(0);
    expect(sums(requests)).toEqual(before);
  }
  // Later turns count once.
  machine.write(session.sessionId, [...session.turn(), ...session.end()]);
  machine.event(session.sessionId, { name: "SessionEnd" });
  await machine.worker(METRICS);
  expect(valuesOf(requests, "ccotel.turns")).toBe(2);
  expect(valuesOf(requests, "ccotel.sessions")).toBe(1);
});

test("export --metrics counts sessions that were exported without it, once, and sends no span again", async () => {
  const { url, requests } = await collector();
  const machine = lab(url);
  const session = scribe("late-count");
  machine.write(session.sessionId, [...session.turn(), ...session.end()]);
  await exportAll(machine, url);
  expect(valuesOf(requests, "ccotel.turns")).toBe(0);
  const spans = spansOf(...requests).length;
  const late = await exportAll(machine, url, "--metrics");
  expect(late.stdout).toContain("Counted 1 session in the metrics of");
  expect(spansOf(...requests).length).toBe(spans);
  expect(valuesOf(requests, "ccotel.turns")).toBe(1);
  for (const more of [["--metrics"], ["--resend", "--metrics"], ["--metrics"]]) {
    await exportAll(machine, url, ...more);
    expect(valuesOf(requests, "ccotel.turns")).toBe(1);
  }
  machine.write(session.sessionId, session.turn());
  await exportAll(machine, url, "--metrics");
  expect(valuesOf(requests, "ccotel.turns")).toBe(2);
  expect(twice([...requests]).length).toBe(spans);
});

test("export --metrics counts only the turns that no worker has counted", async () => {
  const { url, requests } = await collector();
  const machine = lab(url);
  const session = await counted(machine, "half-counted");
  machine.write(session.sessionId, [...session.turn(), ...session.end()]);
  await exportAll(machine, url);
  await exportAll(machine, url, "--metrics");
  expect(valuesOf(requests, "ccotel.turns")).toBe(2);
  expect(twice([...requests])).toEqual([]);
});

test("if the folder of a destination is lost, an export sends everything to it again", async () => {
  const { url, requests } = await collector();
  const machine = lab(url);
  const session = scribe("lost-folder");
  machine.write(session.sessionId, [...session.turn(), ...session.end()]);
  const first = await exportAll(machine, url);
  expect((await exportAll(machine, url)).stdout).toContain("Nothing new");
  rmSync(machine.place.root, { recursive: true });
  expect((await exportAll(machine, url)).stdout).toBe(first.stdout);
  expect(twice([...requests]).length).toBe(spansOf(...requests).length / 2);
});

test.each(["damaged", "lost"])(
  "no counter changes if a session's state is %s, and later turns count",
  async (how) => {
    const { url, requests } = await collector();
    const machine = lab(url);
    const session = await counted(machine, `state-${how}`);
    const before = sums(requests);
    const file = join(machine.place.sessions, `${session.sessionId}.json`);
    if (how === "lost") rmSync(machine.place.sessions, { recursive: true });
    else writeFileSync(file, '{"format":2,"path":');
    machine.event(session.sessionId, { promptId: session.promptIds[0] });
    await machine.worker(METRICS);
    expect(sums(requests)).toEqual(before);
    machine.write(session.sessionId, session.turn());
    machine.event(session.sessionId, { promptId: session.promptIds[1] });
    await machine.worker(METRICS);
    expect(valuesOf(requests, "ccotel.turns")).toBe(2);
  },
);
