import { describe, expect, test } from "vitest";
import { endOf } from "../../src/session/walk.ts";
import { createAssess } from "../../src/signals/assess.ts";
import { toLogEvents } from "../../src/telemetry/logs/events.ts";
import { createReadableLog } from "../../src/telemetry/logs/readable-log.ts";
import { toSpans } from "../../src/telemetry/spans/spans.ts";
import { readWhole } from "../support/read-files.ts";
import { recording, recordings, sessionIdOf, transcriptsOf } from "../support/recordings.ts";

const named = (name: string, keep: "none" | "full" = "none") =>
  transcriptsOf(recording(name)).flatMap((path) =>
    toLogEvents(readWhole(path, { keep }), {
      sessionId: sessionIdOf(path),
      scope: "session",
      ...(keep === "full" ? { content: { level: keep, clean: (text: string) => text } } : {}),
    }),
  );
const of = (name: string, event: string) => named(name).filter((one) => one.name === event);

describe("the log records of a session", () => {
  test("a request that failed for good is an error with its kind and status", () => {
    expect(of("05-fatal-400", "ccotel.api_error")).toMatchObject([
      {
        severity: "ERROR",
        attributes: { "error.type": "invalid_request_error", "http.response.status_code": 400 },
      },
    ]);
    expect(of("05-auth-401", "ccotel.api_error")[0]?.attributes["http.response.status_code"]).toBe(401);
  });

  test("a refusal and an answer that was too long are warnings", () => {
    expect(of("05-max-tokens-refusal", "ccotel.api_refusal")).toMatchObject([{ severity: "WARN" }]);
    const limits = of("05-max-tokens-refusal", "ccotel.limit_reached");
    expect(limits.length).toBeGreaterThan(0);
    for (const { attributes } of limits) expect(attributes["ccotel.limit"]).toBe("max_tokens");
  });

  test("limits of claude -p are named", () => {
    expect(of("max-turns", "ccotel.limit_reached")).toMatchObject([
      { attributes: { "ccotel.limit": "max_turns" } },
    ]);
    expect(of("max-budget", "ccotel.limit_reached")).toMatchObject([
      { attributes: { "ccotel.limit": "max_budget_usd" } },
    ]);
  });

  test("a rate limit after which the client gave up is a limit, beside the error", () => {
    expect(of("limits", "ccotel.limit_reached")).toMatchObject([
      { severity: "WARN", attributes: { "ccotel.limit": "rate_limit" } },
    ]);
    expect(of("limits", "ccotel.api_error")).toHaveLength(1);
  });

  test("each compaction has the number of tokens that it dropped, although the client adds them up", () => {
    const compactions = of("limits", "ccotel.compaction").map(({ attributes }) => attributes);
    expect(compactions).toHaveLength(2);
    for (const sizes of compactions)
      expect(sizes["ccotel.compaction.dropped_tokens"]).toBe(
        Number(sizes["ccotel.compaction.pre_tokens"]) - Number(sizes["ccotel.compaction.post_tokens"]),
      );
  });

  test("a compaction has its trigger and its sizes", () => {
    const [compaction] = of("04-compact-auto", "ccotel.compaction");
    expect(compaction).toMatchObject({
      severity: "INFO",
      attributes: { "ccotel.compaction.trigger": "auto" },
    });
    expect(compaction?.attributes["ccotel.compaction.pre_tokens"]).toBeGreaterThan(0);
    expect(of("04-compact-manual-print", "ccotel.compaction")).toHaveLength(1);
  });

  test("an interrupt and a denial name their turn and their call", () => {
    expect(of("tui-esc-stream", "ccotel.interrupt")).toHaveLength(2);
    const [denial] = of("tui-permission", "ccotel.tool_denied");
    expect(denial).toMatchObject({
      severity: "WARN",
      attributes: { "ccotel.tool.outcome": "denied", "gen_ai.tool.name": expect.any(String) },
    });
    const [byRule] = of("permissions", "ccotel.tool_denied").filter(
      ({ attributes }) => attributes["gen_ai.tool.name"] === "Read",
    );
    expect(byRule?.attributes).toMatchObject({
      "ccotel.permission.reason": "rule",
      "ccotel.permission.rule_source": expect.any(String),
    });
    expect(denial?.attributes["prompt.id"]).toMatch(/^[0-9a-f-]{36}$/);
  });

  test("a hook that failed or was cancelled has its event, and its command only at a higher content level", () => {
    const failed = of("hooks", "ccotel.hook_failed");
    expect(failed.length).toBeGreaterThan(1);
    const turns = new Set(failed.map(({ spanId }) => spanId));
    expect(turns.size).toBeGreaterThan(0);
    for (const { severity, attributes } of failed) {
      expect(severity).toBe("WARN");
      expect(attributes["ccotel.hook.outcome"]).toMatch(/^(error|cancelled)$/);
      expect(attributes["ccotel.hook.event"]).toMatch(/^[A-Z][A-Za-z]+$/);
      expect(attributes).not.toHaveProperty(["ccotel.hook.command"]);
    }
    const [withCommand] = named("hooks", "full").filter(({ name }) => name === "ccotel.hook_failed");
    expect(withCommand?.attributes["ccotel.hook.command"]).toEqual(expect.any(String));
  });

  test("messages are there at level full only, as structured values", () => {
    expect(of("01-two-turns", "gen_ai.client.inference.operation.details")).toEqual([]);
    const [first] = named("01-two-turns", "full").filter(({ name }) => name.startsWith("gen_ai."));
    expect(first?.attributes["gen_ai.input.messages"]).toMatchObject([
      { role: "user", parts: [{ type: "text", content: expect.any(String) }] },
    ]);
    expect(first?.attributes["gen_ai.output.messages"]).toMatchObject([{ role: "assistant" }]);
  });
});

