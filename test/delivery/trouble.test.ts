// A failure of one signal, or at one destination, does not affect the others, and is reported.

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { buildWorker, type Lab, lab } from "../support/lab.ts";
import { collector } from "../support/otlp-server.ts";
import { runTool } from "../support/run-tool.ts";
import { scribe } from "../support/transcripts/transcript.ts";

beforeAll(buildWorker);

const METRICS = { CCOTEL_METRICS: "on" };

async function oneTurn(machine: Lab, name: string, env: Record<string, string> = METRICS): Promise<void> {
  const session = scribe(name);
  machine.write(session.sessionId, [...session.turn(), ...session.end()]);
  machine.event(session.sessionId, { name: "SessionEnd" });
  expect(await machine.worker(env)).toMatchObject({ code: 0, stderr: "" });
}

const run = (machine: Lab, url: string, ...words: string[]) =>
  runTool(words, {
    homeDir: machine.folder,
    env: { CLAUDE_CONFIG_DIR: machine.claude, CCOTEL_HOME: machine.home.root, CCOTEL_ENDPOINT: url },
  });

test("after 429 with Retry-After for metrics, later workers send no metrics until then, but traces", async () => {
  let metrics = 0;
  let isBusy = true;
  const { url, requests } = await collector((request) => {
    if (request.signal !== "metrics") return {};
    metrics++;
    return isBusy ? { status: 429, headers: { "retry-after": "600" } } : {};
  });
  const machine = lab(url);
  await oneTurn(machine, "first");
  await oneTurn(machine, "second");
  expect(metrics).toBe(1);
  expect(requests.filter(({ signal }) => signal === "traces").length).toBe(2);
  const status = await run(machine, url, "status");
  expect(status.stdout.replace(/\s+/g, " ")).toMatch(/metrics failed .* ago: .*limits the rate/);
  isBusy = false;
  await oneTurn(machine, "third", { ...METRICS, CLOCK_OFFSET_MS: "601000" });
  expect(metrics).toBeGreaterThan(1);
  expect((await run(machine, url, "status")).stdout).not.toContain("metrics failed");
});

test.each([
  [404, "→ Correct this."],
  [429, "→ The next turn tries again"],
  [500, "→ The next turn tries again"],
])("status and doctor report %i for metrics only, and what to do about it", async (status, remedy) => {
  const { url } = await collector(({ signal }) => (signal === "metrics" ? { status } : {}));
  const machine = lab(url);
  await oneTurn(machine, `alone-${status}`);
  const { troubles } = JSON.parse((await run(machine, url, "status", "--json")).stdout);
  expect(troubles).toMatchObject([{ signal: "metrics" }]);
  const { stdout } = await run(machine, url, "doctor", "--no-send");
  expect(stdout).toContain("delivery-stuck");
  expect(stdout).toContain(remedy);
});

test("status and doctor report a setting that is wrong only for the worker, until it is repaired", async () => {
  const { url } = await collector();
  const machine = lab(url);
  await oneTurn(machine, "wrong", { CCOTEL_HEADERS_FILE: "/nowhere/headers" });
  expect(machine.inbox().length).toBe(1);
  expect((await run(machine, url, "status")).stdout).toContain("/nowhere/headers");
  expect((await run(machine, url, "doctor", "--no-send")).stdout).toContain("/nowhere/headers");
  await oneTurn(machine, "right");
  expect((await run(machine, url, "status")).stdout).not.toContain("/nowhere/headers");
  expect(readFileSync(machine.home.delivery, "utf8")).not.toContain("nowhere");
});

describe("additional destinations", () => {
  const words = (text: string) => text.replace(/\s+/g, " ");
  const also = (machine: Lab, env: Record<string, string>) =>
    writeFileSync(
      join(machine.home.root, "also.json"),
      JSON.stringify({ format: 1, destinations: [{ preset: "generic", env }] }),
    );

  test("status and doctor name an additional destination with wrong settings, before and after a worker has run", async () => {
    const [first, second] = [await collector(), await collector()];
    const machine = lab(first.url);
    also(machine, { CCOTEL_ENDPOINT: second.url, CCOTEL_HEADERS_FILE: "/nowhere/headers" });
    const expectReported = async () => {
      for (const command of [["status"], ["doctor", "--no-send"]]) {
        const { stdout } = await run(machine, first.url, ...command);
        expect(words(stdout)).toContain(
          `The additional destination ${second.url}/v1/traces: /nowhere/headers (CCOTEL_HEADERS_FILE) cannot be read`,
        );
      }
    };
    await expectReported();
    await oneTurn(machine, "also-wrong");
    await expectReported();
    expect(machine.log()).toContain(
      `${second.url}/v1/traces: /nowhere/headers (CCOTEL_HEADERS_FILE) cannot be read`,
    );
    const { fault } = JSON.parse((await run(machine, first.url, "status", "--json")).stdout);
    expect(fault.message).toContain(`The additional destination ${second.url}/v1/traces: `);
    expect(first.requests.length).toBeGreaterThan(0);
  });

  test("doctor tests an additional destination that refuses access, although the first one accepts everything", async () => {
    const first = await collector();
    const second = await collector(() => ({ status: 401 }));
    const machine = lab(first.url);
    also(machine, { CCOTEL_ENDPOINT: second.url, CCOTEL_METRICS: "off" });
    await oneTurn(machine, "also-refuses");
    const { exitCode, stdout } = await run(machine, first.url, "doctor", "--json");
    expect(exitCode).toBe(1);
    const { findings, probes } = JSON.parse(stdout);
    const codes = findings.map(({ code }: { code: string }) => code);
    expect(codes).toContain("backend-refuses");
    expect(codes).toContain("delivery-stuck");
    expect(probes).toContainEqual(expect.objectContaining({ signal: "traces", kind: "success" }));
    expect(probes).toContainEqual(expect.objectContaining({ signal: "traces", kind: "blocked" }));
  });

  test.each([
    ["that is not JSON", "{"],
    ["with an entry that is a number", '{"format":1,"destinations":[7]}'],
  ])(
    "every command and the log report an also.json %s, and only --also off overwrites it",
    async (_, text) => {
      const first = await collector();
      const machine = lab(first.url);
      const file = join(machine.home.root, "also.json");
      writeFileSync(file, text);
      await oneTurn(machine, "also-damaged");
      expect(machine.log()).toContain(file);
      expect(words((await run(machine, first.url, "status")).stdout)).toContain(file);
      const doctor = await run(machine, first.url, "doctor", "--no-send");
      expect(doctor.stdout).toContain("additional-destination-wrong");
      const exported = await run(machine, first.url, "export", "--all");
      expect(exported).toMatchObject({ exitCode: 1 });
      expect(exported.stderr).toContain(file);
      const more = ["configure", "--also", "generic", "--endpoint", first.url, "--no-check"];
      const added = await run(machine, first.url, ...more);
      expect(added).toMatchObject({ exitCode: 2 });
      expect(added.stderr).toContain("--also off");
      expect(readFileSync(file, "utf8")).toBe(text);
      expect(await run(machine, first.url, "configure", "--also", "off")).toMatchObject({ exitCode: 0 });
      expect(await run(machine, first.url, ...more)).toMatchObject({ exitCode: 0 });
    },
  );
});
