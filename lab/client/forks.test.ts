import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, inject, test } from "vitest";
import { usualName } from "../../test/support/span-names.ts";
import type { WholeSpan } from "./support/backend.ts";
import { expectDelivered } from "./support/backfill.ts";
import type { Client } from "./support/clients.ts";
import { createLab, type Lab, until } from "./support/lab.ts";
import { agent, bash, messageToAgent, type Reply } from "./support/messages-api.ts";
import { hasTmux, openTerminal } from "./support/terminal.ts";

const client = inject("clients").newest as Client;
const tools = ["--allowedTools", "Bash", "Agent"];

/** Expects one span for each answer in the API's own log, regardless of copies in transcripts. */
function expectEachOnce(lab: Lab, spans: readonly WholeSpan[]): void {
  const answered = lab.api.asked.filter(({ kind }) => kind !== "side");
  expect(spans.filter(({ name }) => name.startsWith("chat "))).toHaveLength(answered.length);
}

/** The number of turns in each session, in order of time. */
function turnsBySession(spans: readonly WholeSpan[]): number[] {
  const turns = spans
    .filter(({ name }) => usualName(name) === "invoke_agent claude-code")
    .sort((a, b) => Number(a.startNs - b.startNs));
  const counts = new Map<unknown, number>();
  for (const { attributes } of turns)
    counts.set(attributes["session.id"], (counts.get(attributes["session.id"]) ?? 0) + 1);
  return [...counts.values()];
}

const said = (text: string): Reply => ({ blocks: [{ text }] });
const worked = (command: string): Reply => ({ blocks: [bash(command)] });

describe.skipIf(client === undefined)("history that the client copies", () => {
  test("counts once in forks, forks of forks and the source if all of them continue", async () => {
    const lab = await createLab({
      client,
      script: [
        { blocks: [{ text: "I will delegate." }, agent("COUNT_FILES in src")] },
        { to: /COUNT_FILES/, blocks: [bash("ls src")] },
        { to: /COUNT_FILES/, blocks: [{ text: "There is one." }] },
        said("One file."),
        worked("echo fork"),
        said("Forked."),
        said("Forked again."),
        worked("echo source"),
        said("The source goes on."),
        said("So does the fork."),
        said("And the fork of the fork."),
      ],
    });
    const fork = (id: string) => ["--resume", id, "--fork-session", ...tools];
    const { sessionId: source } = await lab.print("Count the files", { args: tools });
    const { sessionId: first } = await lab.print("Fork", { args: fork(source) });
    const { sessionId: second } = await lab.print("Fork the fork", { args: fork(first) });
    for (const id of [source, first, second]) await lab.print("Go on", { args: ["--resume", id, ...tools] });
    const spans = await expectDelivered(lab);
    expectEachOnce(lab, spans);
    expect(turnsBySession(spans)).toEqual([2, 2, 2]);
  });

  test("counts once if two forks begin at the same time while the source is working", async () => {
    const lab = await createLab({
      client,
      script: [
        said("Hello."),
        { to: /SLOW/, blocks: [bash("sleep 3; echo slow")] },
        { to: /FORK_A/, blocks: [bash("sleep 1; echo a")] },
        { to: /FORK_B/, blocks: [{ text: "B is done." }] },
      ],
    });
    const { sessionId } = await lab.print("Hello", { args: tools });
    const run = (prompt: string, more: string[]) =>
      lab.print(prompt, { args: ["--resume", sessionId, ...more, ...tools] });
    const source = run("SLOW work", []);
    await until(() => lab.api.asked.some(({ prompt }) => prompt.endsWith("SLOW work")));
    await sleep(700);
    await Promise.all([run("FORK_A", ["--fork-session"]), run("FORK_B", ["--fork-session"]), source]);
    const spans = await expectDelivered(lab);
    expectEachOnce(lab, spans);
    expect(turnsBySession(spans).sort()).toEqual([1, 1, 2]);
  });
});

