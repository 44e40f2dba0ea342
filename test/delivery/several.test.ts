// Several destinations: each receives everything, and a failure at one does not delay the others.

import { existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { backfill } from "../support/backfill.ts";
import { buildWorker, differences, type Lab, lab, twice, union } from "../support/lab.ts";
import { collector, metricsOf, spansOf } from "../support/otlp-server.ts";
import { type Ran, runTool } from "../support/run-tool.ts";
import { type Scribe, scribe } from "../support/transcripts/transcript.ts";

beforeAll(buildWorker);

const METRICS = { CCOTEL_METRICS: "on" };

/** Runs `ccotel` on a machine that sends to this address. */
function tool(machine: Lab, url: string, ...words: string[]): Promise<Ran> {
  const env = { CLAUDE_CONFIG_DIR: machine.claude, CCOTEL_HOME: machine.home.root, CCOTEL_ENDPOINT: url };
  return runTool(words, { homeDir: machine.folder, env });
}

const also = (machine: Lab, url: string, endpoint: string, ...more: string[]) =>
  tool(machine, url, "configure", "--also", "generic", "--endpoint", endpoint, ...more);

function newTurn(machine: Lab, session: Scribe): void {
  machine.write(session.sessionId, session.turn({ tools: 1 }));
  machine.event(session.sessionId, { promptId: session.promptIds.at(-1) });
}

test("after configure --also, both destinations get each turn once, with its counters, until --also off", async () => {
  const [first, second] = [await collector(), await collector()];
  const machine = lab(first.url);
  const session = scribe("both");
  const added = await also(machine, first.url, second.url, "--header", "authorization=Bearer abc");
  expect(added).toMatchObject({ exitCode: 0, stderr: "" });
  expect(added.stdout).toContain(`Sessions are also sent to ${second.url}/v1/traces`);
  const probes = second.requests.length;
  for (let turn = 0; turn < 2; turn++) {
    newTurn(machine, session);
    expect(await machine.worker(METRICS)).toMatchObject({ code: 0, stderr: "" });
  }
  const live = second.requests.slice(probes);
  expect(union(live)).toEqual(union(first.requests));
  expect(twice([...live])).toEqual([]);
  expect(live[0]?.headers.authorization).toBe("Bearer abc");
  for (const requests of [first.requests, live]) {
    const turns = metricsOf(...requests).flatMap(({ name, points }) =>
      name === "ccotel.turns" ? points : [],
    );
    expect(Number(turns.at(-1)?.value)).toBe(2);
  }
  const { stdout } = await tool(machine, first.url, "status");
  expect((await tool(machine, first.url, "status", "--json")).stdout).toContain('"preset": "generic"');
  const again = ["configure", "--preset", "generic", "--endpoint", first.url, "--dry-run"];
  expect((await tool(machine, first.url, ...again)).stdout).toMatch(
    new RegExp(`^Also to +${second.url}/v1/traces \\(generic\\), as before$`, "m"),
  );
  expect(stdout).toContain(`to ${first.url}/v1/traces`);
  expect(stdout).toContain(`to ${second.url}/v1/traces`);
  const file = join(machine.home.root, "also.json");
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect((await tool(machine, first.url, "configure", "--also", "off")).exitCode).toBe(0);
  expect(readFileSync(file, "utf8")).not.toContain("abc");
  newTurn(machine, session);
  const before = second.requests.length;
  await machine.worker(METRICS);
  expect(second.requests.length).toBe(before);
});

test("if a destination is down, the other one gets every turn, and the one that was down gets everything after the repair", async () => {
  let isAway = true;
  const first = await collector();
  const second = await collector(() => (isAway ? { status: 401 } : {}));
  const machine = lab(first.url);
  const session = scribe("one-away");
  await also(machine, first.url, second.url, "--no-check");
  for (let turn = 0; turn < 3; turn++) {
    newTurn(machine, session);
    expect(await machine.worker()).toMatchObject({ code: 0, stderr: "" });
  }
  expect(spansOf(...first.requests).length).toBe(1 + 3 * 4);
  expect(machine.inbox().length).toBe(1);
  expect((await tool(machine, first.url, "status")).stdout).toContain("denies access");
  isAway = false;
  const before = second.requests.length;
  machine.write(session.sessionId, session.end());
  machine.event(session.sessionId, { name: "SessionEnd" });
  await machine.worker();
  const expected = await backfill(machine, [session.sessionId]);
  expect(differences(union(first.requests), expected)).toEqual([]);
  expect(differences(union(second.requests.slice(before)), expected)).toEqual([]);
  expect(twice([...first.requests])).toEqual([]);
  expect(machine.inbox()).toEqual([]);
});

test("if workers are killed at any step, both destinations get every span and count every turn once", async () => {
  const [first, second] = [await collector(), await collector()];
  const machine = lab(first.url);
  await also(machine, first.url, second.url, "--no-check");
  const session = scribe("killed-both");
  for (let turn = 0; turn < 12; turn++) {
    newTurn(machine, session);
    // Any moment from the first step to after the last one.
    await machine.worker({ ...METRICS, DIE_AT: String((turn * 37 + 11) % 90) });
  }
  machine.write(session.sessionId, session.end());
  machine.event(session.sessionId, { name: "SessionEnd" });
  expect(await machine.worker(METRICS)).toMatchObject({ code: 0, stderr: "" });
  const expected = await backfill(machine, [session.sessionId]);
  for (const { requests } of [first, second]) {
    expect(differences(union(requests), expected)).toEqual([]);
    const turns = metricsOf(...requests).flatMap(({ name, points }) =>
      name === "ccotel.turns" ? points : [],
    );
    expect(Number(turns.at(-1)?.value)).toBe(12);
  }
  expect(machine.inbox()).toEqual([]);
  expect(existsSync(machine.home.redo)).toBe(false);
});

test("while an additional destination is broken, configure --also can add another one and repair it", async () => {
  const [first, second] = [await collector(), await collector()];
  const machine = lab(first.url);
  const file = join(machine.home.root, "also.json");
  const added = () =>
    (
      JSON.parse(readFileSync(file, "utf8")) as { destinations: { env: Record<string, string> }[] }
    ).destinations.map(({ env }) => env.CCOTEL_ENDPOINT);
  await also(machine, first.url, second.url);
  const text = readFileSync(file, "utf8").replace('"CCOTEL_ENDPOINT"', '"CCOTEL_HEADERS_FILE":"/nowhere",$&');
  writeFileSync(file, text);
  const third = await collector();
  expect(await also(machine, first.url, third.url)).toMatchObject({ exitCode: 0, stderr: "" });
  expect(added()).toEqual([second.url, third.url]);
  expect(await also(machine, first.url, second.url)).toMatchObject({ exitCode: 0, stderr: "" });
  expect(added()).toEqual([third.url, second.url]);
  expect(readFileSync(file, "utf8")).not.toContain("nowhere");
});

test("configure --also is rejected before ccotel is set up, and together with --content", async () => {
  const { url } = await collector();
  const { exitCode, stderr } = await runTool(["configure", "--also", "jaeger"], { homeDir: lab(url).folder });
  expect(exitCode).toBe(2);
  expect(stderr).toContain("not set up here yet");
  const machine = lab(url);
  const refused = await also(machine, url, url, "--content", "full");
  expect(refused.stderr).toContain("--content does not go with --also");
});
