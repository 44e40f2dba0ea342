import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, onTestFinished, test } from "vitest";
import { check } from "../../src/doctor/checks/checks.ts";
import { flagsOf, mayClientRun, readClientVersion, readRunningFlags } from "../../src/doctor/facts/client.ts";
import { measureClockSkew, skewOf } from "../../src/doctor/facts/clock.ts";
import { gatherFacts } from "../../src/doctor/facts/gather.ts";
import type { Machine } from "../../src/doctor/facts/machine.ts";
import { configureText } from "../../src/settings/edit.ts";
import { hookRegistrations } from "../../src/settings/hooks/hook-entry.ts";
import { installSkillsPlugin } from "../../src/settings/hooks/plugin.ts";
import { installFiles, saveManifest } from "../../src/settings/installation/install.ts";
import { holdClock } from "../support/hold-clock.ts";

let homeDir: string;
beforeEach(async () => {
  homeDir = await mkdtemp(join(tmpdir(), "ccotel-doctor-"));
});
afterEach(() => rm(homeDir, { recursive: true }));

const settingsPath = () => join(homeDir, ".claude", "settings.json");

async function put(path: string, content: unknown, mode = 0o600): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, typeof content === "string" ? content : JSON.stringify(content), { mode });
}

function machine(env: Record<string, string> = {}): Machine {
  const managed = join(homeDir, "etc");
  return {
    platform: process.platform,
    homeDir,
    env: { PATH: join(homeDir, "bin"), ...env },
    folder: join(homeDir, "src", "app"),
    version: "0.1.0",
    nowMs: Date.now(),
    managed: { file: join(managed, "managed-settings.json"), folder: join(managed, "managed-settings.d") },
  };
}

/** A machine as `configure` leaves it, with a client that only knows its version. */
async function configure(
  env: Record<string, string> = { CCOTEL_ENDPOINT: "http://localhost:4318" },
): Promise<void> {
  await put(join(homeDir, "bin", "claude"), "#!/bin/sh\necho '2.1.329 (Claude Code)'\n", 0o755);
  const home = join(homeDir, ".ccotel");
  const bin = join(home, "bin");
  await installFiles(home, [{ name: "hook.sh", text: "#!/bin/sh\n", executable: true }], {
    version: "0.1.0",
    node: process.execPath,
  });
  const hooks = hookRegistrations({ bin, platform: "linux", node: process.execPath, client: [2, 1, 329] });
  const done = configureText(null, { env, hooks, bin });
  if (done.kind === "refused") throw new Error("refused");
  await put(settingsPath(), done.text);
  await saveManifest(home, settingsPath(), done.manifest);
}

const codes = async (where = machine()) => check(await gatherFacts(where)).map(({ code }) => code);

