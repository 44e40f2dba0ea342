import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, onTestFinished, test } from "vitest";
import { DEFAULT_MAX_ATTRIBUTES } from "../../src/config/options/global-options.ts";
import { toolDetails } from "../../src/session/conversation/tool-details.ts";
import { MAX_VALUE_BYTES } from "../../src/telemetry/attributes.ts";
import { sayArguments } from "../../src/telemetry/content/arguments.ts";
import { fitJson, shrink } from "../../src/telemetry/content/fit-json.ts";
import { type Message, messagesJson } from "../../src/telemetry/content/messages.ts";
import type { ContentPolicy } from "../../src/telemetry/content/policy.ts";
import { sayText } from "../../src/telemetry/content/text.ts";
import { inDialect } from "../../src/telemetry/dialects/dialect.ts";
import type { Span } from "../../src/telemetry/spans/span.ts";
import { toSpans } from "../../src/telemetry/spans/spans.ts";
import { ELSEWHERE } from "../redact/cases/code.ts";
import { IN_COMMANDS } from "../redact/cases/commands.ts";
import { IN_FILES } from "../redact/cases/files.ts";
import { makeCases } from "../redact/cases/make.ts";
import { BY_THEMSELVES } from "../redact/cases/tokens.ts";
import { leftOf, plantedSecrets } from "../redact/planted.ts";
import { POLICIES, policy } from "../support/policies.ts";
import { readWhole } from "../support/read-files.ts";
import { recordings, sessionIdOf, transcriptsOf } from "../support/recordings.ts";

const SESSION = "11111111-2222-4333-8444-555555555555";

