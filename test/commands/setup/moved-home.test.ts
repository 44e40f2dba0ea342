// A home folder that is renamed, or copied to another machine, has the former paths in its settings and records.

import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { collector, spansOf } from "../../support/otlp-server.ts";
import { temporaryFolder } from "../../support/run-tool.ts";
import { type Machine, machine } from "../../support/setup-machine.ts";
import { SESSION, writeTranscript } from "../../support/transcripts/command-transcript.ts";
import { costState } from "../../support/transcripts/scripted-session.ts";

const BEFORE = '{\n  "statusLine": { "type": "command", "command": "echo mine" }\n}\n';

/** A machine with a token, native metrics and a status line, whose home folder is then renamed. */
async function movedHome() {
  const { url, requests } = await collector();
  const m = machine();
  m.putSettings(BEFORE);
  const secrets = ["--header", "x-team=abcdefgh1234", "--secrets", "file", "--native", "metrics"];
  const setup = ["configure", "--preset", "otel-collector", "--endpoint", url, ...secrets, "--statusline"];
  expect((await m.run([...setup, "--yes"])).exitCode).toBe(0);
  const homeDir = join(temporaryFolder(), "moved");
  renameSync(m.homeDir, homeDir);
  mkdirSync(m.homeDir);
  const run: Machine["run"] = (args) =>
    m.run(args, { homeDir, cwd: homeDir, env: { PATH: join(homeDir, "bin") } });
  const read = (...path: string[]) => m.read(join(homeDir, ...path));
  return { run, read, homeDir, formerHome: m.homeDir, requests };
}

test("configure adapts the whole setup of a home that has moved", async () => {
  const { run, read, homeDir, formerHome, requests } = await movedHome();
  expect((await run(["doctor"])).stdout).toContain("error script-missing");
  expect(await run(["configure", "--yes"])).toMatchObject({ exitCode: 0, stderr: "" });
  expect(requests.at(-1)?.headers["x-team"]).toBe("abcdefgh1234");

  const settings = read(".claude", "settings.json");
  expect(settings).not.toContain(formerHome);
  const { env, statusLine } = JSON.parse(settings);
  expect(env.CCOTEL_HEADERS_FILE).toBe(join(homeDir, ".ccotel", "headers"));
  expect(env.OTEL_METRICS_EXPORTER).toBe("otlp");
  expect(statusLine.command).toContain(join(homeDir, ".ccotel", "bin", "statusline.sh"));
  expect(read(".ccotel", "bin", "statusline-command").trim()).toBe("echo mine");
  expect((await run(["doctor"])).stdout).toContain("No problems found");
});

test.each([
  { name: "at once", first: [] },
  { name: "after another configure", first: [["configure", "--yes"]] },
])("uninstall restores the settings of a home that has moved, $name", async ({ first }) => {
  const { run, read } = await movedHome();
  for (const args of first) await run(args);
  expect((await run(["uninstall", "--yes"])).exitCode).toBe(0);
  expect(read(".claude", "settings.json")).toBe(BEFORE);
});

test("a new container continues with a state folder that is on the volume of ~/.claude", async () => {
  const { url, requests } = await collector();
  const m = machine();
  const state = join(m.homeDir, ".claude", "ccotel");
  const setup = ["configure", "--preset", "otel-collector", "--endpoint", url, "--yes"];
  expect((await m.run(setup, { env: { PATH: join(m.homeDir, "bin"), CCOTEL_HOME: state } })).exitCode).toBe(
    0,
  );
  const transcript = writeTranscript(join(m.homeDir, ".claude"), 1);
  await m.run(["export", "--all"]);

  const next = machine();
  renameSync(join(m.homeDir, ".claude"), join(next.homeDir, ".claude"));
  rmSync(m.homeDir, { recursive: true });
  renameSync(next.homeDir, m.homeDir);
  expect(readdirSync(m.homeDir).sort()).toEqual([".claude", "bin"]);
  expect((await m.run(["doctor"])).stdout).toContain("No problems found");
  // With the test span of `doctor`.
  const sent = spansOf(...requests).length;
  writeTranscript(join(m.homeDir, ".claude"), 2, [{ ...costState(), sessionId: SESSION }]);
  const { command, args } = JSON.parse(m.settings() ?? "").hooks.Stop[0].hooks[0];
  const event = { session_id: SESSION, transcript_path: transcript, hook_event_name: "SessionEnd" };
  const { status } = spawnSync(command, args, { input: JSON.stringify(event), env: { HOME: m.homeDir } });
  expect(status).toBe(0);
  await expect.poll(() => spansOf(...requests).length).toBeGreaterThan(sent);
  const ids = spansOf(...requests).map(({ spanId }) => spanId);
  expect(new Set(ids).size).toBe(ids.length);
  // The last file that the worker writes. Until then, the folder cannot be removed.
  const code = join(m.homeDir, ".claude", "ccotel", "worker-code.cache");
  await expect.poll(() => existsSync(code)).toBe(true);
});
