// What becomes of sessions that are running while ccotel comes and goes. No screen may ever speak of a hook.

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
  test("is seen from the turn after configure on, and goes on after uninstall as if nothing had been", async () => {
    const lab = await createSetupLab(client);
    const terminal = await openTerminal(lab);
    await terminal.say("One");
    await until(() => lab.api.asked.some(({ prompt }) => prompt.includes("One")));
    await terminal.shows(/Done\./);
    expect(await configure(lab)).toMatchObject({ code: 0, stderr: "" });
    // The client looks for changes of its settings every second or two.
    await new Promise((resolve) => setTimeout(resolve, 3500));
    await terminal.say("Two");
    // Both turns: the transcript is read from its beginning.
    await until(() => turns(lab) === 2);

    const removing = lab.ccotel("uninstall", "--yes");
    await terminal.say("Three");
    expect(await removing).toMatchObject({ code: 0, stderr: "" });
    // Right behind the uninstall, when the scripts have just gone.
    await terminal.say("Four");
    await until(() => lab.api.asked.some(({ prompt }) => prompt.includes("Four")));
    await new Promise((resolve) => setTimeout(resolve, 1500));
    await terminal.shows(/Four/);
    await terminal.say("/exit");
    expect(await terminal.ended()).toBe(0);
  });

  test("shows nothing when the form changes, and no turn is there twice", async () => {
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
    // A running session does not load a new plugin: the next one brings what is left of this one.
    await lab.ccotel("export", "--all");
    const ids = lab.arrived.spans.map(({ spanId }) => spanId);
    expect(ids.length).toBe(new Set(ids).size);
    expect(turns(lab)).toBe(2);
  });
});
