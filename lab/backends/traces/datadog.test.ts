import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { eventually } from "../support/eventually.ts";
import { happenNow, LIVE } from "../support/live.ts";
import { has } from "../support/programs.ts";
import { expectSameSpans, expectTokensOfTheApi, expectWholeTraces } from "../support/stores/compare.ts";
import { type DatadogTestAgent, startDatadogTestAgent } from "../support/stores/datadog.ts";
import { startCollector } from "../support/stores/otelcol.ts";
import type { StoredSpan } from "../support/stores/stored.ts";
import { installation, spansToSend } from "../support/tool.ts";

describe.skipIf(!has("ddapm-test-agent"))("Datadog's test agent", () => {
  const env = { CCOTEL_TRACE_SCOPE: "turn", CCOTEL_DIALECT: "datadog" };
  let agent: DatadogTestAgent;
  let sent: StoredSpan[];
  let machine: ReturnType<typeof installation>;
  beforeAll(async () => {
    [agent, sent] = await Promise.all([startDatadogTestAgent(), spansToSend(undefined, env)]);
    machine = installation(agent.url, { env });
    await machine.export();
  });
  afterAll(() => agent?.stop());

  test("accepts every span of all recordings with its parent, times, status, tokens and cost", async () => {
    const stored = await agent.spans();
    expectSameSpans(stored, sent);
    expectWholeTraces(stored);
    expectTokensOfTheApi(stored);
  });

  test("gets the session of each span in the attribute that LLM Observability groups by", async () => {
    for (const { attributes } of await agent.spans()) {
      expect(attributes["gen_ai.conversation.id"]).toBe(attributes["session.id"]);
    }
  });

  test("gets nothing twice, because Datadog would count it again", async () => {
    await machine.export();
    expectSameSpans(await agent.spans(), sent);
  });

  test("gets the same spans from the hook, turn by turn, as from an export", async () => {
    const live = await happenNow(LIVE, agent.url, { env });
    const all = await agent.spans();
    const stored = all.filter(({ attributes }) => attributes["session.id"] === live.sessionId);
    expectSameSpans(stored, live.spans);
    expectWholeTraces(stored);
  });

  test.skipIf(!has("otelcol"))(
    "accepts the same spans, and metrics as deltas, through a Collector with datadog.yaml",
    async () => {
      const other = await startDatadogTestAgent();
      const collector = await startCollector("datadog.yaml", {
        DATADOG_OTLP: other.url,
        DATADOG_API_KEY: "key",
      });
      try {
        await installation(collector.url, { env }).export(undefined, ["--metrics"]);
        await eventually(async () => expect(await other.spans()).toHaveLength(sent.length));
        expectSameSpans(await other.spans(), sent);
        const metrics = await eventually(async () => {
          const all = await other.metrics();
          expect(all.map(({ name }) => name)).toContain("ccotel.cost");
          return all;
        });
        // A gauge has no temporality.
        for (const { name, temporality } of metrics.filter((metric) => metric.name !== "ccotel.backlog.age"))
          expect(temporality, name).toBe("AGGREGATION_TEMPORALITY_DELTA");
        for (const { path, headers } of await other.requests()) {
          expect(headers["dd-api-key"]).toBe("key");
          if (path === "/v1/traces") expect(headers["dd-otlp-source"]).toBe("llmobs");
        }
      } finally {
        await collector.stop();
        await other.stop();
      }
    },
  );
});
