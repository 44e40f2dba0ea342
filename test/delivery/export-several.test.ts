// An export with several destinations: each destination has its own positions and receives what it lacks.

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { buildWorker, differences, type Lab, lab, twice, union } from "../support/lab.ts";
import { collector, logsOf, metricsOf, refusingUrl, spansOf } from "../support/otlp-server.ts";
import { type Ran, recording, runTool } from "../support/run-tool.ts";
import { scribe } from "../support/transcripts/transcript.ts";

beforeAll(buildWorker);

function tool(machine: Lab, url: string, ...words: string[]): Promise<Ran> {
  const env = { CLAUDE_CONFIG_DIR: machine.claude, CCOTEL_HOME: machine.home.root, CCOTEL_ENDPOINT: url };
  return runTool(words, { homeDir: machine.folder, env });
}

/** A machine with two destinations and a session that has ended. */
async function twoDestinations(second: string, first: string, name: string, ...flags: string[]) {
  const machine = lab(first);
  const session = scribe(name);
  machine.write(session.sessionId, [...session.turn({ tools: 1 }), ...session.end()]);
  const words = ["configure", "--also", "generic", "--endpoint", second, "--no-check", ...flags];
  expect(await tool(machine, first, ...words)).toMatchObject({ exitCode: 0 });
  return { machine, session };
}

const exportAll = (machine: Lab, url: string, ...flags: string[]) =>
  tool(machine, url, "export", "--all", ...flags);

test("export sends to each destination what it lacks, and reports each", async () => {
  const [first, second] = [await collector(), await collector()];
  const { machine, session } = await twoDestinations(second.url, first.url, "each");
  expect((await exportAll(machine, first.url, "--to", "generic")).stdout).toBe(
    `Sent 6 spans of 1 session to ${second.url}/v1/traces.\n`,
  );
  expect(first.requests).toEqual([]);
  const { exitCode, stdout } = await exportAll(machine, first.url);
  expect(exitCode).toBe(0);
  expect(stdout).toContain(`Sent 6 spans of 1 session to ${first.url}/v1/traces.`);
  expect(stdout).toContain(`Nothing new: ${second.url}/v1/traces already has everything that has ended.`);
  expect(union(second.requests)).toEqual(union(first.requests));
  const status = JSON.parse((await tool(machine, first.url, "status", "--json")).stdout);
  expect(status.sessions[0].sessionId).toBe(session.sessionId);
  expect(status.sessions[0].deliveries).toHaveLength(2);
  for (const { lastDelivery, pending } of status.sessions[0].deliveries) {
    expect(lastDelivery).toMatchObject({ spans: 6, rejected: 0 });
    expect(pending.turns).toBe(0);
  }
});

test("export sends what a worker delivered to the first destination only to the second, and each counts the turn once", async () => {
  const [first, second] = [await collector(), await collector()];
  const machine = lab(first.url);
  const session = scribe("live-first");
  machine.write(session.sessionId, session.turn({ tools: 1 }));
  machine.event(session.sessionId, { promptId: session.promptIds.at(-1) });
  const METRICS = { CCOTEL_METRICS: "on" };
  await machine.worker(METRICS);
  await tool(machine, first.url, "configure", "--also", "generic", "--endpoint", second.url, "--no-check");
  expect((await exportAll(machine, first.url)).exitCode).toBe(0);
  expect(twice([...first.requests])).toEqual([]);
  machine.write(session.sessionId, session.end());
  machine.event(session.sessionId, { name: "SessionEnd" });
  await machine.worker(METRICS);
  expect(differences(union(second.requests), union(first.requests))).toEqual([]);
  for (const { requests } of [first, second]) {
    expect(twice([...requests])).toEqual([]);
    const turns = metricsOf(...requests).flatMap(({ name, points }) =>
      name === "ccotel.turns" ? points : [],
    );
    expect(Number(turns.at(-1)?.value)).toBe(1);
  }
});

test("export --endpoint sends to that address only, and uses the positions of the destination that has it", async () => {
  const [first, second, third] = [await collector(), await collector(), await collector()];
  const { machine } = await twoDestinations(second.url, first.url, "alone");
  await exportAll(machine, first.url, "--endpoint", third.url);
  expect(spansOf(...third.requests)).toHaveLength(6);
  expect([...first.requests, ...second.requests]).toEqual([]);
  await exportAll(machine, first.url, "--endpoint", second.url);
  expect((await exportAll(machine, first.url)).stdout).toContain(
    `${second.url}/v1/traces already has everything that has ended`,
  );
});

test("if one destination is down, export delivers to the other once, names the one that failed and exits 1", async () => {
  const away = await refusingUrl();
  const second = await collector();
  const { machine } = await twoDestinations(second.url, away, "one-away");
  const { exitCode, stdout, stderr } = await exportAll(machine, away);
  expect(exitCode).toBe(1);
  expect(stderr).toContain(away);
  expect(stdout).toBe(`Sent 6 spans of 1 session to ${second.url}/v1/traces.\n`);
  await exportAll(machine, away);
  expect(spansOf(...second.requests)).toHaveLength(6);
});

