import { describe, expect, test } from "vitest";
import type { Dialect } from "../../src/choices.ts";
import { PRESETS } from "../../src/settings/presets/presets.ts";
import { inDialect } from "../../src/telemetry/dialects/dialect.ts";
import { resourceAttributes } from "../../src/telemetry/resource.ts";
import { withinLimit } from "../../src/telemetry/spans/limit.ts";
import type { Attributes, Span } from "../../src/telemetry/spans/span.ts";
import { toSpans } from "../../src/telemetry/spans/spans.ts";
import { policy } from "../support/policies.ts";
import { readWhole } from "../support/read-files.ts";
import { kindOf, recording, sessionIdOf, transcriptsOf } from "../support/recordings.ts";

function spansOf(name: string, dialect: Dialect, scope: "session" | "turn" = "session"): Span[] {
  return transcriptsOf(recording(name)).flatMap((path) => {
    const pieces = readWhole(path, { keep: "full" });
    return toSpans(pieces, { sessionId: sessionIdOf(path), scope, content: policy("full"), dialect });
  });
}

/** The attributes that the dialect adds to the first span of each kind. */
function added(name: string, dialect: Dialect, scope?: "session" | "turn"): Record<string, Attributes> {
  const plain = spansOf(name, "none", scope);
  const result: Record<string, Attributes> = {};
  for (const [index, span] of spansOf(name, dialect, scope).entries()) {
    const before = plain[index]?.attributes ?? {};
    const entries = Object.entries(span.attributes).filter(([key]) => !(key in before));
    result[kindOf(span)] ??= Object.fromEntries(entries);
  }
  return result;
}

test("the presets use these dialects", () => {
  expect([...new Set(PRESETS.map(({ dialect }) => dialect))].sort()).toEqual([
    "datadog",
    "jaeger",
    "langfuse",
    "langsmith",
    "mlflow",
    "none",
    "openinference",
  ]);
});

test.each(["none", "jaeger", "datadog"] as const)("%s adds nothing to spans", (dialect) => {
  expect(spansOf("02-tools", dialect)).toEqual(spansOf("02-tools", "none"));
});

test("jaeger's resource has the installation's id as its host, and no other dialect's resource has a host", () => {
  const facts = { serviceName: "claude-code", distroVersion: "1", serviceInstanceId: "an-id", extra: {} };
  expect(resourceAttributes({ ...facts, dialect: "jaeger" }, "2.1.329")["host.id"]).toBe("an-id");
  const named = { ...facts, extra: { "host.id": "mine" }, dialect: "jaeger" as const };
  expect(resourceAttributes(named, "2.1.329")["host.id"]).toBe("mine");
  for (const dialect of ["none", "datadog", "langfuse"] as const)
    expect(resourceAttributes({ ...facts, dialect }, "2.1.329")).not.toHaveProperty("host.id");
});

test("openinference adds kinds, costs, input and output", () => {
  const spans = added("03-subagent-foreground", "openinference");
  expect(spans).toMatchInlineSnapshot(`
    {
      "chat": {
        "input.mime_type": "application/json",
        "input.value": "[{"role":"user","parts":[{"type":"text","content":"How many source files are there?"}]}]",
        "llm.cost.completion": 0.001,
        "llm.cost.prompt": 0.04004,
        "llm.cost.total": 0.04104,
        "openinference.span.kind": "LLM",
        "output.mime_type": "application/json",
        "output.value": "[{"role":"assistant","parts":[{"type":"text","content":"I will delegate the count."},{"type":"tool_call","id":"toolu_lab0001_1","name":"Agent","arguments":{"description":"Count source files","prompt":"COUNT_FILES in src","subagent_type":"general-purpose","run_in_background":false}}],"finish_reason":"tool_call"}]",
      },
      "session": {
        "openinference.span.kind": "CHAIN",
      },
      "subagent": {
        "input.value": "COUNT_FILES in src",
        "openinference.span.kind": "AGENT",
        "output.value": "There is one source file.",
      },
      "summary": {
        "openinference.span.kind": "CHAIN",
      },
      "tool": {
        "input.mime_type": "application/json",
        "input.value": "{"description":"Count source files","prompt":"COUNT_FILES in src","subagent_type":"general-purpose","run_in_background":false}",
        "openinference.span.kind": "TOOL",
        "output.value": "[elided 762 chars]",
      },
      "turn": {
        "input.value": "How many source files are there?",
        "openinference.span.kind": "AGENT",
        "output.value": "One file, says the agent.",
      },
    }
  `);
});

test("openinference has an agent's input and output as text, not as JSON", () => {
  const { turn } = added("02-tools", "openinference");
  expect(turn?.["input.value"]).toBe("Add tax support and check everything");
  expect(turn?.["output.value"]).toBe("All done: tax added, quantity handled, removal was denied.");
});

