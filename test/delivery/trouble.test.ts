// Trouble with one signal, or at one destination, is kept apart from the rest, and shown.

import { readFileSync } from "node:fs";
import { beforeAll, expect, test } from "vitest";
import { buildWorker, type Lab, lab } from "../support/lab.ts";
import { collector } from "../support/otlp-server.ts";
import { runTool } from "../support/run-tool.ts";
import { scribe } from "../support/transcript.ts";

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
