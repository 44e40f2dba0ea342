// The hook in difficult conditions: with other programs' hooks, without a transcript, and after its removal.

import { existsSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, inject, test } from "vitest";
import { expectDelivered, outcomes } from "./support/backfill.ts";
import type { Client } from "./support/clients.ts";
import { createLab, until } from "./support/lab.ts";
import { bash } from "./support/messages-api.ts";
import { hasTmux, openTerminal } from "./support/terminal.ts";

const client = inject("clients").newest as Client;

/** A Stop hook of another program. */
function stopHook(command: string) {
  return { Stop: [{ hooks: [{ type: "command", command }] }] };
}

describe.skipIf(client === undefined)("with another program's Stop hook", () => {
  test("that sends the turn back to work once, the turn is sent once, when it has ended", async () => {
    const lab = await createLab({
      client,
      script: [
        { blocks: [{ text: "I am done." }] },
        { blocks: [bash("echo tests")] },
        { blocks: [{ text: "Now I am really done." }] },
      ],
      otherHooks: stopHook(
        '[ -e "$HOME/asked" ] || { touch "$HOME/asked"; echo "Run the tests, too." >&2; exit 2; }',
      ),
    });
    await lab.print("Work", { args: ["--allowedTools", "Bash"] });
    const spans = await expectDelivered(lab);
    expect(outcomes(spans)).toEqual(["completed"]);
    expect(spans.filter(({ name }) => name.startsWith("chat "))).toHaveLength(3);
  });

  test("that takes three seconds, each turn is sent once", async () => {
    const lab = await createLab({ client, script: [{}, {}], otherHooks: stopHook("sleep 3") });
    const { sessionId } = await lab.print("Work");
    await lab.print("Work on", { args: ["--resume", sessionId] });
    const spans = await expectDelivered(lab);
    expect(outcomes(spans)).toEqual(["completed", "completed"]);
  });
});

describe.skipIf(client === undefined)("a session without persistence", () => {
  test("sends nothing and leaves no state", async () => {
    const lab = await createLab({ client, script: [{}] });
    await lab.print("Work", { args: ["--no-session-persistence"] });
    await lab.delivered();
    expect(lab.backend.spans).toEqual([]);
    expect(readdirSync(lab.home.sessions)).toEqual([]);
    expect(lab.log()).toBe("");
  });
});

// An entry checks for its script before it runs it, because the client shows a message if a program is missing.
describe.skipIf(client === undefined)("if the scripts are removed while the session runs,", () => {
  test("claude -p prints its answer and nothing else", async () => {
    const lab = await createLab({ client, script: [{ blocks: [bash("sleep 2; echo late")] }, {}] });
    const { ended } = lab.start("Run it", { args: ["--allowedTools", "Bash"] });
    await until(() => lab.api.asked.length > 0);
    rmSync(lab.home.bin, { recursive: true });
    expect(await ended).toMatchObject({ code: 0, stderr: "" });
  });

  test.skipIf(!hasTmux)("a session in a terminal shows no message", async () => {
    const lab = await createLab({
      client,
      script: [{ blocks: [{ text: "First answer." }] }, { blocks: [{ text: "Second answer." }] }],
    });
    const terminal = await openTerminal(lab);
    await terminal.say("One");
    await terminal.shows(/First answer/);
    rmSync(lab.home.bin, { recursive: true });
    await terminal.say("Two");
    await terminal.shows(/Second answer/);
    await sleep(1000);
    await terminal.say("/exit");
    expect(await terminal.ended()).toBe(0);
  });

  test("claude -p prints only its answer, also if the whole state folder is removed", async () => {
    const lab = await createLab({ client, script: [{ blocks: [bash("sleep 2; echo late")] }, {}] });
    const { ended } = lab.start("Run it", { args: ["--allowedTools", "Bash"] });
    await until(() => lab.api.asked.length > 0);
    await until(() => isRemoved(lab.home.root));
    expect(await ended).toMatchObject({ code: 0, stderr: "" });
    expect(existsSync(join(lab.home.root, "sessions"))).toBe(false);
  });
});

/** Removes a folder. Returns false if the worker of the SessionStart has written a file in the meantime. */
function isRemoved(folder: string): boolean {
  try {
    rmSync(folder, { recursive: true, force: true });
    return true;
  } catch {
    return false;
  }
}
