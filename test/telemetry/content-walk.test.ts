import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { JsonTraceSerializer } from "@opentelemetry/otlp-transformer";
import { afterAll, describe, expect, test } from "vitest";
import { assessing } from "../../src/signals/assess.ts";
import { createFamiliar } from "../../src/state/familiar.ts";
import { homeAt } from "../../src/state/home.ts";
import { toLogEvents } from "../../src/telemetry/logs/events.ts";
import { observe } from "../../src/telemetry/metrics/observe.ts";
import { createReadable } from "../../src/telemetry/spans/readable.ts";
import type { Span } from "../../src/telemetry/spans/span.ts";
import { toSpans } from "../../src/telemetry/spans/spans.ts";
import { readWhole, spansOf } from "../support/read-files.ts";
import { recordings, recordsOf, sessionIdOf, transcriptsOf } from "../support/recordings.ts";

/**
 * At level `none`, no text of prompts, answers, commands or files leaves the machine. Two checks: every attribute is
 * known, and its value has one of the few forms of names and ids; and no text of the transcript is in the sent data.
 */

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const WORD = /^[a-z][a-z_-]{1,30}$/;

/** Forms of the string values at level none. Anything else that is a string fails. */
const FORMS: Record<string, RegExp> = {
  "gen_ai.operation.name": /^(chat|execute_tool|invoke_agent)$/,
  "gen_ai.provider.name": /^(anthropic|aws\.bedrock|gcp\.vertex_ai)$/,
  "gen_ai.request.model": /^[a-z0-9.[\]-]{3,40}$/,
  "gen_ai.response.model": /^[a-z0-9.[\]-]{3,40}$/,
  "gen_ai.response.id": /^(msg_\w{3,40}|[0-9a-f-]{36})$/,
  "gen_ai.response.finish_reasons": WORD,
  "gen_ai.conversation.id": UUID,
  "session.id": UUID,
  "prompt.id": UUID,
  request_id: /^req_\w{3,40}$/,
  agent_id: /^(?:[0-9a-f-]{7,36}|a[\w-]+-[0-9a-f]{6,16})$/,
  tool_use_id: /^toolu_\w{3,40}$/,
  "gen_ai.tool.call.id": /^toolu_\w{3,40}$/,
  "gen_ai.tool.name": /^[A-Za-z]{2,20}$|^mcp__[a-z]+__[a-z]+$/,
  "gen_ai.tool.type": /^function$/,
  "gen_ai.agent.id": /^(?:[0-9a-f-]{7,36}|a[\w-]+-[0-9a-f]{6,16})$/,
  "gen_ai.agent.name": /^(claude-code|subagent|general-purpose|Explore|Plan|[a-z-]{3,20})$/,
  "error.type": /^[A-Za-z_]{3,40}$|^\d{3}$/,
  "mcp.method.name": /^tools\/call$/,
  "ccotel.mcp.server": WORD,
  "ccotel.mcp.tool": WORD,
  "ccotel.skill.name": /^(custom|code-review|loop)$/,
  "ccotel.project": /^[a-z-]{3,30}$/,
  "vcs.ref.head.name": /^[a-z/-]{3,40}$/,
  "ccotel.entrypoint": WORD,
  "ccotel.forked_from": UUID,
  "ccotel.turn.source": WORD,
  "ccotel.turn.outcome": WORD,
  "ccotel.outcome": WORD,
  "ccotel.cost.source": WORD,
  "ccotel.cache.miss_cause": /^(model_changed|expired_5m|expired_1h|prompt_changed)$/,
  "ccotel.speed": WORD,
  "ccotel.effort": WORD,
  "ccotel.tool.outcome": WORD,
  "ccotel.tool.denial": WORD,
  "ccotel.permission.decision": /^[A-Za-z_]{2,24}(:[A-Za-z]{2,24})?$/,
  "ccotel.permission.source": /^[A-Za-z_-]{2,24}(:[A-Za-z]{2,24})?$/,
  "ccotel.permission.reason": /^[A-Za-z_]{2,24}(:[A-Za-z]{2,24})?$/,
  "ccotel.permission.rule_source": /^[A-Za-z_]{2,24}(:[A-Za-z]{2,24})?$/,
  "ccotel.permission.code": /^[A-Za-z_]{2,24}(:[A-Za-z-]{2,24}){0,2}$/,
  "ccotel.permission.scope": /^[A-Za-z_]{2,24}(:[A-Za-z]{2,24})?$/,
  "ccotel.permission.mode": /^[A-Za-z_]{2,24}(:[A-Za-z]{2,24})?$/,
  "ccotel.compaction.trigger": WORD,
  "ccotel.link": WORD,
  "ccotel.cleared_from": UUID,
};

describe("at level none", () => {
  test.each(recordings())("$name: every string is an id, a name or one of ccotel's words", (recording) => {
    for (const span of spansOf(recording, "session")) {
      expect(span.name).toMatch(
        /^(claude_code\.[a-z.]+|invoke_agent [A-Za-z-]+|(chat|execute_tool) [\w.[\]-]+)( (acme-shop(-fix)?|add-tax))?$/,
      );
      expect(span.statusMessage).toBeUndefined();
      const parts = [
        span.attributes,
        ...span.events.map((event) => event.attributes),
        ...span.links.map((link) => link.attributes),
      ];
      for (const [key, value] of parts.flatMap((attributes) => Object.entries(attributes))) {
        for (const text of [value].flat())
          if (typeof text === "string") expect(text, key).toMatch(FORMS[key] ?? /^never$/);
      }
    }
  });

  test.each(recordings())("$name: no text of the transcript is in what is sent", (recording) => {
    const texts = textsOf(recordsOf(recording));
    expect(texts.length).toBeGreaterThan(0);
    for (const scope of ["session", "turn"] as const) {
      const sent = wire(spansOf(recording, scope));
      for (const text of texts) expect(sent.includes(text), JSON.stringify(text)).toBe(false);
    }
  });
});