describe("a backend that accepts 16 attributes per record", () => {
  const facts = { serviceName: "claude-code", serviceInstanceId: "i", distroVersion: "1", extra: {} };
  const records = (maxAttributes?: number) => {
    const toReadable = createReadableLog({ ...facts, semconv: "v1.41" }, maxAttributes);
    return recordings().flatMap((one) =>
      transcriptsOf(one).flatMap((path) =>
        toLogEvents(readWhole(path, { keep: "full", assess: createAssess("/home/dev") }), {
          sessionId: sessionIdOf(path),
          scope: "turn",
          userId: "ann",
          content: { level: "full", clean: (text: string) => text },
        }).map(toReadable),
      ),
    );
  };

  test("gets those that describe the event, and the number of the missing ones", () => {
    const whole = records();
    const cut = records(16);
    expect(Math.max(...whole.map(({ attributes }) => Object.keys(attributes).length))).toBeGreaterThan(16);
    const lost = new Set<string>();
    for (const [index, { attributes, droppedAttributesCount }] of cut.entries()) {
      const all = Object.keys(whole[index]?.attributes ?? {});
      expect(Object.keys(attributes).length).toBeLessThanOrEqual(16);
      expect(droppedAttributesCount).toBe(all.length - Object.keys(attributes).length);
      for (const key of all) if (!(key in attributes)) lost.add(key);
    }
    // All of these are on the record's span as well.
    expect([...lost].sort()).toEqual([
      "ccotel.permission.code",
      "ccotel.project",
      "gen_ai.agent.name",
      "gen_ai.conversation.id",
    ]);
  });
});

describe.each(["session", "turn"] as const)("with one trace per %s", (scope) => {
  test.each(recordings())("$name: each record has the ids of a span, and an id of its own", (one) => {
    for (const path of transcriptsOf(one)) {
      const pieces = readWhole(path);
      const context = { sessionId: sessionIdOf(path), scope };
      const spans = new Set(toSpans(pieces, context).map(({ traceId, spanId }) => `${traceId}/${spanId}`));
      const events = toLogEvents(pieces, context);
      for (const { traceId, spanId, atMs, attributes, name } of events) {
        expect([...spans], name).toContain(`${traceId}/${spanId}`);
        expect(attributes["session.id"]).toBe(context.sessionId);
        expect(atMs).toBeGreaterThan(1e12);
        expect(atMs).toBeLessThanOrEqual(Math.max(...pieces.map(endOf)));
      }
      expect(new Set(events.map(({ id }) => id)).size).toBe(events.length);
    }
  });
});
