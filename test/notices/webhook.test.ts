import { describe, expect, it } from "vitest";
import type { Notice } from "../../src/notices/notice.ts";
import { sentence, webhookBody, webhookKind } from "../../src/notices/webhook.ts";

const alert: Notice = {
  type: "session_cost",
  limitUsd: 5,
  costUsd: 5.125,
  sessionId: "0b9aeb4e-7d5c-4d5e-a6c1-1f4ad3f5b3f0",
  project: "<!channel> & co",
};

describe("a ping", () => {
  const call = {
    atMs: 0,
    sessionId: "0b9aeb4e",
    durationMs: 5,
    project: "shop",
    tool: { name: "Bash", id: "t" },
  };
  it.each([
    ["tool", "ok", "Claude Code: Bash call in shop succeeded"],
    ["tool", "error", "Claude Code: Bash call in shop failed"],
    ["failure", "error", "Failure: Bash call in shop failed"],
    ["failure", "denied", "Failure: Bash call in shop denied (unasked)"],
  ] as const)("about a %s with the outcome %s is a sentence", (type, outcome, text) => {
    const why = outcome === "denied" ? { error: "unasked" } : {};
    expect(sentence({ ...call, type, outcome, ...why } as unknown as Notice)).toBe(text);
  });
});

describe("a receiver", () => {
  it.each([
    ["https://hooks.slack.com/services/T0/B0/x", "slack"],
    ["https://discord.com/api/webhooks/1/x", "discord"],
    ["https://discordapp.com/api/webhooks/1/x", "discord"],
    ["https://acme.webhook.office.com/webhookb2/x", "teams"],
    ["https://prod-1.westeurope.logic.azure.com:443/workflows/x", "teams"],
    ["http://127.0.0.1:9999/alerts", "json"],
    ["https://hooks.slack.com.evil.example/services", "json"],
  ])("at %s gets the format %s", (url, kind) => expect(webhookKind(url)).toBe(kind));

  it("of Slack gets a text in which the name of a project mentions no one", () => {
    const { text } = JSON.parse(webhookBody("slack", alert, "1"));
    expect(text).toContain("&lt;!channel&gt; &amp; co");
    expect(text).toContain("$5.13, more than $5.00");
  });

  it("of Discord gets a text without mentions", () => {
    expect(JSON.parse(webhookBody("discord", alert, "1"))).toEqual({
      content: sentence(alert),
      allowed_mentions: { parse: [] },
    });
  });

  it("of Teams gets an adaptive card", () => {
    const { attachments } = JSON.parse(webhookBody("teams", alert, "1"));
    expect(attachments[0].content.body[0]).toMatchObject({ type: "TextBlock", text: sentence(alert) });
  });

  it("of another kind gets the numbers, and an id to recognise repetitions", () => {
    expect(JSON.parse(webhookBody("json", alert, "abc"))).toEqual({
      source: "ccotel",
      version: 1,
      id: "abc",
      text: sentence(alert),
      event: "session_cost",
      cost_usd: 5.125,
      limit_usd: 5,
      session_id: alert.sessionId,
      project: alert.project,
    });
  });
});
