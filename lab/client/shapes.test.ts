// Special sessions: live delivery, turn by turn, gives the same spans as a backfill of the whole transcript.

import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, inject, test } from "vitest";
import { expectDelivered, outcomes } from "./support/backfill.ts";
import type { Client } from "./support/clients.ts";
import { createLab } from "./support/lab.ts";
import { agent, bash, messageToAgent } from "./support/messages-api.ts";
import { hasTmux, openTerminal } from "./support/terminal.ts";

const client = inject("clients").newest as Client;
const tools = ["--allowedTools", "Bash", "Agent", "SendMessage"];

describe.skipIf(client === undefined)("a session", () => {
  test("that is forked", async () => {
    const lab = await createLab({
      client,
      script: [{ blocks: [bash("echo one")] }, {}, { blocks: [bash("echo two")] }, {}],
    });
    const { sessionId } = await lab.print("One", { args: tools });
    const fork = await lab.print("Two", { args: ["--resume", sessionId, "--fork-session", ...tools] });
    const spans = await expectDelivered(lab);
    expect(fork.sessionId).not.toBe(sessionId);
    expect(outcomes(spans)).toEqual(["completed", "completed"]);
  });

  test("that is compacted", async () => {
    const lab = await createLab({
      client,
      script: [{}, { to: /summary/i, blocks: [{ text: "<summary>Nothing much.</summary>" }] }, {}],
    });
    const { sessionId } = await lab.print("One");
    await lab.print("/compact", { args: ["--resume", sessionId] });
    await lab.print("Two", { args: ["--resume", sessionId] });
    const spans = await expectDelivered(lab);
    expect(spans.filter(({ name }) => name === "claude_code.compaction")).toHaveLength(1);
  });

  test("with requests that the client retries", async () => {
    const error = { status: 529, type: "overloaded_error", message: "Overloaded" };
    const lab = await createLab({ client, script: [{ error, times: 2 }, {}] });
    await lab.print("One");
    const spans = await expectDelivered(lab);
    expect(spans.flatMap(({ events }) => events)).toHaveLength(2);
  });

  test("with one trace per turn", async () => {
    const lab = await createLab({
      client,
      script: [{ blocks: [bash("echo one")] }, {}, {}],
      settingsEnv: { CCOTEL_TRACE_SCOPE: "turn" },
    });
    const { sessionId } = await lab.print("One", { args: tools });
    await lab.print("Two", { args: ["--resume", sessionId] });
    await expectDelivered(lab);
  });

  test("with an agent that gets more work, also in a later run", async () => {
    const lab = await createLab({
      client,
      script: [
        { blocks: [agent("FIRST_TASK")] },
        { to: "subagent", blocks: [bash("echo first")] },
        { to: "subagent", blocks: [{ text: "First done." }] },
        { blocks: messageToAgent("SECOND_TASK") },
        { to: "subagent", blocks: [bash("echo second")] },
        { to: "subagent", blocks: [{ text: "Second done." }] },
        { blocks: [{ text: "It is working." }] },
        { blocks: [{ text: "It is done." }] },
        { blocks: messageToAgent("THIRD_TASK") },
        { to: "subagent", blocks: [bash("echo third")] },
        { to: "subagent", blocks: [{ text: "Third done." }] },
        { blocks: [{ text: "It is working again." }] },
        { blocks: [{ text: "All is done." }] },
      ],
    });
    const { sessionId } = await lab.print("Two tasks", { args: tools });
    await lab.delivered();
    await lab.print("Another one", { args: ["--resume", sessionId, ...tools] });
    await expectDelivered(lab);
  });

  test.skipIf(!hasTmux)("that ends while a background agent works, and is resumed", async () => {
    const lab = await createLab({
      client,
      script: [
        { blocks: [agent("SLOW_AUDIT", { background: true })] },
        { to: "subagent", blocks: [bash("sleep 5")] },
        { blocks: [{ text: "The audit is under way." }] },
        {},
      ],
    });
    const terminal = await openTerminal(lab, ["--permission-mode", "default", ...tools]);
    await terminal.say("Audit it");
    await terminal.shows(/under way/);
    await sleep(500);
    process.kill(terminal.pid, "SIGTERM");
    await terminal.ended();
    await lab.delivered();
    const sessionId = lab.sessions()[0]?.sessionId ?? "";
    await lab.print("Go on", { args: ["--resume", sessionId, ...tools] });
    await expectDelivered(lab);
  });
});
