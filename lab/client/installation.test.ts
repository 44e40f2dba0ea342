import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { describe, expect, inject, test } from "vitest";
import { expectDelivered, outcomes } from "./support/backfill.ts";
import type { Client } from "./support/clients.ts";
import { dist } from "./support/installation.ts";
import { createLab, type Lab } from "./support/lab.ts";
import { agent, bash } from "./support/messages-api.ts";
import { hasTmux, openTerminal } from "./support/terminal.ts";

const client = inject("clients").newest as Client;

/** Runs the command line as the user of the lab, with `claude` on the path. */
async function ccotel(lab: Lab, ...args: string[]): Promise<void> {
  const env = { ...lab.env, PATH: `${dirname(lab.client.bin)}:${lab.env.PATH}` };
  await promisify(execFile)(process.execPath, [join(dist, "ccotel.cjs"), ...args], { env });
}

describe.skipIf(client === undefined)("ccotel configure", () => {
  test("is enough to deliver all later turns, and export delivers the earlier ones", async () => {
    const lab = await createLab({ client, hooks: "none", script: [{}, {}] });
    await lab.print("Before");
    await ccotel(lab, "configure", "--endpoint", lab.backend.url, "--yes");
    lab.backend.spans.length = 0;
    await lab.print("After");
    await lab.delivered();
    // ccotel sends earlier turns only on request.
    await ccotel(lab, "export", "--all");
    await expectDelivered(lab);
  });
});

describe.skipIf(client === undefined || !hasTmux)("ccotel export", () => {
  test("sends each turn of a running session without ccotel's hooks once it has ended", async () => {
    const lab = await createLab({
      client,
      hooks: "none",
      script: [
        { blocks: [{ text: "First answer." }] },
        { blocks: [agent("Look around", { background: true })] },
        { to: "subagent", blocks: [bash("sleep 2; echo done")] },
        { to: "subagent", blocks: [{ text: "The agent is done." }] },
        { blocks: [{ text: "Agent launched." }] },
        { blocks: [{ text: "The agent reported." }] },
        { blocks: [bash("touch made && tail -f /dev/null")] },
        { blocks: [{ text: "After the interrupt." }] },
      ],
    });
    /** The client writes the end of a turn a moment after it shows the answer. */
    const sent = async () => {
      await sleep(500);
      await ccotel(lab, "export", "--all", "--endpoint", lab.backend.url);
      return outcomes(lab.backend.spans);
    };
    const terminal = await openTerminal(lab, ["--permission-mode", "default"]);
    await terminal.say("One");
    await terminal.shows(/First answer/);
    expect(await sent()).toEqual(["completed"]);
    await terminal.say("Launch it");
    await terminal.shows(/Agent launched/);
    expect(await sent()).toEqual(["completed", "completed"]);
    await terminal.shows(/The agent reported/);
    const ended = ["completed", "completed", "completed"];
    expect(await sent()).toEqual(ended);
    await terminal.say("Run it");
    await terminal.shows(/Do you want to proceed/);
    terminal.press("Enter");
    expect(await sent()).toEqual(ended);
    terminal.press("Escape");
    await terminal.shows(/Interrupted/);
    // An interrupted turn is sent with the next one, or when the client exits.
    expect(await sent()).toEqual(ended);
    terminal.press("C-u");
    await terminal.say("Go on");
    await terminal.shows(/After the interrupt/);
    expect(await sent()).toEqual([...ended, "interrupted", "completed"]);
    // ccotel is installed while the session runs. The client applies a change of its settings within three seconds.
    await ccotel(lab, "configure", "--endpoint", lab.backend.url, "--yes", "--no-check");
    await sleep(3500);
    await terminal.say("/exit");
    expect(await terminal.ended()).toBe(0);
    await expectDelivered(lab, { isScriptLeft: true });
  });
});

describe.skipIf(client === undefined || !hasTmux)("ccotel uninstall", () => {
  test("stops delivery in a running session, which shows no message", async () => {
    const lab = await createLab({
      client,
      hooks: "none",
      script: [{ blocks: [{ text: "First answer." }] }, { blocks: [{ text: "Second answer." }] }],
    });
    await ccotel(lab, "configure", "--endpoint", lab.backend.url, "--yes", "--no-check");
    const terminal = await openTerminal(lab);
    await terminal.say("One");
    await terminal.shows(/First answer/);
    await lab.delivered();
    const { length } = lab.backend.spans;
    expect(length).toBeGreaterThan(0);
    await ccotel(lab, "uninstall", "--yes");
    // The client applies a change of its settings within three seconds.
    await sleep(3500);
    await terminal.say("Two");
    await terminal.shows(/Second answer/);
    await terminal.say("/exit");
    expect(await terminal.ended()).toBe(0);
    expect(lab.backend.spans).toHaveLength(length);
    expect(existsSync(lab.home.bin)).toBe(false);
  });
});
