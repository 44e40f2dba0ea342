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

const told = (machine: Lab, url: string, ...words: string[]) =>
  runTool(words, {
    homeDir: machine.folder,
    env: { CLAUDE_CONFIG_DIR: machine.claude, CCOTEL_HOME: machine.home.root, CCOTEL_ENDPOINT: url },
  });

test("429 for metrics alone, with Retry-After: the next worker leaves them alone until then, and traces go on", async () => {
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
  const status = await told(machine, url, "status");
  expect(status.stdout.replace(/\s+/g, " ")).toMatch(/metrics failed .* ago: .*limits how much it takes/);
  isBusy = false;
  await oneTurn(machine, "third", { ...METRICS, CLOCK_OFFSET_MS: "601000" });
  expect(metrics).toBeGreaterThan(1);
  expect((await told(machine, url, "status")).stdout).not.toContain("metrics failed");
});

test.each([404, 500])("%i for metrics alone: status and doctor say so", async (status) => {
  const { url } = await collector(({ signal }) => (signal === "metrics" ? { status } : {}));
  const machine = lab(url);
  await oneTurn(machine, `alone-${status}`);
  const { troubles } = JSON.parse((await told(machine, url, "status", "--json")).stdout);
  expect(troubles).toMatchObject([{ signal: "metrics" }]);
  expect((await told(machine, url, "doctor", "--no-send")).stdout).toContain("delivery-stuck");
});

test("a setting that only the worker finds wrong is told by status and doctor, and no more once it is right", async () => {
  const { url } = await collector();
  const machine = lab(url);
  await oneTurn(machine, "wrong", { CCOTEL_HEADERS_FILE: "/nowhere/headers" });
  expect(machine.inbox().length).toBe(1);
  expect((await told(machine, url, "status")).stdout).toContain("/nowhere/headers");
  expect((await told(machine, url, "doctor", "--no-send")).stdout).toContain("/nowhere/headers");
  await oneTurn(machine, "right");
  expect((await told(machine, url, "status")).stdout).not.toContain("/nowhere/headers");
  expect(readFileSync(machine.home.delivery, "utf8")).not.toContain("nowhere");
});

describe("an additional destination", () => {
  const words = (text: string) => text.replace(/\s+/g, " ");
  const also = (machine: Lab, env: Record<string, string>) =>
    writeFileSync(
      join(machine.home.root, "also.json"),
      JSON.stringify({ format: 1, destinations: [{ preset: "generic", env }] }),
    );

  test("whose settings are wrong is named by status and doctor, before and after a worker has met it", async () => {
    const [first, second] = [await collector(), await collector()];
    const machine = lab(first.url);
    also(machine, { CCOTEL_ENDPOINT: second.url, CCOTEL_HEADERS_FILE: "/nowhere/headers" });
    const isTold = async () => {
      for (const command of [["status"], ["doctor", "--no-send"]]) {
        const { stdout } = await told(machine, first.url, ...command);
        expect(words(stdout)).toContain(
          `The additional destination ${second.url}/v1/traces: The file of the setting headersFile`,
        );
      }
    };
    await isTold();
    await oneTurn(machine, "also-wrong");
    await isTold();
    expect(machine.log()).toContain(`${second.url}/v1/traces: The file of the setting headersFile`);
    const { fault } = JSON.parse((await told(machine, first.url, "status", "--json")).stdout);
    expect(fault.message).toContain(`The additional destination ${second.url}/v1/traces: `);
    expect(first.requests.length).toBeGreaterThan(0);
  });

  test("that refuses is tested by doctor, and the first one's answer does not speak for it", async () => {
    const first = await collector();
    const second = await collector(() => ({ status: 401 }));
    const machine = lab(first.url);
    also(machine, { CCOTEL_ENDPOINT: second.url, CCOTEL_METRICS: "off" });
    await oneTurn(machine, "also-refuses");
    const { exitCode, stdout } = await told(machine, first.url, "doctor", "--json");
    expect(exitCode).toBe(1);
    const { findings, probes } = JSON.parse(stdout);
    const codes = findings.map(({ code }: { code: string }) => code);
    expect(codes).toContain("backend-refuses");
    expect(codes).toContain("delivery-stuck");
    expect(probes).toContainEqual(expect.objectContaining({ signal: "traces", kind: "success" }));
    expect(probes).toContainEqual(expect.objectContaining({ signal: "traces", kind: "blocked" }));
  });

  test.each([
    ["that is no JSON", "{"],
    ["whose entry is none", '{"format":1,"destinations":[7]}'],
  ])("in an also.json %s: everybody says so, and nothing is written over it", async (_, text) => {
    const first = await collector();
    const machine = lab(first.url);
    const file = join(machine.home.root, "also.json");
    writeFileSync(file, text);
    await oneTurn(machine, "also-damaged");
    expect(machine.log()).toContain(file);
    expect(words((await told(machine, first.url, "status")).stdout)).toContain(file);
    const doctor = await told(machine, first.url, "doctor", "--no-send");
    expect(doctor.stdout).toContain("additional-destination-wrong");
    const exported = await told(machine, first.url, "export", "--all");
    expect(exported).toMatchObject({ exitCode: 1 });
    expect(exported.stderr).toContain(file);
    const more = ["configure", "--also", "generic", "--endpoint", first.url, "--no-check"];
    const added = await told(machine, first.url, ...more);
    expect(added).toMatchObject({ exitCode: 2 });
    expect(added.stderr).toContain("--also off");
    expect(readFileSync(file, "utf8")).toBe(text);
    expect(await told(machine, first.url, "configure", "--also", "off")).toMatchObject({ exitCode: 0 });
    expect(await told(machine, first.url, ...more)).toMatchObject({ exitCode: 0 });
  });
});
