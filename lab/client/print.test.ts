import { describe, expect, inject, test } from "vitest";
import { usualName } from "../../test/support/span-names.ts";
import { expectDelivered, outcomes } from "./support/backfill.ts";
import { createLab, type Lab, type LabOptions } from "./support/lab.ts";
import { agent, bash } from "./support/messages-api.ts";
import { sevenHoursLater } from "./support/silence.ts";

const { newest, older } = inject("clients");
const clients = [...(newest === undefined ? [] : [newest]), ...older];
const tools = ["--allowedTools", "Bash", "Agent", "Task"];

test.skipIf(clients.length > 0)("there is a client to run", (context) => context.skip());

describe.each(clients)("claude -p of $version delivers", (client) => {
  const createLabOf = (options: Omit<LabOptions, "client">) => createLab({ client, ...options });

  /** Older clients write no record at the end of a run. The run counts as ended after six hours of silence. */
  const endOfRuns = async (lab: Lab) => {
    if (client.version !== newest?.version) await sevenHoursLater(lab);
  };

  test("one turn with tools and content", async () => {
    const lab = await createLabOf({
      script: [
        { blocks: [{ text: "Let me see." }, bash("sleep 0.2; echo one"), bash("exit 3")] },
        { blocks: [{ text: "Done with both." }] },
      ],
      settingsEnv: { CCOTEL_CONTENT: "full" },
    });
    await lab.print("Check it", { args: tools });
    await endOfRuns(lab);
    const spans = await expectDelivered(lab);
    expect(named(spans, "execute_tool Bash")).toHaveLength(2);
  });

  test.each(["refusal", "max_tokens"])(
    "one request for each answer that ends with %s",
    async (stopReason) => {
      const lab = await createLabOf({
        script: [{ blocks: [bash("echo one")] }, { blocks: [{ text: "I begin" }], stopReason, times: 9 }],
      });
      await lab.print("Check it", { args: tools, code: 1 });
      await endOfRuns(lab);
      const spans = await expectDelivered(lab, { isScriptLeft: true });
      const answered = lab.api.asked.filter(({ kind }) => kind === "main");
      const requests = spans.filter(
        ({ name, attributes }) => name.startsWith("chat ") && !attributes.agent_id,
      );
      expect(requests).toHaveLength(answered.length);
      expect(requests.flatMap(({ attributes }) => attributes["error.type"] ?? [])).toEqual([]);
      expect(outcomes(spans)).toEqual(["failed"]);
    },
  );

  test("three turns, each resuming the session", async () => {
    const lab = await createLabOf({
      script: [
        { blocks: [{ text: "It adds prices." }] },
        { blocks: [bash("echo two")] },
        { blocks: [{ text: "Yes, it does." }] },
        { blocks: [{ text: "You are welcome." }] },
      ],
    });
    const { sessionId } = await lab.print("What does it do?");
    for (const prompt of ["Does it?", "Thanks"])
      await lab.print(prompt, { args: ["--resume", sessionId, ...tools] });
    await endOfRuns(lab);
    const spans = await expectDelivered(lab);
    expect(named(spans, "invoke_agent claude-code")).toHaveLength(3);
    expect(new Set(spans.map(({ attributes }) => attributes["session.id"]))).toEqual(new Set([sessionId]));
  });

  test("a subagent that the turn waits for", async () => {
    const lab = await createLabOf({
      script: [
        { blocks: [{ text: "I will delegate." }, agent("COUNT_FILES in src")] },
        { to: /COUNT_FILES/, blocks: [bash("sleep 0.2; ls src")] },
        { to: /COUNT_FILES/, blocks: [{ text: "There is one." }] },
        { blocks: [{ text: "One file." }] },
      ],
    });
    await lab.print("How many files are there?", { args: tools });
    await endOfRuns(lab);
    const spans = await expectDelivered(lab);
    expect(named(spans, "execute_tool Bash")).toHaveLength(1);
  });

  test("a background subagent, whose end starts a new turn", async () => {
    const lab = await createLabOf({
      script: [
        { blocks: [agent("SLOW_AUDIT of src", { background: true })] },
        { to: /SLOW_AUDIT/, blocks: [bash("sleep 1; echo audited")] },
        { to: /SLOW_AUDIT/, blocks: [{ text: "It is clean." }] },
        { blocks: [{ text: "The audit is under way." }] },
        { blocks: [{ text: "The audit came back clean." }] },
      ],
    });
    await lab.print("Audit it in the background", { args: tools });
    await endOfRuns(lab);
    // Clients before 2.1 exit without waiting for the agent, or do not support background agents.
    const leaves = !client.version.startsWith("2.1.");
    const spans = await expectDelivered(lab, { isScriptLeft: leaves });
    expect(named(spans, "invoke_agent claude-code")).toHaveLength(leaves ? 1 : 2);
  });
});

function named<T extends { name: string }>(spans: T[], name: string): T[] {
  return spans.filter((span) => usualName(span.name) === name);
}
