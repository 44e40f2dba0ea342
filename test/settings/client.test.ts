import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { configureText, uninstallText } from "../../src/settings/edit.ts";
import { installSkillsPlugin } from "../../src/settings/hooks/plugin.ts";
import { PRESETS } from "../../src/settings/presets/presets.ts";
import { resolvePreset } from "../../src/settings/presets/resolve.ts";
import { changeFor, readFixture } from "./fixtures.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "ccotel-client-"));
  mkdirSync(join(folder, "work"));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Runs the client with a temporary configuration folder, without network. */
function claude(...args: string[]): string {
  return execFileSync(process.env.CLAUDE_BIN ?? "", args, {
    cwd: join(folder, "work"),
    encoding: "utf8",
    stdio: ["ignore", "pipe", "pipe"],
    env: {
      PATH: process.env.PATH,
      HOME: folder,
      CLAUDE_CONFIG_DIR: folder,
      DISABLE_AUTOUPDATER: "1",
      CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: "1",
    },
  });
}

const settingsPath = () => join(folder, "settings.json");

// The real client has several hundred megabytes. Set CLAUDE_BIN to run these tests with it.
describe.skipIf(!process.env.CLAUDE_BIN)("the real client", () => {
  test("reports a wrong entry, so that the tests below can rely on its silence", () => {
    writeFileSync(
      settingsPath(),
      '{"hooks":{"Stop":[{"hooks":[{"type":"command","command":"x","timeout":"5"}]}]}}',
    );
    expect(claude("doctor")).toContain("Invalid settings");
  });

  test.each(PRESETS.map((preset) => [preset.name, preset] as const))(
    "accepts what %s writes",
    (_, preset) => {
      const fields = Object.fromEntries(
        Object.entries(preset.fields).map(([name, field]) => [
          name,
          field.oneOf?.[0] ?? field.default ?? field.example ?? "x",
        ]),
      );
      const { env } = resolvePreset(preset, { fields, native: ["metrics", "logs", "traces"] });
      const done = configureText('{"model":"opus"}', { ...changeFor(""), env });
      writeFileSync(settingsPath(), done.kind === "done" ? done.text : "");
      expect(claude("doctor")).not.toMatch(/Invalid settings|did not load|were skipped/);
    },
  );

  test("rewrites the file, and uninstall still finds all of ccotel's entries", () => {
    const before = readFixture("other-tools-hooks.before.json") ?? "";
    const done = configureText(before, changeFor(""));
    if (done.kind === "refused") throw new Error("refused");
    writeFileSync(settingsPath(), done.text);
    claude("plugin", "marketplace", "add", root);
    const rewritten = readFileSync(settingsPath(), "utf8");
    expect(rewritten).not.toBe(done.text);
    const left = uninstallText(rewritten, done.manifest);
    const { extraKnownMarketplaces, ...rest } = JSON.parse((left.kind === "done" && left.text) || "{}");
    expect(extraKnownMarketplaces).toBeDefined();
    expect(rest).toEqual(JSON.parse(before));
  });

  test("validates, installs and lists the plugin", () => {
    expect(claude("plugin", "validate", "--strict", root)).toContain("Validation passed");
    expect(claude("plugin", "validate", "--strict", join(root, "plugin", "ccotel"))).toContain(
      "Validation passed",
    );
    claude("plugin", "marketplace", "add", root);
    claude("plugin", "install", "ccotel@ccotel");
    expect(claude("plugin", "list")).toMatch(/ccotel@ccotel[\s\S]*enabled/);
  });

  test("loads the plugin from the skills folder", async () => {
    await installSkillsPlugin(folder, "0.1.0");
    expect(claude("plugin", "list")).toMatch(/ccotel@skills-dir[\s\S]*loaded/);
  });
});
