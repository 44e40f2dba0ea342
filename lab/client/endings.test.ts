// Sessions that end abnormally. No Stop hook runs for their turns.

import { describe, expect, inject, test } from "vitest";
import { expectDelivered, outcomes } from "./support/backfill.ts";
import type { Client } from "./support/clients.ts";
import { createLab, until } from "./support/lab.ts";
import { bash } from "./support/messages-api.ts";
import { sevenHoursLater } from "./support/silence.ts";

const client = inject("clients").newest as Client;
const tools = ["--allowedTools", "Bash"];

describe.skipIf(client === undefined)("a session", () => {
  test("whose request the API rejects is delivered as failed, and continues", async () => {
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
    const { sessionId } = await lab.print("Fail now", { code: 1 });
    await lab.print("And again", { args: ["--resume", sessionId] });
    const spans = await expectDelivered(lab, { isScriptLeft: true });
    expect(outcomes(spans)).toEqual(["failed", "completed"]);
  });

  test.each([
    ["SIGINT", "interrupted", 0],
    ["SIGTERM", "cut_off", 143],
    ["SIGHUP", "cut_off", 129],
  ] as const)("that %s ends during a tool call is delivered as %s", async (signal, outcome, code) => {
    const lab = await createLab({ client, script: [{ blocks: [bash("sleep 2; echo late")] }] });
    const { child, ended } = lab.start("Run it", { args: tools });
    await toolRuns(lab.api);
    child.kill(signal);
    expect(await ended).toMatchObject({ code, stderr: "" });
    const spans = await expectDelivered(lab);
    expect(outcomes(spans)).toEqual([outcome]);
  });

  test("that is killed during a tool call and resumed is delivered once", async () => {
    const lab = await createLab({
      client,
      script: [
        { blocks: [{ text: "One." }] },
        { blocks: [bash("sleep 2; echo late")] },
        { blocks: [{ text: "Here I am again." }] },
      ],
    });
    const { sessionId } = await lab.print("First");
    const resume = ["--resume", sessionId, ...tools];
    const { child, ended } = lab.start("Second", { args: resume });
    await toolRuns(lab.api, 2);
    child.kill("SIGKILL");
    await ended;
    await lab.print("Third", { args: resume });
    const spans = await expectDelivered(lab);
    expect(outcomes(spans)).toEqual(["completed", "cut_off", "completed"]);
  });

  test("that is killed and not resumed is delivered seven hours later", async () => {
    const lab = await createLab({ client, script: [{ blocks: [bash("sleep 2; echo late")] }] });
    const { child, ended } = lab.start("Run it", { args: tools });
    await toolRuns(lab.api);
    child.kill("SIGKILL");
    await ended;
    await sevenHoursLater(lab);
    const spans = await expectDelivered(lab);
    expect(outcomes(spans)).toEqual(["cut_off"]);
  });
});

/** Waits until the API has answered `requests` requests and the tool that the last answer calls has run for a while. */
async function toolRuns(api: { asked: readonly unknown[] }, requests = 1): Promise<void> {
  await until(() => api.asked.length >= requests);
  await new Promise((resolve) => setTimeout(resolve, 800));
}
