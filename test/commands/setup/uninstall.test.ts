import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, test } from "vitest";
import { listBackups } from "../../../src/settings/file.ts";
import { type Machine, machine, person } from "../../support/setup-machine.ts";

const configure = async (m: Machine, ...more: string[]) => {
  const { exitCode, stderr } = await m.run([
    "configure",
    "--preset",
    "otel-collector",
    "--yes",
    "--no-check",
    ...more,
  ]);
  expect(exitCode, stderr).toBe(0);
};

describe("uninstall", () => {
  test.each(["plain", "crlf", "tabs", "other-tools-hooks", "env-already-there", "empty-file"])(
    "restores %s byte for byte",
    async (name) => {
      const before = readFileSync(
        new URL(`../../../fixtures/settings/${name}.before.json`, import.meta.url),
        "utf8",
      );
      const m = machine();
      m.putSettings(before);
      await configure(m, "--native", "metrics,logs", "--content", "details");
      expect(m.settings()).not.toBe(before);
      const { exitCode, stdout } = await m.run(["uninstall", "--yes"]);
      expect(exitCode).toBe(0);
      expect(stdout).toContain(`Restored: ${m.settingsPath}\n`);
      expect(m.settings()).toBe(before);
    },
  );

  it("removes a settings file that did not exist before, the programs and the token, and keeps the state", async () => {
    const m = machine();
    await configure(m, "--header", "x-key=0123456789abcdef");
    mkdirSync(join(m.state, "sessions"));
    writeFileSync(join(m.state, "sessions", "a.json"), "{}");
    const { stdout } = await m.run(["uninstall", "--yes"]);
    expect(stdout).toContain("(removed)");
    expect(m.settings()).toBeNull();
    expect(m.files()).toEqual([
      ".ccotel/installation.json",
      ".ccotel/sessions/a.json",
      expect.stringMatching(/^\.claude\/settings\.json\.ccotel-.*\.bak$/),
    ]);
    expect(JSON.parse(m.read(join(m.state, "installation.json")))).toMatchObject({ files: [], settings: {} });
  });

  it("names the hooks in settings that configure did not write, and status forgets the preset", async () => {
    const m = machine();
    await configure(m);
    const project = join(m.homeDir, "shop");
    const theirs = join(project, ".claude", "settings.json");
    mkdirSync(join(project, ".claude"), { recursive: true });
    writeFileSync(theirs, m.settings() ?? "");
    const { exitCode, stderr } = await m.run(["uninstall", "--yes"], { cwd: project });
    const said = `Hooks of ccotel stay in ${theirs}, which configure did not write: sessions may still be sent.\n`;
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: said });
    expect((await m.run(["uninstall", "--yes"], { cwd: project })).stderr).toContain(said);
    expect((await m.run(["uninstall", "--yes"])).stderr).toBe("");
    const { stdout } = await m.run(["status", "--json"], { cwd: project });
    expect(JSON.parse(stdout)).toMatchObject({ installed: [{ path: theirs }] });
    expect(JSON.parse(stdout).preset).toBeUndefined();
  });

  it("keeps the service instance id for the next setup", async () => {
    const m = machine();
    await configure(m);
    const id = () => JSON.parse(m.read(join(m.state, "installation.json"))).serviceInstanceId;
    const before = id();
    await m.run(["uninstall", "--yes"]);
    await configure(m);
    expect(id()).toBe(before);
  });

  it("removes everything with --purge, also the backups", async () => {
    const m = machine();
    m.putSettings("{}");
    await configure(m);
    const { exitCode } = await m.run(["uninstall", "--yes", "--purge"]);
    expect(exitCode).toBe(0);
    expect(m.files()).toEqual([join(".claude", "settings.json")]);
    expect(await listBackups(m.settingsPath)).toEqual([]);
    expect((await m.run(["uninstall", "--yes", "--purge"])).exitCode).toBe(0);
  });

  it("changes none of several settings files if one of them is read-only", async () => {
    const m = machine();
    await configure(m);
    const other = join(m.homeDir, "other");
    mkdirSync(other);
    const env = { CLAUDE_CONFIG_DIR: other };
    await m.run(["configure", "--preset", "otel-collector", "--yes", "--no-check"], { env });
    chmodSync(join(other, "settings.json"), 0o444);
    const before = [m.settings(), m.files()];
    const { exitCode, stderr } = await m.run(["uninstall", "--yes"]);
    expect(exitCode).toBe(2);
    expect(stderr).toContain(`${join(other, "settings.json")} is read-only`);
    expect([m.settings(), m.files()]).toEqual(before);
  });

  it("leaves a setting that was changed since, and names it", async () => {
    const m = machine();
    await configure(m);
    m.putSettings((m.settings() ?? "").replace("localhost:4318", "elsewhere:4318"));
    const { stderr } = await m.run(["uninstall", "--yes"]);
    expect(stderr).toContain(`left alone: env.CCOTEL_ENDPOINT in ${m.settingsPath}.`);
    expect(m.env()).toEqual({ CCOTEL_ENDPOINT: "http://elsewhere:4318" });
  });

  test.each([[], ["--purge"]])("leaves such a setting also when it runs again %s", async (...more) => {
    const m = machine();
    await configure(m);
    m.putSettings((m.settings() ?? "").replace("localhost:4318", "elsewhere:4318"));
    await m.run(["uninstall", "--yes", ...more]);
    const left = m.settings();
    const again = await m.run(["uninstall", "--yes", ...more]);
    expect(again.exitCode).toBe(0);
    expect(again.stderr).toContain(`left alone: env.CCOTEL_ENDPOINT in ${m.settingsPath}.`);
    expect(m.settings()).toBe(left);
    expect(m.env()).toEqual({ CCOTEL_ENDPOINT: "http://elsewhere:4318" });
  });

  it("removes the plugin from the skills folder", async () => {
    const m = machine();
    await configure(m, "--plugin");
    const { stdout } = await m.run(["uninstall", "--yes"]);
    expect(stdout).toContain(`Removed:  ${join(m.homeDir, ".claude", "skills", "ccotel")}`);
    expect(existsSync(join(m.homeDir, ".claude", "skills", "ccotel"))).toBe(false);
  });

  it("says how to remove a plugin from a marketplace", async () => {
    const m = machine();
    const list = join(m.homeDir, ".claude", "plugins", "installed_plugins.json");
    mkdirSync(join(m.homeDir, ".claude", "plugins"), { recursive: true });
    writeFileSync(list, JSON.stringify({ plugins: { "ccotel@ccotel": [] } }));
    const { stderr } = await m.run(["uninstall", "--yes"]);
    expect(stderr).toContain("claude plugin uninstall ccotel@ccotel");
  });

  it("works on every settings file that ccotel was configured in", async () => {
    const m = machine();
    const other = { env: { PATH: join(m.homeDir, "bin"), CLAUDE_CONFIG_DIR: join(m.homeDir, "work") } };
    await configure(m);
    await m.run(["configure", "--preset", "jaeger", "--yes", "--no-check"], other);
    expect(existsSync(join(m.homeDir, "work", "settings.json"))).toBe(true);
    await m.run(["uninstall", "--yes", "--purge"]);
    expect(m.files()).toEqual([]);
  });

  it("changes nothing if the settings file cannot be edited", async () => {
    const m = machine();
    await configure(m);
    const broken = `${m.settings()},`;
    m.putSettings(broken);
    const { exitCode, stderr } = await m.run(["uninstall", "--yes"]);
    expect(exitCode).toBe(2);
    expect(stderr).toContain("cannot be edited");
    expect(m.settings()).toBe(broken);
    expect(existsSync(join(m.state, "bin", "hook.sh"))).toBe(true);
  });

  it("shows the change and writes nothing with --dry-run", async () => {
    const m = machine();
    await configure(m);
    const before = m.files();
    const { exitCode, stdout } = await m.run(["uninstall", "--dry-run"]);
    expect(exitCode).toBe(0);
    expect(stdout).toContain('-    "CCOTEL_ENDPOINT"');
    expect(m.files()).toEqual(before);
  });

  it("says so if nothing is installed", async () => {
    const m = machine();
    m.putSettings("{}");
    const { exitCode, stdout } = await m.run(["uninstall", "--yes"]);
    expect({ exitCode, stdout }).toEqual({
      exitCode: 0,
      stdout: `Nothing of ccotel is in ${m.settingsPath}.\n`,
    });
  });

  it("asks first, needs --yes without a terminal, and rejects --purge with --keep-state", async () => {
    const m = machine();
    await configure(m);
    const before = m.settings();
    const { atTerminal, asked } = person([false]);
    expect((await m.run(["uninstall"], atTerminal)).exitCode).toBe(1);
    expect(asked()[0]?.question).toBe("Take this out?");
    expect(m.settings()).toBe(before);
    const withoutTerminal = await m.run(["uninstall"]);
    expect(withoutTerminal).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining("Pass --yes to confirm"),
    });
    const opposites = await m.run(["uninstall", "--yes", "--purge", "--keep-state"]);
    expect(opposites).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining("the opposite of each other"),
    });
  });
});