/** A session of one turn with one call of a tool, written as the client writes it. */
function session(texts: {
  prompt?: unknown;
  answer?: string;
  input?: unknown;
  result?: unknown;
  isError?: boolean;
}) {
  const folder = mkdtempSync(join(tmpdir(), "ccotel-content-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  let seconds = 0;
  const record = (type: string, message: object, more: object = {}) =>
    JSON.stringify({
      type,
      uuid: `00000000-0000-4000-8000-${String(++seconds).padStart(12, "0")}`,
      timestamp: new Date(Date.UTC(2026, 10, 21, 12, 0, seconds)).toISOString(),
      sessionId: SESSION,
      version: "2.1.329",
      cwd: "/home/dev/shop",
      ...more,
      message,
    });
  const answer = (id: string, block: object, stop: string) =>
    record("assistant", {
      id,
      model: "claude-opus-5-5",
      content: [block],
      stop_reason: stop,
      usage: { input_tokens: 1, output_tokens: 1 },
    });
  const {
    prompt = "Go",
    answer: text = "Done",
    input = { command: "ls" },
    result = "ok",
    isError = false,
  } = texts;
  const path = join(folder, `${SESSION}.jsonl`);
  const lines = [
    record("user", { role: "user", content: prompt }, { turnOrigin: "human", promptId: SESSION }),
    answer("msg_1", { type: "tool_use", id: "toolu_1", name: "Bash", input }, "tool_use"),
    record("user", {
      role: "user",
      content: [{ type: "tool_result", tool_use_id: "toolu_1", content: result, is_error: isError }],
    }),
    answer("msg_2", { type: "text", text }, "end_turn"),
  ];
  writeFileSync(path, lines.map((line) => `${line}\n`).join(""));
  return path;
}

function spansAt(path: string, content: ContentPolicy): Span[] {
  return toSpans(readWhole(path, { keep: content.level }), {
    sessionId: sessionIdOf(path),
    scope: "session",
    content,
  });
}

describe("secrets never leave", () => {
  // Without numbers, because their digits can look like a part of a key.
  const texts = (span: Span) =>
    Object.values(span.attributes)
      .flat()
      .filter((value) => typeof value === "string");
  const everything = (spans: Span[]) =>
    spans
      .map((span) => [span.name, span.statusMessage ?? "", ...texts(span)].join("\n"))
      .join("\n")
      .replaceAll("\\\\", "\\");

  test.each(plantedSecrets(3))(
    "at level full, in a prompt, an answer, a call or a result: $kind",
    (secret) => {
      const { text } = secret;
      const path = session({
        prompt: `Use ${text} please`,
        answer: `I used ${text} as you said`,
        input: { command: `deploy\n${text}\ndone`, env: { nested: [text] }, [text]: "a key" },
        result: [
          { type: "text", text: `first\n${text}` },
          { type: "text", text },
        ],
        isError: true,
      });
      for (const level of ["details", "full"] as const) {
        expect(leftOf(secret, everything(spansAt(path, policy(level)))), level).toBeUndefined();
      }
    },
  );

  test.each(plantedSecrets(4))(
    "if the reader's limit of 4,096 bytes cuts them at any place: $kind",
    (secret) => {
      const clean = policy("full");
      // A masked key before the secret shortens the text, so the cut secret could move into the part that is kept.
      const long = plantedSecrets(9).find(({ kind }) => kind === "OPENSSH PRIVATE key")?.text as string;
      const filler = `${long}\n${"lorem ipsum ".repeat(400)}`;
      for (let inside = 4; inside <= secret.text.length; inside += Math.max(1, secret.text.length >> 4)) {
        const torn = `${filler.slice(0, 4095 - inside)} ${secret.text}`.slice(0, 4095);
        expect(leftOf(secret, sayText(clean, torn)), String(inside)).toBeUndefined();
      }
    },
  );

  test("of any kind, in the error that a status message quotes", () => {
    for (const secret of makeCases([...IN_FILES, ...IN_COMMANDS, ...ELSEWHERE, ...BY_THEMSELVES], 3)) {
      // A message has only the first line, so a secret of several lines may lack what tells that it is one.
      if (secret.text.includes("\n")) continue;
      const path = session({ result: secret.text, isError: true });
      const said = everything(spansAt(path, policy("details")));
      expect(leftOf(secret, said), `${secret.kind}: ${said}`).toBeUndefined();
    }
  });

  test("in an argument whose name names a secret, after a flag, or as a number", () => {
    const input = {
      password: "hunter2",
      args: ["--api-key", "abcdefgh", "--verbose", "yes"],
      env: { GITHUB_TOKEN: "abc def" },
      pin: 1234,
      passwordHint: 123456,
      max_tokens: 4096,
    };
    expect(sayArguments(policy("full"), input)).toEqual({
      password: "[secret: password]",
      args: ["--api-key", "[secret: password]", "--verbose", "yes"],
      env: { GITHUB_TOKEN: "[secret: password]" },
      pin: 1234,
      passwordHint: "[secret: password]",
      max_tokens: 4096,
    });
  });
});

describe("with CCOTEL_REDACT=on", () => {
  const redacted = policy("full", true);

  test("the kind and the length of a text stay, and nothing else of it", () => {
    const texts = { prompt: "p".repeat(1234), answer: "Sum: 1", input: { command: "x" }, result: "y" };
    const [, turn] = spansAt(session(texts), redacted);
    expect(turn?.attributes["gen_ai.input.messages"]).toBe(
      '[{"role":"user","parts":[{"type":"text","content":"[text, 1,234 characters]"}]}]',
    );
    expect(turn?.attributes["gen_ai.output.messages"]).toContain("[text, 6 characters]");
  });

  test("arguments keep the names of the tool's parameters, and no other names", () => {
    const input = {
      file_path: "/home/dev/a.ts",
      limit: 5,
      deep: { a: 1 },
      list: [1, 2],
      "What is it?": "x",
      none: null,
      yes: true,
    };
    const shown = sayArguments(redacted, input) as Record<string, unknown>;
    expect(shown.file_path).toMatch(/^[0-9a-f]{16}\.ts$/);
    expect({ ...shown, file_path: "" }).toEqual({
      file_path: "",
      limit: "[number]",
      "[name 5, 11 characters]": "[text, 1 character]",
      "[name 6, 4 characters]": "[null]",
      "[name 7, 3 characters]": "[boolean]",
      "[name 3, 4 characters]": "[object, 1 entry]",
      "[name 4, 4 characters]": "[list, 2 items]",
    });
  });

  test("nothing is left of any text, in a value or in the name of an argument", () => {
    fc.assert(
      fc.property(fc.string({ minLength: 12 }), (text) => {
        fc.pre(/\w{4}\s?\w{4}/.test(text));
        const shown = JSON.stringify([
          sayText(redacted, text),
          sayArguments(redacted, { command: text, [text]: [text] }),
        ]);
        expect(shown).not.toContain(JSON.stringify(text).slice(1, -1));
      }),
    );
  });
});

describe("a value that is too long", () => {
  const text = fc.oneof(fc.string({ unit: "binary", maxLength: 3000 }), fc.string({ maxLength: 50 }));
  const part = fc.oneof(
    fc.record({ type: fc.constantFrom("text" as const, "reasoning" as const), content: text }),
    fc.record({
      type: fc.constant("tool_call" as const),
      id: fc.string(),
      name: fc.string(),
      arguments: fc.jsonValue(),
    }),
    fc.record({ type: fc.constant("tool_call_response" as const), id: fc.string(), response: text }),
  );
  const messages = fc.array(
    fc.record({
      role: fc.constantFrom("user" as const, "assistant" as const, "tool" as const),
      parts: fc.array(part, { maxLength: 60 }),
      finish_reason: fc.constantFrom("stop", "length"),
    }),
    { minLength: 1, maxLength: 3 },
  );

  test("stays valid JSON in the form of the conventions at every limit: messages", () => {
    fc.assert(
      fc.property(messages, fc.integer({ min: 300, max: MAX_VALUE_BYTES }), (list, maxBytes) => {
        const json = messagesJson(list as Message[], maxBytes);
        expect(Buffer.byteLength(json)).toBeLessThanOrEqual(maxBytes);
        for (const { role, parts } of JSON.parse(json) as Message[]) {
          expect(["user", "assistant", "tool"]).toContain(role);
          for (const { type } of parts)
            expect(["text", "reasoning", "tool_call", "tool_call_response"]).toContain(type);
        }
      }),
      { numRuns: 300 },
    );
  });

  test("stays valid JSON at every limit: any value", () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 6 }), fc.integer({ min: 16, max: 400 }), (value, maxBytes) => {
        const json = fitJson((limits) => shrink(value, limits), maxBytes);
        expect(Buffer.byteLength(json)).toBeLessThanOrEqual(maxBytes);
        const parsed: unknown = JSON.parse(json);
        const whole = JSON.stringify(value);
        if (Buffer.byteLength(whole) <= maxBytes) expect(JSON.stringify(parsed)).toBe(whole);
      }),
      { numRuns: 500 },
    );
  });

  test("is cut inside its strings first, and uses the whole limit", () => {
    const json = messagesJson([
      {
        role: "user",
        parts: [
          { type: "text", content: "a".repeat(9000) },
          { type: "text", content: "short" },
        ],
      },
    ]);
    expect(Buffer.byteLength(json)).toBeGreaterThan(MAX_VALUE_BYTES - 8);
    expect(json).toMatch(/a…"},{"type":"text","content":"short"}\]}\]$/);
  });

  test("says how many parts are missing", () => {
    const parts = Array.from({ length: 200 }, () => ({ type: "text" as const, content: "x".repeat(40) }));
    const [message] = JSON.parse(messagesJson([{ role: "assistant", parts }])) as [Message];
    const last = message.parts.at(-1) as { content: string };
    expect(last.content).toBe(`[… ${200 - (message.parts.length - 1)} more parts]`);
  });

  test("stays JSON if it is a tool's JSON result; another result is cut as text", () => {
    const rows = Array.from({ length: 300 }, (_, n) => ({ id: n, name: `row ${n}` }));
    const resultOf = (result: string) =>
      spansAt(session({ result }), policy("full")).find(({ name }) => name.startsWith("execute_tool"))
        ?.attributes["gen_ai.tool.call.result"];
    const json = resultOf(JSON.stringify(rows.slice(0, 90))) as string;
    expect(Buffer.byteLength(json)).toBeLessThanOrEqual(MAX_VALUE_BYTES);
    expect((JSON.parse(json) as unknown[])[0]).toEqual({ id: 0, name: "row 0" });
    expect(resultOf("é".repeat(1990))).toBe(`${"é".repeat(998)}…`);
  });
});

