import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, inject, test } from "vitest";
import { piecesOfSession } from "../../src/commands/reading/pieces-of-session.ts";
import { isAlive } from "../../src/files/alive.ts";
import type { FoundSession } from "../../src/files/find-sessions.ts";
import { walk } from "../../src/session/walk.ts";
import { OPTIONS } from "../../test/support/recordings.ts";
import { expectDelivered, outcomes } from "./support/backfill.ts";
import type { Client } from "./support/clients.ts";
import { createLab, until } from "./support/lab.ts";
import { agent, bash } from "./support/messages-api.ts";
import { hasTmux, openTerminal } from "./support/terminal.ts";

const client = inject("clients").newest as Client;

describe.skipIf(client === undefined || !hasTmux)("an interactive session", () => {
  test("with two turns, an interrupted one, another one, /clear, and a turn after it", async () => {
    const lab = await createLab({
      client,
      script: [
        { blocks: [{ text: "Hello from the first turn." }] },
        { blocks: [bash("echo two"), bash("echo three"), bash("echo four")] },
        { blocks: [{ text: "All commands ran." }] },
        { blocks: [{ text: "This answer begins, and then it takes very long to end." }], streamMs: 8_000 },
        { blocks: [{ text: "Back to work." }] },
        { blocks: [{ text: "A fresh start." }] },
      ],
      // The first run continues in a second trace.
      settingsEnv: { CCOTEL_MAX_SPANS_PER_TRACE: "10" },
    });
    const terminal = await openTerminal(lab, ["--allowedTools", "Bash"]);
    await terminal.say("Hello there");
    await terminal.shows(/Hello from the first turn/);
    await terminal.say("Run commands");
    await terminal.shows(/All commands ran/);
    await terminal.say("Write a long answer");
    await until(() => lab.api.asked.some(({ prompt }) => prompt.endsWith("Write a long answer")));
    await sleep(1000);
    terminal.press("Escape");
    await terminal.shows(/Interrupted/i);
    // The client puts the prompt back into the input line.
    terminal.press("C-u");
    await terminal.say("Go on");
    await terminal.shows(/Back to work/);
    await terminal.say("/clear");
    // The old session has its own end, and the new one its own start.
    await sleep(1500);
    await terminal.say("Start over");
    await terminal.shows(/A fresh start/);
    await terminal.say("/exit");
    expect(await terminal.ended()).toBe(0);
    const spans = await expectDelivered(lab);
    expect(outcomes(spans)).toEqual(["completed", "completed", "interrupted", "completed", "completed"]);
    expect(lab.sessions()).toHaveLength(2);
    expect(new Set(spans.map(({ traceId }) => traceId)).size).toBe(3);
  });

  test("in which Esc stops a call while a prompt waits", async () => {
    const lab = await createLab({
      client,
      script: [{ blocks: [bash("tail -f /dev/null")] }, { blocks: [{ text: "Here is the other thing." }] }],
    });
    const terminal = await openTerminal(lab, ["--permission-mode", "default", "--allowedTools", "Bash"]);
    await terminal.say("Run it");
    await terminal.shows(/tail -f/);
    await sleep(500);
    await terminal.say("Another thing");
    await sleep(500);
    terminal.press("Escape");
    await terminal.shows(/the other thing/);
    await terminal.say("/exit");
    expect(await terminal.ended()).toBe(0);
    const spans = await expectDelivered(lab);
    expect(outcomes(spans)).toEqual(["interrupted", "completed"]);
  });

  test("with an agent in the background whose call runs until the client is killed, and is resumed", async () => {
    const lab = await createLab({
      client,
      script: [
        { blocks: [agent("AUDIT", { background: true })] },
        { blocks: [{ text: "The agent has started." }] },
        { to: "subagent", blocks: [bash("tail -f /dev/null")] },
      ],
      hooks: "none",
    });
    const allowed = ["--permission-mode", "default", "--allowedTools", "Bash,Agent"];
    const terminal = await openTerminal(lab, allowed);
    await terminal.say("Audit it in the background");
    await terminal.shows(/agent has started/);
    const outcomesOfCalls = () => {
      const [session] = lab.sessions() as [FoundSession];
      const outcomes: Record<string, string> = {};
      walk([...piecesOfSession(session, OPTIONS, { goesOn: false })].flat(), {
        toolCall: ({ name, outcome }) => {
          outcomes[name] = outcome;
        },
      });
      return outcomes;
    };
    await until(() => outcomesOfCalls().Bash !== undefined);
    expect(outcomesOfCalls()).toEqual({ Agent: "ok", Bash: "unfinished" });
    process.kill(terminal.pid, "SIGKILL");
    await until(() => !isAlive(terminal.pid));
    expect(outcomesOfCalls()).toEqual({ Agent: "ok", Bash: "interrupted" });
    const resumed = await openTerminal(lab, ["--continue", ...allowed]);
    await resumed.say("Go on");
    await resumed.shows(/Done\./);
    expect(outcomesOfCalls()).toEqual({ Agent: "ok", Bash: "interrupted" });
  });

  test("whose terminal is closed in the middle of a turn", async () => {
    const lab = await createLab({ client, script: [{ blocks: [bash("sleep 3; echo late")] }] });
    const terminal = await openTerminal(lab, ["--allowedTools", "Bash"]);
    await terminal.say("Run it");
    await terminal.shows(/sleep 3/);
    process.kill(terminal.pid, "SIGHUP");
    await terminal.ended();
    const spans = await expectDelivered(lab);
    expect(outcomes(spans)).toEqual(["cut_off"]);
  });

  test("whose request the API rejects, and that continues", async () => {
    const lab = await createLab({
      client,
      script: [
        {
          times: 20,
          to: /Fail now$/,
          error: { status: 400, type: "invalid_request_error", message: "malformed" },
        },
        { blocks: [{ text: "The second turn works." }] },
      ],
    });
    const terminal = await openTerminal(lab);
    await terminal.say("Fail now");
    await terminal.shows(/API Error/);
    await terminal.say("And again");
    await terminal.shows(/The second turn works/);
    await terminal.say("/exit");
    expect(await terminal.ended()).toBe(0);
    const spans = await expectDelivered(lab, { isScriptLeft: true });
    expect(outcomes(spans)).toEqual(["failed", "completed"]);
  });
});