describe.skipIf(client === undefined)("work that a fork continues counts once:", () => {
  test("an agent that gets more work in the fork and in the source", async () => {
    const lab = await createLab({
      client,
      script: [
        { blocks: [agent("COUNT_FILES in src")] },
        { to: /COUNT_FILES/, blocks: [bash("ls src")] },
        { to: /COUNT_FILES/, blocks: [{ text: "There is one." }] },
        said("One file."),
        { blocks: messageToAgent("COUNT_FILES again") },
        { to: "subagent", blocks: [{ text: "Still one, in the fork." }] },
        said("Still one."),
        { blocks: messageToAgent("COUNT_FILES once more") },
        { to: "subagent", blocks: [{ text: "Still one, in the source." }] },
        said("Still one."),
      ],
    });
    const { sessionId } = await lab.print("Count the files", { args: tools });
    const resume = ["--resume", sessionId, ...tools, "SendMessage"];
    await lab.print("Again, in a fork", { args: [...resume, "--fork-session"] });
    await lab.print("Again, in the source", { args: resume });
    const spans = await expectDelivered(lab, { isScriptLeft: true });
    expectEachOnce(lab, spans);
  });

  test("a compaction in the fork and one in the source", async () => {
    const lab = await createLab({
      client,
      script: [
        said("Hello."),
        worked("echo two"),
        said("Two."),
        said("The fork goes on."),
        said("So does the source."),
      ],
    });
    const { sessionId } = await lab.print("Hello", { args: tools });
    await lab.print("Two", { args: ["--resume", sessionId, ...tools] });
    const compact = (id: string, more: string[] = []) =>
      lab.print("/compact", { args: ["--resume", id, ...more, ...tools] });
    const { sessionId: fork } = await compact(sessionId, ["--fork-session"]);
    await compact(sessionId);
    for (const id of [fork, sessionId]) await lab.print("Go on", { args: ["--resume", id, ...tools] });
    await compact(fork);
    const spans = await expectDelivered(lab, { isScriptLeft: true });
    expect(spans.filter(({ name }) => name.startsWith("chat "))).toHaveLength(5);
    expect(spans.filter(({ name }) => usualName(name) === "claude_code.compaction")).toHaveLength(3);
  });

  test("a background agent while the session is forked", async () => {
    const lab = await createLab({
      client,
      script: [
        { blocks: [agent("SLOW_COUNT in src", { background: true })] },
        { to: /SLOW_COUNT/, blocks: [bash("sleep 3; ls src")] },
        { to: /SLOW_COUNT/, blocks: [{ text: "There is one." }] },
        said("It is at work."),
        { to: /FORKED/, blocks: [bash("echo fork")] },
      ],
    });
    const running = lab.start("Count in the background", { args: tools });
    await until(() => lab.api.asked.some(({ prompt }) => prompt.includes("SLOW_COUNT")));
    await sleep(800);
    const id = lab.sessions()[0]?.sessionId as string;
    await lab.print("FORKED", { args: ["--resume", id, "--fork-session", ...tools] });
    expect((await running.ended).code).toBe(0);
    const spans = await expectDelivered(lab, { isScriptLeft: true });
    expectEachOnce(lab, spans);
  });
});

describe.skipIf(client === undefined || !hasTmux)("two windows on one session", () => {
  test("give each response, turn and tool call once", async () => {
    const lab = await createLab({
      client,
      script: [
        said("Hello."),
        { to: /FIRST/, blocks: [{ text: "Let me see." }, bash("sleep 4; echo first")] },
        { to: /SECOND/, blocks: [bash("echo second")] },
        { to: /THIRD/, blocks: [{ text: "Third is done." }] },
      ],
    });
    const { sessionId } = await lab.print("Hello", { args: tools });
    const one = await openTerminal(lab, ["--resume", sessionId, ...tools]);
    await one.say("FIRST");
    await until(() => lab.api.asked.some(({ prompt }) => prompt.endsWith("FIRST")));
    const other = await lab.print("SECOND", { args: ["--resume", sessionId, ...tools] });
    expect(other.sessionId).toBe(sessionId);
    // The API answers "Done." to prompts that are not in the script.
    await one.shows(/Done\./);
    await one.say("THIRD");
    await one.shows(/Third is done/);
    await one.say("/exit");
    await one.ended();
    const spans = await expectDelivered(lab);
    expectEachOnce(lab, spans);
    expect(turnsBySession(spans)).toEqual([4]);
    expect(spans.filter(({ name }) => name.startsWith("execute_tool "))).toHaveLength(2);
  });
});
