// The plugin in the real client: from the skills folder, from a marketplace, and together with hooks in the settings.

import { cpSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, inject, test } from "vitest";
import type { Client } from "../client/support/clients.ts";
import { createSetupLab, type SetupLab, spanNames } from "./support/setup-lab.ts";

const client = inject("clients").newest as Client;
const root = fileURLToPath(new URL("../..", import.meta.url));

const configure = (lab: SetupLab, ...more: string[]) =>
  lab.ccotel("configure", "--preset", "otel-collector", "--endpoint", lab.backend.url, "--yes", ...more);

async function installFromMarketplace(lab: SetupLab): Promise<void> {
  for (const args of [
    ["marketplace", "add", root],
    ["install", "ccotel@ccotel"],
  ]) {
    const { code, stderr } = await lab.claude("plugin", ...args);
    expect(code, stderr).toBe(0);
  }
}

/** Expects all spans of one session, each once. */
function expectOneSession(lab: SetupLab): void {
  const names = spanNames(lab.arrived);
  expect(names).toEqual(expect.arrayContaining(["claude_code.session", "invoke_agent claude-code"]));
  const ids = lab.arrived.spans.map(({ spanId }) => spanId);
  expect(ids.length).toBe(new Set(ids).size);
  expect(names.filter((name) => name === "claude_code.session")).toHaveLength(1);
}

async function expectSilence(lab: SetupLab): Promise<void> {
  lab.forget();
  await lab.session();
  expect(lab.arrived).toEqual({ spans: [], metrics: [], logs: 0 });
}

describe.skipIf(client === undefined)("the plugin", () => {
  test("works from the skills folder, without a hook in the settings", async () => {
    const lab = await createSetupLab(client);
    const before = '{ "model": "sonnet" }';
    writeFileSync(lab.settingsPath, before);
    expect(await configure(lab, "--plugin", "--native", "metrics,logs")).toMatchObject({
      code: 0,
      stderr: "",
    });
    expect(JSON.parse(readFileSync(lab.settingsPath, "utf8")).hooks).toBeUndefined();
    expect((await lab.claude("plugin", "list")).stdout).toMatch(/ccotel@skills-dir[\s\S]*loaded/);
    await lab.session();
    expectOneSession(lab);
    expect(lab.arrived.metrics).toContain("claude_code.session.count");

    expect(await lab.ccotel("uninstall", "--yes")).toMatchObject({ code: 0, stderr: "" });
    expect(readFileSync(lab.settingsPath, "utf8")).toBe(before);
    expect(existsSync(join(lab.configDir, "skills", "ccotel"))).toBe(false);
    await expectSilence(lab);
  });

  test("works from a marketplace, and prints nothing if ccotel is not installed", async () => {
    const lab = await createSetupLab(client);
    await installFromMarketplace(lab);
    // Nothing is set up yet: the plugin's hooks exit and print nothing.
    await expectSilence(lab);
    const before = readFileSync(lab.settingsPath, "utf8");
    expect(await configure(lab, "--plugin")).toMatchObject({ code: 0, stderr: "" });
    expect(existsSync(join(lab.configDir, "skills", "ccotel"))).toBe(false);
    await lab.session();
    expectOneSession(lab);

    const { code, stderr } = await lab.ccotel("uninstall", "--yes");
    expect({ code, stderr }).toEqual({
      code: 0,
      stderr: "The plugin is Claude Code's to remove: claude plugin uninstall ccotel@ccotel\n",
    });
    expect(readFileSync(lab.settingsPath, "utf8")).toBe(before);
    await expectSilence(lab);
    expect((await lab.claude("plugin", "uninstall", "ccotel@ccotel")).code).toBe(0);
    await expectSilence(lab);
  });

  test("delivers nothing twice together with hooks in the settings", async () => {
    const lab = await createSetupLab(client);
    await configure(lab);
    await installFromMarketplace(lab);
    // The plugin is also in the skills folder: three hooks run for every event.
    cpSync(join(root, "plugin", "ccotel"), join(lab.configDir, "skills", "ccotel"), { recursive: true });
    const doctor = JSON.parse((await lab.ccotel("doctor", "--json")).stdout);
    expect(doctor.findings.map(({ code }: { code: string }) => code)).toContain("installed-twice");
    lab.forget();
    await lab.session();
    expectOneSession(lab);
    expect(spanNames(lab.arrived).filter((name) => name === "invoke_agent claude-code")).toHaveLength(1);
  });

  test("finds ccotel's folder in another place", async () => {
    const lab = await createSetupLab(client, {});
    const home = join(lab.folder, "elsewhere", "ccotel");
    lab.env.CCOTEL_HOME = home;
    expect(await configure(lab, "--plugin")).toMatchObject({ code: 0, stderr: "" });
    delete lab.env.CCOTEL_HOME;
    await lab.print("Hello");
    const { stdout } = await lab.ccotel("status", "--json");
    expect(JSON.parse(stdout).home).toBe(home);
    expect(existsSync(join(home, "sessions"))).toBe(true);
  });
});