/** Attributes that log records and points have beside those of spans. */
const OTHER_FORMS: Record<string, RegExp> = {
  ...FORMS,
  "ccotel.finding.id": /^[a-z]+\.[a-z-]+$/,
  "ccotel.findings": /^[a-z]+\.[a-z-]+$/,
  "ccotel.finding.severity": /^(low|medium|high|critical)$/,
  "ccotel.limit": WORD,
  "ccotel.hook.event": /^[A-Z][A-Za-z]{2,20}$/,
  "ccotel.hook.outcome": WORD,
  "ccotel.token.type": /^[a-z0-9_]{3,20}$/,
  "ccotel.work.kind": WORD,
  "gen_ai.token.type": WORD,
};

/** The body of a log record: one of ccotel's own sentences, with names and numbers. */
const BODY =
  /^(A request to the model failed: [A-Za-z_]{3,40}( \(\d{3}\))?|[A-Z][A-Za-z ,()]{5,80}(: [A-Za-z0-9_ .,()[\]:-]{1,160})?)$/;

function expectForms(attributes: Readonly<Record<string, unknown>>): void {
  for (const [key, value] of Object.entries(attributes))
    for (const text of [value].flat())
      if (typeof text === "string") expect(text, key).toMatch(OTHER_FORMS[key] ?? /^never$/);
}

describe("log records, findings and points at level none", () => {
  const folder = mkdtempSync(join(tmpdir(), "ccotel-walk-"));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  // One machine for all recordings: hosts, servers and hooks appear and disappear.
  const familiar = createFamiliar(homeAt(folder), { learns: true });
  const read = (path: string) => readWhole(path, assessing("/home/dev", familiar));

  test.each(recordings())(
    "$name: every string is an id, a name or one of ccotel's words, and no text of the transcript",
    (one) => {
      const texts = textsOf(recordsOf(one));
      for (const path of transcriptsOf(one)) {
        const pieces = read(path);
        const context = { sessionId: sessionIdOf(path), scope: "turn" as const };
        const events = toLogEvents(pieces, context);
        const points = observe(pieces);
        const spans = toSpans(pieces, context);
        for (const { body, attributes } of events) {
          expect(body).toMatch(BODY);
          expectForms(attributes);
        }
        for (const { attributes } of points) expectForms(attributes);
        for (const { attributes } of spans) expectForms(attributes);
        const sent = JSON.stringify([events, points, spans]);
        for (const text of texts) expect(sent.includes(text), JSON.stringify(text)).toBe(false);
      }
    },
  );

  test("what ccotel keeps about a project contains no text either", () => {
    const files = readdirSync(join(folder, "projects")).map((name) => join(folder, "projects", name));
    const kept = files.map((file) => readFileSync(file, "utf8")).join("");
    expect(kept).toMatch(/^\{"format":1/);
    for (const one of recordings())
      for (const text of textsOf(recordsOf(one))) expect(kept.includes(text), text).toBe(false);
  });
});

function wire(spans: Span[]): string {
  const toReadable = createReadable({ serviceName: "claude-code", distroVersion: "0.0.0", extra: {} });
  const bytes = JsonTraceSerializer.serializeRequest(spans.map(toReadable));
  return JSON.stringify(JSON.parse(Buffer.from(bytes as Uint8Array).toString("utf8")));
}

/**
 * The texts of a conversation, their lines, and the paths, hosts and addresses in them. Single words are left out: they
 * cannot be told from names.
 */
function textsOf(records: Record<string, unknown>[]): string[] {
  const texts = records.flatMap((record) => leaves(TEXT_FIELDS.map((key) => record[key])));
  const places = texts.flatMap((text) => text.match(/[\w@~-]*[/.][\w@~./-]*\w/g) ?? []).filter(isPlace);
  const lines = [
    ...texts.flatMap((text) => [text, ...text.split("\n")]).map((text) => text.trim()),
    ...places,
  ];
  return [...new Set(lines)].filter((text) => text.length >= 6 && /[\s/.=(]/.test(text) && !MODEL.test(text));
}

/** A path or a host. Versions, numbers and ccotel's own names have dots and slashes as well. */
function isPlace(text: string): boolean {
  return /\.(invalid|example|com|org|net|js|ts|sh|md|json|txt|csv|mjs|env|ya?ml)$|^[~/]|\/.*\//.test(text);
}

/**
 * The fields of records with text of the conversation. Other fields have ids, times and names of Claude Code itself.
 */
const TEXT_FIELDS = [
  "message",
  "toolUseResult",
  "content",
  "attachment",
  "error",
  "lastPrompt",
  "aiTitle",
  "customTitle",
  "slug",
  "hookInfos",
  "hookErrors",
  "prUrl",
  "summary",
  "cwd",
];
const MODEL = /^(claude-[\w.[\]-]+|invoke_agent .*)$/;

function leaves(value: unknown): string[] {
  if (typeof value === "string") return [value];
  if (Array.isArray(value)) return value.flatMap(leaves);
  if (typeof value !== "object" || value === null) return [];
  return Object.values(value).flatMap(leaves);
}
