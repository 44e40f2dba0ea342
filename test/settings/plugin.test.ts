import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { ownScript } from "../../src/settings/hooks/hook-entry.ts";
import {
  installSkillsPlugin,
  pluginFiles,
  removeSkillsPlugin,
  skillsPluginFolder,
} from "../../src/settings/hooks/plugin.ts";

const root = new URL("../../", import.meta.url);
const { version } = JSON.parse(readFileSync(new URL("package.json", root), "utf8"));

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "ccotel plugin-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

describe("the plugin", () => {
  test.each(pluginFiles(version).map((file) => [file.path, file] as const))(
    "in the repository has the same %s as configure writes",
    (path, file) => {
      const url = new URL(`plugin/ccotel/${path}`, root);
      expect(readFileSync(url, "utf8")).toBe(file.text);
      if (process.platform !== "win32") expect((statSync(url).mode & 0o100) !== 0).toBe(file.executable);
    },
  );

  test("is in the marketplace", () => {
    const marketplace = JSON.parse(readFileSync(new URL(".claude-plugin/marketplace.json", root), "utf8"));
    expect(marketplace.plugins).toMatchObject([{ name: "ccotel", source: "./plugin/ccotel" }]);
  });

  test("has hooks that are not recognised as those of the settings", () => {
    const hooks = JSON.parse(pluginFiles(version)[1]?.text ?? "").hooks;
    expect(ownScript(hooks.Stop[0].hooks[0])).toBeUndefined();
  });

  test("can be added to the skills folder and removed, and another skill of that name stays", async () => {
    await installSkillsPlugin(folder, version);
    expect(readFileSync(join(skillsPluginFolder(folder), "hooks/hooks.json"), "utf8")).toContain(
      "SessionEnd",
    );
    expect(await removeSkillsPlugin(folder)).toBe(true);
    expect(await removeSkillsPlugin(folder)).toBe(false);
    mkdirSync(join(folder, "skills", "ccotel"), { recursive: true });
    writeFileSync(join(folder, "skills", "ccotel", "SKILL.md"), "mine");
    expect(await removeSkillsPlugin(folder)).toBe(false);
    expect(readFileSync(join(folder, "skills", "ccotel", "SKILL.md"), "utf8")).toBe("mine");
  });
});

describe.skipIf(process.platform === "win32")("the plugin's hook", () => {
  const run = (env: Record<string, string>) => {
    const command = JSON.parse(pluginFiles(version)[1]?.text ?? "").hooks.Stop[0].hooks[0].command;
    return spawnSync("/bin/sh", ["-c", command], {
      input: '{"session_id":"s"}',
      encoding: "utf8",
      env: { PATH: process.env.PATH ?? "", HOME: folder, ...env },
    });
  };

  test("runs the installed hook with the event and the input", async () => {
    await installSkillsPlugin(folder, version);
    const bin = join(folder, ".ccotel", "bin");
    mkdirSync(bin, { recursive: true });
    writeFileSync(join(bin, "hook.sh"), '#!/bin/sh\necho "$1" > "$HOME/seen"\ncat >> "$HOME/seen"\n');
    chmodSync(join(bin, "hook.sh"), 0o700);
    const { status, stdout, stderr } = run({ CLAUDE_PLUGIN_ROOT: skillsPluginFolder(folder) });
    expect([status, stdout, stderr]).toEqual([0, "", ""]);
    expect(readFileSync(join(folder, "seen"), "utf8")).toBe('Stop\n{"session_id":"s"}');
  });

  test("prints nothing if ccotel is not installed", async () => {
    await installSkillsPlugin(folder, version);
    const { status, stdout, stderr } = run({ CLAUDE_PLUGIN_ROOT: skillsPluginFolder(folder) });
    expect([status, stdout, stderr]).toEqual([0, "", ""]);
  });

  test("exits with 0 even if the plugin's folder is missing", () => {
    expect(run({ CLAUDE_PLUGIN_ROOT: join(folder, "gone") }).status).toBe(0);
  });
});
