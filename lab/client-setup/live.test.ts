// Sessions that run while ccotel is installed and uninstalled. No screen may ever mention a hook.

import { describe, expect, inject, test } from "vitest";
import type { Client } from "../client/support/clients.ts";
import { until } from "../client/support/lab.ts";
import { hasTmux, openTerminal } from "../client/support/terminal.ts";
import { createSetupLab, type SetupLab, spanNames } from "./support/setup-lab.ts";

const client = inject("clients").newest as Client;

const configure = (lab: SetupLab, ...more: string[]) =>
  lab.ccotel("configure", "--preset", "otel-collector", "--endpoint", lab.backend.url, "--yes", ...more);
const turns = (lab: SetupLab) =>
  spanNames(lab.arrived).filter((name) => name === "invoke_agent claude-code").length;

describe.skipIf(client === undefined || !hasTmux)("a session that is running", () => {
  test("is delivered from the turn after configure, and continues without a message after uninstall", async () => {
    const lab = await createSetupLab(client);
    const terminal = await openTerminal(lab);
    await terminal.say("One");
    await until(() => lab.api.asked.some(({ prompt }) => prompt.includes("One")));
    await terminal.shows(/Done\./);
    expect(await configure(lab)).toMatchObject({ code: 0, stderr: "" });
    // The client checks its settings for changes every second or two.
    await new Promise((resolve) => setTimeout(resolve, 3500));
    await terminal.say("Two");
    // Both turns arrive: ccotel reads the transcript from its beginning.
    await until(() => turns(lab) === 2);

    const removing = lab.ccotel("uninstall", "--yes");
    await terminal.say("Three");
    expect(await removing).toMatchObject({ code: 0, stderr: "" });
    // Directly after the uninstall, which removes the scripts.
    await terminal.say("Four");
    await until(() => lab.api.asked.some(({ prompt }) => prompt.includes("Four")));
    await new Promise((resolve) => setTimeout(resolve, 1500));
    await terminal.shows(/Four/);
    await terminal.say("/exit");
    expect(await terminal.ended()).toBe(0);
  });

  test("shows no message if configure changes to the plugin, and no turn arrives twice", async () => {
    const lab = await createSetupLab(client);
    await configure(lab);
    const terminal = await openTerminal(lab);
    await terminal.say("One");
    await until(() => turns(lab) === 1);
    expect(await configure(lab, "--plugin")).toMatchObject({ code: 0 });
    await terminal.say("Two");
    await until(() => lab.api.asked.some(({ prompt }) => prompt.includes("Two")));
    await new Promise((resolve) => setTimeout(resolve, 1500));
    await terminal.say("/exit");
    expect(await terminal.ended()).toBe(0);
    await lab.delivered();
    // A running session does not load a new plugin. A later session or export sends the rest of this one.
    await lab.ccotel("export", "--all");
    const ids = lab.arrived.spans.map(({ spanId }) => spanId);
    expect(ids.length).toBe(new Set(ids).size);
    expect(turns(lab)).toBe(2);
  });
});