test("no attribute is longer than 2,000 bytes, and no span has more attributes than OpenTelemetry allows, at any level, in any dialect", () => {
  const dialects = ["none", "jaeger", "openinference", "mlflow", "langfuse", "langsmith", "datadog"] as const;
  for (const path of recordings().flatMap(transcriptsOf)) {
    for (const content of Object.values(POLICIES)) {
      for (const span of spansAt(path, content)) {
        for (const dialect of dialects) {
          const values = Object.values(inDialect(span, dialect).attributes);
          expect(values.length).toBeLessThanOrEqual(DEFAULT_MAX_ATTRIBUTES);
          const bytes = values.map((value) => (typeof value === "string" ? Buffer.byteLength(value) : 0));
          expect(Math.max(...bytes)).toBeLessThanOrEqual(MAX_VALUE_BYTES);
        }
      }
    }
  }
});

describe("the home folder becomes a tilde", () => {
  const at = (homeDir: string, text: string) =>
    sayText({ level: "full", clean: (whole) => whole, homeDir }, text);

  test.each([
    ["/home/me", "cd /home/me && ls /home/me/shop", "cd ~ && ls ~/shop"],
    [
      "/home/me",
      "/home/meg and /home/me.bak stay, /home/me: goes",
      "/home/meg and /home/me.bak stay, ~: goes",
    ],
    ["/home/me/", "/home/me/x", "~/x"],
    ["/home/me", "~/.claude/projects/-home-me-shop/a.jsonl", "~/.claude/projects/~-shop/a.jsonl"],
    ["C:\\Users\\me", "C:\\Users\\me\\shop", "~\\shop"],
    ["C:\\Users\\me", '{"path":"C:\\\\Users\\\\me\\\\shop"}', '{"path":"~\\\\shop"}'],
    ["C:\\Users\\me", "C:/Users/me/shop", "~/shop"],
    ["/", "/etc/passwd", "/etc/passwd"],
  ])("%s: %s", (homeDir, text, expected) => {
    expect(at(homeDir, text)).toBe(expected);
  });
});