describe.skipIf(process.platform === "win32")("a machine", () => {
  test("that configure has set up has no findings", async () => {
    await configure();
    const facts = await gatherFacts(machine());
    expect(facts.client).toEqual([2, 1, 329]);
    expect(facts.nodeVersion).toBe(process.version);
    expect(check(facts)).toEqual([]);
  });

  test("without ccotel and Claude Code has findings for the hooks, the endpoint and the client", async () => {
    expect(await codes()).toEqual(
      expect.arrayContaining(["not-installed", "unconfigured", "client-missing"]),
    );
  });

  test("with a broken settings file has a finding with the line and column", async () => {
    await configure();
    await put(settingsPath(), '{\n  "a": 1,\n}');
    const findings = check(await gatherFacts(machine()));
    expect(findings[0]).toMatchObject({
      code: "settings-unreadable",
      args: { path: settingsPath(), line: 2, column: 9 },
    });
    expect(findings.map(({ code }) => code)).not.toContain("not-installed");
  });

  test("with a folder in the place of its settings has a finding that says so", async () => {
    await mkdir(settingsPath(), { recursive: true });
    expect(check(await gatherFacts(machine()))[0]).toMatchObject({
      code: "settings-unreadable",
      args: { path: settingsPath(), reason: `${settingsPath()} is not a regular file` },
    });
  });

  test("with managed settings is checked as Claude Code merges them: the file first, then the parts by name", async () => {
    await configure();
    const etc = join(homeDir, "etc");
    const only = async (file: boolean, ...parts: boolean[]) => {
      await put(join(etc, "managed-settings.json"), { allowManagedHooksOnly: file });
      for (const [index, part] of parts.entries())
        await put(join(etc, "managed-settings.d", `${index}.json`), { allowManagedHooksOnly: part });
      return (await codes()).includes("managed-hooks-only");
    };
    expect(await only(true)).toBe(true);
    expect(await only(true, false)).toBe(false);
    expect(await only(false, false, true)).toBe(true);
    await put(join(etc, "managed-settings.json"), { disableAllHooks: true });
    expect(await codes()).toContain("hooks-disabled");
    await put(join(etc, "managed-settings.d", "9.json"), { disableAllHooks: false });
    expect(await codes()).not.toContain("hooks-disabled");
  });

  test("with managed settings is checked in all of their files", async () => {
    await configure();
    await put(join(homeDir, "etc", "managed-settings.d", "20-hooks.json"), { allowManagedHooksOnly: true });
    expect(await codes()).toContain("managed-hooks-only");
  });

  test("that only an administrator has set up has no findings", async () => {
    await configure();
    const [settings, managed] = [settingsPath(), join(homeDir, "etc", "managed-settings.json")];
    const written = JSON.parse(await readFile(settings, "utf8"));
    await put(managed, { ...written, allowManagedHooksOnly: true });
    await rm(settings);
    await rm(join(homeDir, ".ccotel", "installation.json"));
    const facts = await gatherFacts(machine());
    expect(check(facts)).toEqual([]);
    expect(facts.config.sources["traces.endpoint"]).toEqual({ kind: "managed", name: "CCOTEL_ENDPOINT" });
  });

  test("whose work folder is the home folder, or a link to it, does not take the user's settings for a project's", async () => {
    await configure();
    expect(await codes({ ...machine(), folder: homeDir })).toEqual([]);
    const linked = `${homeDir}-linked`;
    await symlink(homeDir, linked);
    try {
      expect(await codes({ ...machine(), folder: linked })).toEqual([]);
    } finally {
      await rm(linked);
    }
    await put(join(homeDir, ".claude", "settings.local.json"), { env: { CCOTEL_CONTENT: "full" } });
    expect(await codes({ ...machine(), folder: homeDir })).toEqual(["ccotel-env-in-project"]);
  });

  test("with a project that changes settings is checked in this project", async () => {
    await configure();
    await put(join(homeDir, "src", "app", ".claude", "settings.json"), { disableAllHooks: true });
    await put(join(homeDir, "src", "app", ".claude", "settings.local.json"), {
      env: { OTEL_LOGS_EXPORTER: "otlp" },
    });
    expect(await codes()).toEqual(expect.arrayContaining(["hooks-disabled", "env-ignored"]));
  });

  test("with a missing or non-executable script has a finding for it", async () => {
    await configure();
    await rm(join(homeDir, ".ccotel", "bin", "hook.sh"));
    expect(await codes()).toContain("script-missing");
    await configure();
    await chmod(join(homeDir, ".ccotel", "bin", "hook.sh"), 0o600);
    expect(await codes()).toContain("script-not-executable");
  });

  test("with both forms of the plugin has a finding", async () => {
    await configure();
    await installSkillsPlugin(join(homeDir, ".claude"), "0.1.0");
    const { plugins } = await gatherFacts(machine());
    expect(plugins).toEqual([{ id: "ccotel@skills-dir", enabled: true }]);
    await put(join(homeDir, ".claude", "plugins", "installed_plugins.json"), {
      plugins: { "ccotel@ccotel": [], "x@y": [] },
    });
    expect((await gatherFacts(machine())).plugins).toEqual([
      { id: "ccotel@ccotel", enabled: false },
      { id: "ccotel@skills-dir", enabled: true },
    ]);
    expect(await codes()).toContain("installed-twice");
  });

  test("has the trust of its folder from the client's file", async () => {
    const { folder } = machine();
    const trust = (projects: Record<string, boolean>) =>
      put(join(homeDir, ".claude.json"), {
        projects: Object.fromEntries(
          Object.entries(projects).map(([path, value]) => [path, { hasTrustDialogAccepted: value }]),
        ),
      });
    const trusted = async () => (await gatherFacts(machine())).folderTrusted;
    expect(await trusted()).toBeUndefined();
    await trust({ [folder]: false });
    expect(await trusted()).toBe(false);
    await trust({ [folder]: false, [dirname(folder)]: true });
    expect(await trusted()).toBe(true);
  });

  test("with a token in a readable file, or an unreadable headers file, has a finding", async () => {
    await configure({ CCOTEL_ENDPOINT: "http://localhost:4318", CCOTEL_HEADERS: "Authorization=Bearer%20x" });
    await chmod(settingsPath(), 0o644);
    expect(await codes()).toContain("settings-exposed");
    await configure({ CCOTEL_ENDPOINT: "http://localhost:4318", CCOTEL_HEADERS_FILE: "/nowhere" });
    expect(await codes()).toContain("headers-wrong");
  });

  test("with a moved folder of Claude Code is checked in that folder", async () => {
    await configure();
    const moved = machine({ CLAUDE_CONFIG_DIR: join(homeDir, "moved") });
    expect((await gatherFacts(moved)).userSettingsPath).toBe(join(homeDir, "moved", "settings.json"));
    expect(await codes(moved)).toEqual(expect.arrayContaining(["not-installed", "config-dir-differs"]));
  });

  test("has the client that CLAUDE_BIN names", async () => {
    await put(join(homeDir, "other"), "#!/bin/sh\necho 'claude 1.0.128'\n", 0o755);
    expect(await readClientVersion(machine({ CLAUDE_BIN: join(homeDir, "other") }))).toEqual([1, 0, 128]);
    expect(await readClientVersion(machine())).toBeUndefined();
  });
});

