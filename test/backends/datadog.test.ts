import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { expectSameSpans, expectTokensOfTheApi, expectWholeTraces } from "./support/compare.ts";
import { type DatadogTestAgent, startDatadogTestAgent } from "./support/datadog.ts";
import { has } from "./support/programs.ts";
import type { StoredSpan } from "./support/stored.ts";
import { installation, spansToSend } from "./support/tool.ts";

describe.skipIf(!has("ddapm-test-agent"))("Datadog's test agent", () => {
  const env = { CCOTEL_TRACE_SCOPE: "turn" };
  let agent: DatadogTestAgent;
  let sent: StoredSpan[];
  let machine: ReturnType<typeof installation>;
  beforeAll(async () => {
    [agent, sent] = await Promise.all([startDatadogTestAgent(), spansToSend(undefined, env)]);
    machine = installation(agent.url, { env });
    await machine.export();
  });
  afterAll(() => agent?.stop());

  test("takes every span of all recordings with its parent, times, status, tokens and cost", async () => {
    const stored = await agent.spans();
    expectSameSpans(stored, sent);
    expectWholeTraces(stored);
    expectTokensOfTheApi(stored);
  });

  test("sees the session of each span under the name that LLM Observability groups by", async () => {
    for (const { attributes } of await agent.spans()) {
      expect(attributes["gen_ai.conversation.id"]).toBe(attributes["session.id"]);
    }
  });

  test("is sent nothing twice: Datadog keeps what it is sent, and would count it again", async () => {
    await machine.export();
    expectSameSpans(await agent.spans(), sent);
  });
});
