// Notices and the status line, set up by the built `configure`, with the real client in a terminal.

import { execFile } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, inject, test } from "vitest";
import { receiver } from "../../test/support/receiver.ts";
import type { Client } from "./support/clients.ts";
import { dist } from "./support/installation.ts";
import { createLab, type Lab, until } from "./support/lab.ts";
import { hasTmux, openTerminal } from "./support/terminal.ts";

const client = inject("clients").newest as Client;

/** Runs the command line without blocking this process, because the receiver of webhooks runs in it. */
async function ccotel(lab: Lab, ...args: string[]): Promise<void> {
  await promisify(execFile)(process.execPath, [join(dist, "ccotel.cjs"), ...args], {
    cwd: lab.work,
    env: { ...lab.env, CCOTEL_HOME: lab.home.root },
  });
}

describe.skipIf(client === undefined || !hasTmux)("a session in a terminal", () => {
  test("keeps the user's own status line, alerts once, and has the client's costs on its turns", async () => {
    const { url, bodies } = await receiver();
    const lab = await createLab({
      client,
      script: [
        { blocks: [{ text: "Hello from the first turn." }] },
        { blocks: [{ text: "And from the second." }] },
      ],
    });
    const settings = join(lab.configDir, "settings.json");
    const own = JSON.stringify(
      {
        ...JSON.parse(readFileSync(settings, "utf8")),
        statusLine: { type: "command", command: "echo own line of $(head -c 13 | tail -c 11)", padding: 0 },
      },
      null,
      2,
    );
    writeFileSync(settings, own);
    await ccotel(
      lab,
      ...["configure", "--statusline", "--alert-session", "0.000001", "--webhook", url, "--yes"],
    );
    const terminal = await openTerminal(lab);
    await terminal.shows(/own line of session_id/);
    await terminal.say("Hello there");
    await terminal.shows(/Hello from the first turn/);
    await until(() => bodies.some(({ event }) => event === "session_cost"));
    await terminal.say("Once more");
    await terminal.shows(/And from the second/);
    const turns = () => lab.backend.spans.filter(({ attributes }) => "ccotel.turn.index" in attributes);
    // The status line is drawn after the end of a turn, and the span waits for it. A client that exits draws none.
    await until(() => turns().length === 2);
    await terminal.say("/exit");
    expect(await terminal.ended()).toBe(0);
    await lab.delivered();
    const [session] = lab.sessions();
    expect(bodies.filter(({ event }) => event === "session_cost")).toMatchObject([
      { session_id: session?.sessionId },
    ]);
    const said = readFileSync(join(lab.home.root, "statusline", `${session?.sessionId}.json`), "utf8");
    expect(JSON.parse(said)).toHaveProperty("cost.total_cost_usd");
    const [first, second] = turns().map(({ attributes }) => Number(attributes["ccotel.cost.client_usd"]));
    expect(second).toBeCloseTo(JSON.parse(said).cost.total_cost_usd, 6);
    expect(first).toBeGreaterThan(0);
    expect(first).toBeLessThan(second as number);
    await ccotel(lab, "uninstall", "--yes");
    expect(readFileSync(settings, "utf8")).toContain("echo own line of");
    expect(readFileSync(settings, "utf8")).not.toContain("statusline.sh");
  });
});
