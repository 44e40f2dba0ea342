// ccotel in the settings of the real client: set up, in use, and uninstalled.

import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, inject, test } from "vitest";
import type { Client } from "../client/support/clients.ts";
import { createSetupLab, type SetupLab, spanNames } from "./support/setup-lab.ts";

const { newest, older } = inject("clients");
const clients = [...(newest === undefined ? [] : [newest]), ...older];
const client = newest as Client;

/** Settings that a user wrote by hand. They contain nothing that a client corrects by itself. */
const BEFORE = '{\n    "env": {"EDITOR": "vi"},\n    "permissions": { "deny": [ ] }, "cleanupPeriodDays":60}';

const configure = (lab: SetupLab, ...more: string[]) =>
  lab.ccotel("configure", "--preset", "otel-collector", "--endpoint", lab.backend.url, "--yes", ...more);

describe.each(clients)("the settings of $version", (each) => {
  test("are set up with one command, and restored with another", async () => {
    const lab = await createSetupLab(each);
    writeFileSync(lab.settingsPath, BEFORE);
    const configured = await configure(lab, "--native", "metrics,logs");
    expect(configured).toMatchObject({ code: 0, stderr: "" });
    expect(lab.arrived.spans.map(({ name }) => name)).toEqual(["ccotel.test"]);

    await lab.session();
    expect(spanNames(lab.arrived)).toEqual(
      expect.arrayContaining(["claude_code.session", "invoke_agent claude-code"]),
    );
    // Native metrics and logs, and ccotel's, which have other names.
    expect(lab.arrived.metrics).toEqual(
      expect.arrayContaining(["claude_code.token.usage", "claude_code.cost.usage", "ccotel.turns"]),
    );
    expect(lab.arrived.logs).toBeGreaterThan(0);
    const status = JSON.parse((await lab.ccotel("status", "--json")).stdout);
    expect(status).toMatchObject({
      client: each.version,
      backlog: { turns: 0, events: 0 },
      sessions: [{ lastDelivery: { rejected: 0 } }],
    });
    expect(status.sessions[0].lastDelivery.spans).toBeGreaterThan(0);
    const doctor = await lab.ccotel("doctor");
    expect(doctor, doctor.stdout).toMatchObject({ code: 0, stderr: "" });

    const { code, stderr } = await lab.ccotel("uninstall", "--yes");
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(readFileSync(lab.settingsPath, "utf8")).toBe(BEFORE);
    lab.forget();
    await lab.session();
    expect(lab.arrived).toEqual({ spans: [], metrics: [], logs: 0 });
    expect(existsSync(lab.home.inbox) && lab.log()).toBe("");
  });
});

describe.skipIf(client === undefined)("what configure writes", () => {
  test("is accepted by claude doctor", async () => {
    const lab = await createSetupLab(client);
    await configure(lab, "--native", "metrics,logs", "--content", "full", "--trace-scope", "turn");
    const { stdout } = await lab.claude("doctor");
    expect(stdout).not.toMatch(/Invalid settings|did not load|were skipped/);
    writeFileSync(
      lab.settingsPath,
      '{"hooks":{"Stop":[{"hooks":[{"type":"command","command":"x","timeout":"5"}]}]}}',
    );
    expect((await lab.claude("doctor")).stdout).toContain("Invalid settings");
  });

  test("can be uninstalled after the client has rewritten the file", async () => {
    const lab = await createSetupLab(client);
    writeFileSync(lab.settingsPath, BEFORE);
    await configure(lab, "--native", "metrics,logs");
    const written = readFileSync(lab.settingsPath, "utf8");
    const root = fileURLToPath(new URL("../..", import.meta.url));
    expect((await lab.claude("plugin", "marketplace", "add", root)).code).toBe(0);
    expect(readFileSync(lab.settingsPath, "utf8")).not.toBe(written);
    expect(await lab.ccotel("uninstall", "--yes")).toMatchObject({ code: 0, stderr: "" });
    const { extraKnownMarketplaces, ...rest } = JSON.parse(readFileSync(lab.settingsPath, "utf8"));
    expect(extraKnownMarketplaces).toBeDefined();
    expect(rest).toEqual(JSON.parse(BEFORE));
    lab.forget();
    await lab.session();
    expect(lab.arrived).toEqual({ spans: [], metrics: [], logs: 0 });
  });

  test("does not need the package that wrote it", async () => {
    const lab = await createSetupLab(client);
    await configure(lab);
    // The settings name only files in ccotel's own folder.
    const { hooks } = JSON.parse(readFileSync(lab.settingsPath, "utf8"));
    expect(JSON.stringify(hooks)).not.toContain(join("dist", "hook.sh"));
    expect(hooks.Stop[0].hooks[0].args).toContain(join(lab.home.bin, "hook.sh"));
  });

  test("keeps a token out of the settings, and delivers with it", async () => {
    const lab = await createSetupLab(client);
    await configure(lab, "--header", "x-key=0123456789abcdef");
    expect(readFileSync(lab.settingsPath, "utf8")).not.toContain("0123456789abcdef");
    await lab.session();
    expect(spanNames(lab.arrived)).toContain("claude_code.session");
    expect(lab.arrived.metrics).not.toContain("claude_code.session.count");
  });
});
