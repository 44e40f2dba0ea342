import { describe, expect, test } from "vitest";
import type { ReceivedPoint } from "../../src/collector/decode.ts";
import { INSTRUMENTS } from "../../src/telemetry/metrics/instruments.ts";
import { expectedOf, type Recording, recording, recordings, recordsOf } from "../support/recordings.ts";
import { metricsOf, renderMetrics } from "./received.ts";

const all = recordings();

describe("a recording's metrics are those of its golden file (vitest -u updates it)", () => {
  test.each([
    "02-tools",
    "03-subagents-parallel",
    "04-compact-auto",
    "05-fatal-529",
    "05-retry-500-mid-turn",
    "06-thinking",
    "08-interactive",
    "1.0.128-tools",
    "2.0.76-subagent-background",
    "2.1.100-kill-mid-tool",
    "fork",
    "hooks",
    "incident",
    "permissions",
    "work",
    "unknown-model-wire",
    "usage-variants",
  ])("%s", async (name) => {
    await expect(renderMetrics(metricsOf(recording(name)))).toMatchFileSnapshot(`golden/${name}.txt`);
  });

  test("deltas have the same values", async () => {
    const text = renderMetrics(metricsOf(recording("02-tools"), { temporality: "delta" }));
    const cumulative = renderMetrics(metricsOf(recording("02-tools")));
    expect(text.replaceAll(" delta", " cumulative")).toBe(cumulative);
  });
});

describe("counters agree with the API's own log", () => {
  test.each(all)("$name", (recorded) => {
    const expected = expectedOf(recorded);
    const counted = expected.requests.filter(({ cut }) => cut === undefined);
    expect(counted.length + expected.completedNotInTranscript.length).toBe(expected.completed);
    if (recorded.name === "unknown-model-wire") return; // The log has the gateway's name of the model.
    // Some transcripts have partial lines of interrupted responses. The log has no usage for them.
    const cut =
      expected.requests.some((request) => request.cut === true) || recorded.name.includes("kill-mid-stream");
    if (cut || /disconnect|tui-esc-stream|08-interactive|interactive$/.test(recorded.name)) return;
    for (const [model, tokens] of Object.entries(expected.tokensByModelInTranscript)) {
      expect(tokensOf(recorded, model)).toEqual({
        uncached_input: tokens.input,
        output: tokens.output,
        cache_read: tokens.cacheRead,
        cache_write_5m: tokens.cacheWrite5m,
        cache_write_1h: tokens.cacheWrite1h,
      });
    }
  });

  test.each(all)("turns and tool calls of $name", (recorded) => {
    const expected = expectedOf(recorded);
    expect(total(recorded, "ccotel.turns")).toBe(expected.turns);
    expect(total(recorded, "ccotel.tool.calls")).toBe(expected.toolCalls);
  });
});

describe("attributes are few and identify no one", () => {
  const ATTRIBUTES = new Set([
    "gen_ai.operation.name",
    "gen_ai.provider.name",
    "gen_ai.request.model",
    "gen_ai.response.model",
    "gen_ai.token.type",
    "gen_ai.tool.name",
    "gen_ai.agent.name",
    "error.type",
    "ccotel.token.type",
    "ccotel.entrypoint",
    "ccotel.turn.source",
    "ccotel.turn.outcome",
    "ccotel.tool.outcome",
    "ccotel.permission.decision",
    "ccotel.work.kind",
    "ccotel.hook.event",
    "ccotel.hook.outcome",
    "ccotel.permission.source",
    "ccotel.compaction.trigger",
  ]);

  test.each(all)("in $name, read with all content", (recorded) => {
    const secrets = secretsOf(recorded);
    for (const { attributes } of pointsOf(recorded)) {
      for (const [key, value] of Object.entries(attributes)) {
        expect(ATTRIBUTES).toContain(key);
        const text = String(value);
        expect(text).not.toMatch(/[0-9a-f]{8}-[0-9a-f]{4}|^(msg|req|toolu|srvtoolu)_|[/\\]|\s/);
        expect(secrets.has(text)).toBe(false);
      }
    }
  });

  test("include the project on request", () => {
    const with_ = metricsOf(recording("02-tools"), { observe: { attributes: ["project"] } });
    for (const { attributes } of with_.flatMap(({ metrics }) => metrics.flatMap(({ points }) => points))) {
      expect(attributes["ccotel.project"]).toBe("acme-shop");
    }
  });

  test("of the resource do not name a session, branch, folder or version", () => {
    expect(metricsOf(recording("02-tools"))[0]?.resource).toEqual({
      team: "shop",
      "service.name": "claude-code",
      "service.instance.id": "7e6f0c9e-5f0c-4f3b-9d7a-2a1d4e8b9c10",
      "telemetry.distro.name": "ccotel",
    });
  });
});

describe("together with native telemetry,", () => {
  test("no metric has the name of a Claude Code metric", () => {
    for (const name of Object.keys(INSTRUMENTS)) expect(name).not.toMatch(/^claude_code\./);
  });

  test("cost is encoded as a double and counts as integers, even if the cost is a whole number", () => {
    for (const { metrics } of metricsOf(recording("02-tools"))) {
      for (const { name, type, points } of metrics) {
        if (type !== "sum") continue;
        for (const point of points) expect(point.valueType).toBe(name === "ccotel.cost" ? "double" : "int");
      }
    }
  });
});

function pointsOf(recorded: Recording, name?: string): ReceivedPoint[] {
  return metricsOf(recorded, { session: { keep: "full" } }).flatMap(({ metrics }) =>
    metrics.filter((metric) => name === undefined || metric.name === name).flatMap(({ points }) => points),
  );
}

function total(recorded: Recording, name: string): number {
  return pointsOf(recorded, name).reduce((sum, { value }) => sum + Number(value), 0);
}

function tokensOf(recorded: Recording, model: string): Record<string, number> {
  const sums: Record<string, number> = {
    uncached_input: 0,
    output: 0,
    cache_read: 0,
    cache_write_5m: 0,
    cache_write_1h: 0,
  };
  for (const { attributes, value } of pointsOf(recorded, "ccotel.tokens")) {
    if (attributes["gen_ai.request.model"] !== model) continue;
    const type = String(attributes["ccotel.token.type"]);
    sums[type] = (sums[type] ?? 0) + Number(value);
  }
  return sums;
}

/** Fields with names of models, tools, agents and types. */
const NAMES = new Set([
  "model",
  "requestedModel",
  "name",
  "type",
  "subagent_type",
  "attributionAgent",
  "status",
  "role",
  "stop_reason",
]);

/** Every id, and every text of a user, a model or a tool that is not also such a name. */
function secretsOf(recorded: Recording): Set<string> {
  const secrets = new Set<string>();
  const names = new Set<string>();
  const collect = (value: unknown, key: string): void => {
    if (typeof value === "string") (NAMES.has(key) ? names : secrets).add(value);
    if (typeof value !== "object" || value === null) return;
    for (const [inner, part] of Object.entries(value)) collect(part, Array.isArray(value) ? key : inner);
  };
  for (const { message, sessionId, uuid, promptId, requestId, cwd, gitBranch } of recordsOf(recorded)) {
    collect({ message, sessionId, uuid, promptId, requestId, cwd, gitBranch }, "");
  }
  for (const name of names) secrets.delete(name);
  return secrets;
}