test("export --resend sends again to all destinations, or to the one in --to", async () => {
  const [first, second] = [await collector(), await collector()];
  const { machine } = await twoDestinations(second.url, first.url, "again");
  await exportAll(machine, first.url);
  await exportAll(machine, first.url, "--resend", "--to", new URL(first.url).host);
  expect(spansOf(...first.requests)).toHaveLength(12);
  expect(spansOf(...second.requests)).toHaveLength(6);
  await exportAll(machine, first.url, "--resend");
  expect(spansOf(...second.requests)).toHaveLength(12);
});

test("an export sends once if the additional destination has the address of the first", async () => {
  const { url, requests } = await collector();
  const { machine } = await twoDestinations(url, url, "same");
  expect((await exportAll(machine, url)).stdout).toBe(`Sent 6 spans of 1 session to ${url}/v1/traces.\n`);
  expect(spansOf(...requests)).toHaveLength(6);
});

test("export --rejected sends to each destination what it had rejected", async () => {
  let refuses = true;
  const first = await collector();
  const second = await collector(({ traces }) => {
    const isBad = traces.some(({ spans }) => spans.some(({ name }) => name.startsWith("execute_tool")));
    return refuses && isBad ? { status: 400 } : {};
  });
  const { machine } = await twoDestinations(second.url, first.url, "refused");
  expect((await exportAll(machine, first.url)).exitCode).toBe(1);
  refuses = false;
  const { exitCode, stdout } = await tool(machine, first.url, "export", "--rejected");
  expect(exitCode).toBe(0);
  expect(stdout).toContain(`${first.url}/v1/traces has rejected nothing.`);
  expect(stdout).toContain(`Sent 1 span that ${second.url}/v1/traces had rejected before.`);
});

test("export skips a destination that takes only metrics, except with --metrics", async () => {
  const [first, second] = [await collector(), await collector()];
  const machine = lab(first.url);
  const session = scribe("metrics-alone");
  machine.write(session.sessionId, [...session.turn(), ...session.end()]);
  writeFileSync(
    join(machine.home.root, "also.json"),
    JSON.stringify({
      format: 1,
      destinations: [
        {
          preset: "prometheus",
          env: { CCOTEL_TRACES: "off", CCOTEL_METRICS: "on", CCOTEL_ENDPOINT: second.url },
        },
      ],
    }),
  );
  expect((await exportAll(machine, first.url)).stdout).toBe(
    `Sent 6 spans of 1 session to ${first.url}/v1/traces.\n`,
  );
  expect(second.requests).toEqual([]);
  const counted = await exportAll(machine, first.url, "--metrics", "--to", "prometheus");
  expect(counted).toMatchObject({ exitCode: 0, stderr: "" });
  expect(counted.stdout).toBe(`Counted 1 session in the metrics of ${second.url}/v1/metrics.\n`);
  const turns = metricsOf(...second.requests).flatMap(({ name, points }) =>
    name === "ccotel.turns" ? points : [],
  );
  expect(Number(turns.at(-1)?.value)).toBe(1);
  expect(spansOf(...second.requests)).toEqual([]);
});

test("export sends log records only to the destination that takes them", async () => {
  const [first, second] = [await collector(), await collector()];
  const { machine } = await twoDestinations(second.url, first.url, "with-logs", "--logs", "on");
  await tool(machine, first.url, "export", recording);
  expect(logsOf(...second.requests).length).toBeGreaterThan(0);
  expect(logsOf(...first.requests)).toEqual([]);
});

test("export rejects --to together with --endpoint, and a --to that names no destination, with exit code 2", async () => {
  const { url } = await collector();
  const { machine } = await twoDestinations("http://127.0.0.1:9", url, "words");
  const both = await exportAll(machine, url, "--to", "generic", "--endpoint", url);
  expect(both).toMatchObject({ exitCode: 2 });
  expect(both.stderr).toContain("Leave one of the two out.");
  const unknown = await exportAll(machine, url, "--to", "langfuse");
  expect(unknown).toMatchObject({ exitCode: 2 });
  expect(unknown.stderr).toContain('--to is "langfuse"');
  expect(unknown.stderr).toContain("http://127.0.0.1:9/v1/traces (generic)");
});

test("export names a wrong setting of an additional destination, exits 1 and still sends to the first", async () => {
  const first = await collector();
  const machine = lab(first.url);
  const session = scribe("faulty-one");
  machine.write(session.sessionId, [...session.turn(), ...session.end()]);
  writeFileSync(
    join(machine.home.root, "also.json"),
    JSON.stringify({
      format: 1,
      destinations: [{ preset: "generic", env: { CCOTEL_ENDPOINT: "not a url" } }],
    }),
  );
  const { exitCode, stdout, stderr } = await exportAll(machine, first.url);
  expect(exitCode).toBe(1);
  expect(stderr).toContain("not a url");
  expect(stdout).toContain("Sent 6 spans");
});