test("mlflow gets ccotel's cost in parts that add up to it", () => {
  const plain = spansOf("06-thinking", "none").filter((span) => kindOf(span) === "chat");
  const chats = spansOf("06-thinking", "mlflow").filter((span) => kindOf(span) === "chat");
  expect(chats.length).toBeGreaterThan(1);
  for (const [index, chat] of chats.entries()) {
    const cost = JSON.parse(chat.attributes["mlflow.llm.cost"] as string) as Record<string, number>;
    expect(cost.total_cost).toBe(plain[index]?.attributes["gen_ai.usage.cost"]);
    expect(cost.output_cost).toBeGreaterThan(0);
    expect((cost.input_cost as number) + (cost.output_cost as number)).toBeCloseTo(
      cost.total_cost as number,
      12,
    );
  }
  expect(added("06-thinking", "mlflow").turn).toEqual({});
});

test("mlflow gets no cost if the model has no price", () => {
  const chat = spansOf("06-thinking", "none").find((span) => kindOf(span) === "chat") as Span;
  const { "gen_ai.usage.cost": _, ...unpriced } = chat.attributes;
  expect(inDialect({ ...chat, attributes: unpriced }, "mlflow").attributes).toEqual(unpriced);
});

describe("langfuse", () => {
  test("gets a trace name with the project, on root spans only", () => {
    for (const scope of ["session", "turn"] as const) {
      for (const span of spansOf("02-tools", "langfuse", scope)) {
        const name = span.parentSpanId === undefined ? "claude-code acme-shop" : undefined;
        expect(span.attributes["langfuse.trace.name"]).toBe(name);
      }
    }
  });

  test("gets no name for a trace that began in another program", () => {
    const [path] = transcriptsOf(recording("02-tools")) as [string];
    const inboundAt = () => ({ traceId: "a".repeat(32), spanId: "b".repeat(16), sampled: true });
    const context = {
      sessionId: sessionIdOf(path),
      scope: "session" as const,
      dialect: "langfuse" as const,
      inboundAt,
    };
    for (const span of toSpans(readWhole(path), context))
      expect(span.attributes).not.toHaveProperty("langfuse.trace.name");
  });

  test("gets the time of the first token if it is exact", () => {
    const chats = spansOf("06-thinking", "langfuse").filter((span) => kindOf(span) === "chat");
    for (const { attributes, startMs } of chats) {
      const at = attributes["langfuse.observation.completion_start_time"] as string | undefined;
      const ttft = attributes["gen_ai.response.time_to_first_chunk"] as number | undefined;
      expect(at === undefined).toBe(ttft === undefined);
      if (at !== undefined) expect((Date.parse(at) - startMs) / 1000).toBeCloseTo(ttft as number, 6);
    }
    expect(chats.some(({ attributes }) => "langfuse.observation.completion_start_time" in attributes)).toBe(
      true,
    );
  });

  test("does not get cache writes under the newer name, because it would count them twice", () => {
    for (const { attributes } of spansOf("02-tools", "langfuse"))
      expect(Object.keys(attributes).filter((key) => key.includes("cache_write"))).toEqual(
        Object.keys(attributes).filter((key) => key.startsWith("ccotel.cache_write")),
      );
  });
});

test("langsmith gets each span's kind and its thread", () => {
  const spans = added("03-subagent-foreground", "langsmith");
  const thread = {
    "langsmith.metadata.thread_id": sessionIdOf(
      transcriptsOf(recording("03-subagent-foreground"))[0] as string,
    ),
  };
  expect(spans).toEqual({
    session: { "langsmith.span.kind": "chain", ...thread },
    turn: { "langsmith.span.kind": "chain", ...thread },
    chat: { "langsmith.span.kind": "llm", ...thread },
    tool: { "langsmith.span.kind": "tool", ...thread },
    subagent: { "langsmith.span.kind": "chain", ...thread },
    summary: { "langsmith.span.kind": "chain", ...thread },
  });
});

test("if a backend accepts few attributes, ccotel's own ones are dropped first, and the span counts them", () => {
  const chat = spansOf("06-thinking", "openinference").find((span) => kindOf(span) === "chat") as Span;
  const many = Object.fromEntries(Array.from({ length: 32 }, (_, n) => [`ccotel.many.${n}`, n]));
  const full = { ...chat, attributes: { ...chat.attributes, ...many } };
  const size = Object.keys(full.attributes).length;
  const { attributes: kept, droppedAttributes } = withinLimit(full, 32);
  expect(Object.keys(kept)).toHaveLength(32);
  expect(droppedAttributes).toBe(size - 32);
  for (const key of Object.keys(chat.attributes))
    if (key.startsWith("gen_ai.")) expect(kept).toHaveProperty(key);
  expect(kept).toHaveProperty("input.value");
  expect(kept).not.toHaveProperty("ccotel.cost.source");
  expect(withinLimit(full, size)).toBe(full);
});