describe("flags of running clients", () => {
  test("include only those that matter for hooks and transcripts", () => {
    expect(
      flagsOf([
        [
          "/usr/local/bin/claude",
          "-p",
          "what does --bare mean, and my key is sk-1",
          "--no-session-persistence",
        ],
        ["node", "/x/claude-code/cli.js", "--setting-sources", "project", "--setting-sources=local"],
        ["claude", "--bare"],
        ["claude", "--bare"],
        ["vim", "--restricted"],
      ]),
    ).toEqual(["--no-session-persistence", "--setting-sources=project", "--setting-sources=local", "--bare"]);
  });

  // Only Linux shows the environment of a process.
  test.runIf(process.platform === "linux")(
    "are those of clients with the same configuration folder",
    async () => {
      const program = join(homeDir, "claude");
      await put(program, "#!/bin/sh\necho started\nread _\n", 0o755);
      const starts = async (flag: string, env: Record<string, string>) => {
        const child = spawn(program, [flag], { env, stdio: ["pipe", "pipe", "ignore"] });
        onTestFinished(() => void child.stdin.end());
        await once(child.stdout, "data");
      };
      const elsewhere = join(homeDir, "other");
      await starts("--bare", { HOME: homeDir });
      await starts("--safe-mode", { HOME: elsewhere });
      await starts("--restricted", { HOME: homeDir, CLAUDE_CONFIG_DIR: elsewhere });
      expect(await readRunningFlags(machine())).toEqual(["--bare"]);
      expect(await readRunningFlags(machine({ CLAUDE_CONFIG_DIR: elsewhere }))).toEqual(["--restricted"]);
      expect(await readRunningFlags(machine({ CLAUDE_CONFIG_DIR: `${elsewhere}/` }))).toEqual([
        "--restricted",
      ]);
      expect(await mayClientRun(machine({ CLAUDE_CONFIG_DIR: join(homeDir, "unused") }))).toBe(false);
    },
  );
});

describe("the clock", () => {
  test("is compared with the date of a response", async () => {
    holdClock();
    const server = createServer((_, response) => {
      response.sendDate = false;
      response.setHeader("Date", new Date(Date.now() - 90_000).toUTCString()).end();
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    // A date has no fraction of a second, so half a second is the best guess.
    expect(await measureClockSkew(`http://127.0.0.1:${port}/v1/traces`)).toBe(89_500);
    server.close();
  });

  test("is not compared without a response or a date", async () => {
    expect(await measureClockSkew("http://127.0.0.1:1/v1/traces")).toBeUndefined();
    expect(skewOf(null, 0)).toBeUndefined();
    expect(skewOf("soon", 0)).toBeUndefined();
    expect(skewOf("Thu, 01 Jan 1970 00:00:10 GMT", 10_500)).toBe(0);
  });
});