describe("the details of a call", () => {
  test.each([
    ["ls -la", "ls"],
    ["  FOO=1 BAR='a b' BAZ=\"c d\" ./scripts/deploy.sh --now", "deploy.sh"],
    ["/usr/bin/env node x.js", "env"],
    ["cd src && npm test", "cd"],
    ["(git status)", "git"],
    ['"C:\\Program Files\\nodejs\\node.exe" x.js', "node.exe"],
    ["$EDITOR notes.txt", undefined],
    ["`which ls`", undefined],
    ["TOKEN=abcdef", undefined],
    ["", undefined],
    ["'quoted program' x", undefined],
    ["cat<<EOF", "cat"],
  ])("of the command %s have the program %s", (command, program) => {
    expect(toolDetails("Bash", { command }).program).toBe(program);
  });

  test.each([
    ["https://user:pw@Docs.Example.com:8443/a?b=c#d", "docs.example.com"],
    ["http://[::1]:3000/", "[::1]"],
    ["not a url", undefined],
  ])("of the URL %s have the host %s", (url, host) => {
    expect(toolDetails("WebFetch", { url }).host).toBe(host);
  });

  test("are not taken from the tools of MCP servers", () => {
    expect(toolDetails("mcp__files__Read", { file_path: "/a", command: "ls", url: "http://a" })).toEqual({});
  });
});
