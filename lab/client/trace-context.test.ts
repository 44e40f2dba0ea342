import { describe, expect, inject, test } from "vitest";
import { usualName } from "../../test/support/span-names.ts";
import { createBackend, type WholeSpan } from "./support/backend.ts";
import { expectDelivered } from "./support/backfill.ts";
import type { Client } from "./support/clients.ts";
import { createLab } from "./support/lab.ts";
import { agent, type Block, bash } from "./support/messages-api.ts";
import { hasTmux, openTerminal } from "./support/terminal.ts";

const client = inject("clients").newest as Client;
const tools = ["--allowedTools", "Bash", "Agent"];
const job = { traceId: "0af7651916cd43dd8448eb211c80319c", spanId: "b7ad6b7169203331" };
const TRACEPARENT = `00-${job.traceId}-${job.spanId}-01`;

describe.skipIf(client === undefined)("the TRACEPARENT of a CI job", () => {
  test("is the parent of a session that the job runs with -p, whose trace is not split", async () => {
    const lab = await createLab({
      client,
      script: [
        { blocks: [agent("AUDIT", { background: true }), ..."abcdef"].map(stepOf) },
        { to: /AUDIT/, blocks: [bash("sleep 1")] },
        { to: /AUDIT/, blocks: [{ text: "It is clean." }] },
        // Answers to the turn's last request, to the turn that the agent's end starts, and to the later prompt by hand.
        { times: 3 },
      ],
      settingsEnv: { CCOTEL_MAX_SPANS_PER_TRACE: "10" },
    });
    const { sessionId } = await lab.print("In the job", { args: tools, env: { TRACEPARENT } });
    await lab.delivered();
    const after = Date.now();
    // A user resumes the session later, outside the job.
    await lab.print("By hand", { args: ["--resume", sessionId] });
    const inboundAt = (startMs: number) => (startMs < after ? { ...job, sampled: true } : undefined);
    const spans = await expectDelivered(lab, { inboundAt });
    const sessions = named(spans, "claude_code.session");
    expect(sessions).toHaveLength(2);
    const [first, second] = sessions;
    expect(first).toMatchObject({ traceId: job.traceId, parentSpanId: job.spanId });
    expect(second?.traceId).not.toBe(job.traceId);
  });

  test("is a link of the session if the job is not sampled", async () => {
    const lab = await createLab({ client, script: [{}] });
    await lab.print("In the job", { env: { TRACEPARENT: TRACEPARENT.replace(/01$/, "00") } });
    const spans = await expectDelivered(lab, { inboundAt: () => ({ ...job, sampled: false }) });
    const [session] = named(spans, "claude_code.session");
    expect(session?.parentSpanId).toBe("");
    expect(session?.links).toMatchObject([job]);
  });

  test.skipIf(!hasTmux)("does not affect an interactive session", async () => {
    const lab = await createLab({ client, script: [{ blocks: [{ text: "An answer." }] }] });
    lab.env.TRACEPARENT = TRACEPARENT;
    const terminal = await openTerminal(lab);
    await terminal.say("A prompt");
    await terminal.shows(/An answer/);
    await terminal.say("/exit");
    await terminal.ended();
    await expectDelivered(lab);
  });
});

describe.skipIf(client === undefined)("with native tracing,", () => {
  test.each([
    ["", undefined],
    [" in a CI job", TRACEPARENT],
  ])(
    "if its context is propagated, each turn links to its native interaction span%s",
    async (_, traceparent) => {
      const native = await createBackend();
      await native.up();
      const lab = await createLab({ client, script: [{ blocks: [bash("echo one")] }, {}, {}] });
      Object.assign(lab.env, {
        CLAUDE_CODE_ENABLE_TELEMETRY: "1",
        CLAUDE_CODE_ENHANCED_TELEMETRY_BETA: "1",
        CLAUDE_CODE_PROPAGATE_TRACEPARENT: "1",
        OTEL_TRACES_EXPORTER: "otlp",
        OTEL_EXPORTER_OTLP_PROTOCOL: "http/protobuf",
        OTEL_EXPORTER_OTLP_ENDPOINT: native.url,
        OTEL_TRACES_EXPORT_INTERVAL: "200",
        ...(traceparent === undefined ? {} : { TRACEPARENT: traceparent }),
      });
      const { sessionId } = await lab.print("One", { args: tools });
      await lab.print("Two", { args: ["--resume", sessionId] });
      await lab.delivered();
      const turns = named(lab.backend.spans, "invoke_agent claude-code");
      const interactions = named(native.spans, "claude_code.interaction");
      expect(interactions).toHaveLength(2);
      const spans = await expectDelivered(lab, {
        interactions: Object.fromEntries(
          turns.map(({ attributes }, index) => [
            attributes["prompt.id"],
            { ...(interactions[index] as WholeSpan), sampled: true },
          ]),
        ),
        ...(traceparent === undefined ? {} : { inboundAt: () => ({ ...job, sampled: true }) }),
      });
      expect(named(spans, "invoke_agent claude-code").map(({ links }) => links.length)).toEqual([1, 1]);
    },
  );

  test("if its context is not propagated, no turn links to a native span", async () => {
    const lab = await createLab({ client, script: [{}] });
    Object.assign(lab.env, {
      CLAUDE_CODE_ENABLE_TELEMETRY: "1",
      CLAUDE_CODE_ENHANCED_TELEMETRY_BETA: "1",
      OTEL_TRACES_EXPORTER: "none",
      TRACEPARENT,
    });
    await lab.print("One");
    await expectDelivered(lab, { inboundAt: () => ({ ...job, sampled: true }) });
  });
});

function stepOf(step: Block | string): Block {
  return typeof step === "string" ? bash(`echo ${step}`) : step;
}

function named(spans: readonly WholeSpan[], name: string): WholeSpan[] {
  return spans.filter((span) => usualName(span.name) === name).sort((a, b) => Number(a.startNs - b.startNs));
}
