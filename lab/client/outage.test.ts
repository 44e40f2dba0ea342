import { describe, expect, inject, test } from "vitest";
import { usualName } from "../../test/support/span-names.ts";
import { createBackend } from "./support/backend.ts";
import { expectDelivered, outcomes } from "./support/backfill.ts";
import type { Client } from "./support/clients.ts";
import { createLab, stopWorkers, until } from "./support/lab.ts";
import { bash } from "./support/messages-api.ts";

const client = inject("clients").newest as Client;
const tools = ["--allowedTools", "Bash"];

/** The worker's log when nothing listens at the endpoint. */
const REFUSED = /^([^\n]*(refused|reach|connect)[^\n]*\n)+$/i;

describe.skipIf(client === undefined)("without a collector", () => {
  test("during a whole session, the first hook of the next session delivers all of it", async () => {
    const backend = await createBackend();
    const lab = await createLab({
      client,
      backend,
      script: [{ blocks: [bash("echo one")] }, {}, { blocks: [bash("sleep 4")] }, {}],
    });
    const { sessionId } = await lab.print("A session during the outage", { args: tools });
    await until(() => lab.log() !== "");
    // The machine is switched off, and on again later.
    await stopWorkers(lab.home);
    await backend.up();
    const { ended } = lab.start("Another session", { args: tools });
    const isThere = () => backend.spans.some(({ name }) => usualName(name) === "claude_code.session.summary");
    await until(isThere);
    // The other session still has replies left to request: its own Stop hook has not run yet.
    expect(lab.api.unused()).not.toEqual([]);
    expect(new Set(backend.spans.map(({ attributes }) => attributes["session.id"]))).toEqual(
      new Set([sessionId]),
    );
    expect(await ended).toMatchObject({ code: 0, stderr: "" });
    const spans = await expectDelivered(lab, { log: REFUSED });
    expect(outcomes(spans)).toEqual(["completed", "completed"]);
  });

  test("for a short time, the worker that still retries delivers everything", async () => {
    const backend = await createBackend();
    const lab = await createLab({ client, backend, script: [{}, {}] });
    await lab.print("A session during the outage");
    await until(() => lab.log() !== "");
    await backend.up();
    await lab.print("Another session");
    const spans = await expectDelivered(lab, { log: REFUSED });
    expect(outcomes(spans)).toEqual(["completed", "completed"]);
  });

  test("in the middle of a session, the next turn delivers the earlier ones", async () => {
    const lab = await createLab({ client, script: [{}, { blocks: [bash("echo two")] }, {}, {}] });
    const { sessionId } = await lab.print("First");
    await lab.delivered();
    await lab.backend.down();
    const resume = ["--resume", sessionId, ...tools];
    await lab.print("Second", { args: resume });
    await until(() => lab.log() !== "");
    const before = lab.backend.spans.length;
    await lab.backend.up();
    await lab.print("Third", { args: resume });
    const spans = await expectDelivered(lab, { log: REFUSED });
    expect(spans.length).toBeGreaterThan(before);
    expect(outcomes(spans)).toEqual(["completed", "completed", "completed"]);
  });
});

describe.skipIf(client === undefined)("two sessions at once", () => {
  test("are both delivered, by one worker", async () => {
    const lab = await createLab({
      client,
      script: ["ALPHA", "BETA"].flatMap((name) => [
        { to: new RegExp(name), blocks: [bash(`echo ${name}; sleep 0.5`)] },
        { to: new RegExp(name), blocks: [{ text: `${name} is done.` }] },
      ]),
    });
    await Promise.all(["ALPHA", "BETA"].map((name) => lab.print(`Do ${name}`, { args: tools })));
    const spans = await expectDelivered(lab);
    expect(outcomes(spans)).toEqual(["completed", "completed"]);
    expect(lab.sessions()).toHaveLength(2);
  });
});
