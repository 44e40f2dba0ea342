import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { printable, printableJson, printableLines } from "../../../src/printable.ts";
import { buildWorker, lab } from "../../support/lab.ts";
import { collector, faults, spansOf } from "../../support/otlp-server.ts";
import { runTool, temporaryFolder } from "../../support/run-tool.ts";
import { SESSION } from "../../support/transcripts/command-transcript.ts";

beforeAll(buildWorker);

/** Invisible texts that control a terminal, hide or reverse what it shows, or start a new line. */
const CONTROLS = {
  "a colour": "\u001b[31m",
  "a cleared screen": "\u001b[2J\u001b[H",
  "a window title": "\u001b]0;owned\u0007",
  "a link": "\u001b]8;;http://evil.example\u001b\\",
  "a clipboard write": "\u001b]52;c;ZXZpbA==\u0007",
  "a device control string": "\u001bP+q544e\u001b\\",
  "a C1 sequence": "\u009b31m",
  "a C1 title": "\u009d0;owned\u009c",
  "a bell and a backspace": "\u0007\b\b\b",
  "a carriage return": "\rForged: by a return",
  "a line feed": "\nForged: by a line",
  "a Unicode line separator": "\u2028Forged: by a separator",
  "a vertical tab and a form feed": "\u000b\f",
  "reversed text": "\u202egnp.exe\u202c",
  isolates: "\u2066x\u2067y\u2068z\u2069",
  "direction marks": "\u200e\u200f\u061c",
  "zero-width characters": "\u200b\u200c\u200d\u2060\ufeff",
  tags: "\u{e0041}\u{e007f}",
  "a delete": "\u007f",
  "a lone surrogate": "\ud800",
  "a filler": "\u3164\u115f",
} as const;
const ALL = Object.values(CONTROLS).join("-");

const INVISIBLE = new RegExp(
  [
    String.raw`[\x00-\x09\x0b-\x1f\x7f-\x9f]`,
    String.raw`[\u061c\u115f\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufeff\u{e0000}-\u{e007f}]`,
    String.raw`\p{Cs}`,
  ].join("|"),
  "u",
);

function expectClean(...outputs: string[]): void {
  for (const output of outputs) {
    expect(INVISIBLE.exec(output)?.[0], output.slice(0, 3000)).toBeUndefined();
    expect(output).not.toMatch(/^\s*Forged/m);
  }
}

/** A session in which every name ends in `tail`. */
function transcriptWith(tail: string): string {
  const common = {
    sessionId: SESSION,
    version: `2.1.329${tail}`,
    cwd: `/home/dev/shop${tail.replaceAll("/", "")}`,
    gitBranch: `main${tail}`,
    entrypoint: `cli${tail}`,
  };
  const usage = { input_tokens: 10, output_tokens: 5, cache_read_input_tokens: 100 };
  const answer = (index: number, model: string, content: object[], more = {}) => ({
    ...common,
    type: "assistant",
    uuid: `answer-${index}`,
    timestamp: `2026-11-20T10:00:0${index}Z`,
    requestId: `req${tail}`,
    requestedModel: `${model}${tail}`,
    effort: `high${tail}`,
    message: { id: `msg-${index}`, model: `${model}${tail}`, content, stop_reason: `end${tail}`, usage },
    ...more,
  });
  const tool = (id: string, name: string) => ({
    type: "tool_use",
    id,
    name,
    input: { command: `ls ${tail}` },
  });
  const result = (id: string) => ({
    ...common,
    type: "user",
    uuid: `result-${id}`,
    timestamp: "2026-11-20T10:00:04Z",
    toolDenialKind: `rule${tail}`,
    message: {
      role: "user",
      content: [{ type: "tool_result", tool_use_id: id, is_error: true, content: `no${tail}` }],
    },
  });
  const prompt = { role: "user", content: "hello" };
  return [
    {
      ...common,
      type: "user",
      uuid: "prompt-0",
      timestamp: "2026-11-20T10:00:00Z",
      turnOrigin: `human${tail}`,
      promptId: `p${tail}`,
      message: prompt,
    },
    answer(1, "claude-opus-5-5", [tool("t1", `Bash${tail}`), tool("t2", `mcp__files${tail}__read`)]),
    result("t1"),
    result("t2"),
    answer(5, "claude-new", [{ type: "text", text: "done" }]),
    answer(6, "<synthetic>", [{ type: "text", text: `API Error: ${tail}` }], {
      isApiErrorMessage: true,
      apiErrorType: `overloaded${tail}`,
    }),
    {
      ...common,
      type: "system",
      subtype: "compact_boundary",
      uuid: "compaction",
      timestamp: "2026-11-20T10:00:08Z",
      compactMetadata: { trigger: `manual${tail}` },
    },
    { type: "cost-state", totalCostUSD: 3, startTime: Date.parse("2026-11-20T10:00:00Z"), modelUsage: {} },
  ]
    .map((record) => `${JSON.stringify(record)}\n`)
    .join("");
}

function writeSession(homeDir: string, tail = ALL): void {
  const project = join(homeDir, ".claude/projects/-home-dev-shop");
  mkdirSync(project, { recursive: true });
  writeFileSync(join(project, `${SESSION}.jsonl`), transcriptWith(tail));
}

const COMMANDS = [
  ["show", SESSION],
  ["show", "--json", SESSION],
  ["errors", SESSION],
  ["errors", "--json", SESSION],
  ["audit", SESSION],
  ["audit", "--json", SESSION],
  ["audit", "--findings", SESSION],
  ["insights", SESSION],
  ["stats", "--by", "project,branch,model"],
  ["stats", "--by", "project,branch,tool"],
  ["stats", "--by", "session", "--json"],
  ["sessions"],
  ["sessions", "hello"],
  ["sessions", "--json"],
  ["export", "--dry-run", SESSION],
];

describe("a session cannot control the terminal", () => {
  it.each(Object.entries(CONTROLS))("with %s in every name", async (_, tail) => {
    const homeDir = temporaryFolder();
    writeSession(homeDir, tail);
    for (const argv of COMMANDS) {
      const { exitCode, stdout, stderr } = await runTool(argv, { homeDir, env: { CCOTEL_CONTENT: "full" } });
      expect((stdout + stderr).length, argv.join(" ")).toBeGreaterThan(20);
      expect(exitCode).toBeLessThan(2);
      expectClean(stdout, stderr);
    }
  });

  it("with colours: only ccotel's own are printed", async () => {
    const homeDir = temporaryFolder();
    writeSession(homeDir);
    const { stdout } = await runTool(["show", SESSION], { homeDir, colors: true });
    expect(stdout).toContain("\u001b[1mSession\u001b[22m");
    // biome-ignore lint/suspicious/noControlCharactersInRegex: the escapes of colours.
    expectClean(stdout.replace(/\u001b\[(?:1|2|22|31|32|39)m/g, ""));
  });

  it("with --json: a parser gets the original text back", async () => {
    const homeDir = temporaryFolder();
    writeSession(homeDir, "\u202e\u{e0041}\u009b");
    const { stdout } = await runTool(["show", SESSION, "--json"], { homeDir });
    expect(JSON.stringify(JSON.parse(stdout))).toContain("claude-opus-5-5\u202e\u{e0041}\u009b");
  });
});

describe("a backend's answer cannot control the terminal", () => {
  it("in the output of export, doctor and status, and in rejected.jsonl", async () => {
    const { url } = await collector((request) =>
      spansOf(request).some(({ name }) => name.startsWith("execute_tool Bash"))
        ? { status: 400, body: `no ${ALL}`, headers: { "content-type": "text/plain" } }
        : {},
    );
    const homeDir = temporaryFolder();
    writeSession(homeDir);
    const env = { CCOTEL_ENDPOINT: url, CCOTEL_SERVICE_NAME: `shop${ALL.replaceAll("\u0000", "")}` };
    for (const argv of [
      ["export", SESSION],
      ["doctor"],
      ["doctor", "--json"],
      ["status"],
      ["status", "--json"],
    ]) {
      const { stdout, stderr } = await runTool(argv, { homeDir, env });
      expect(stdout + stderr, argv.join(" ")).not.toBe("");
      expectClean(stdout, stderr);
    }
    const rejected = readFileSync(join(homeDir, ".ccotel/rejected.jsonl"), "utf8");
    expect(rejected).toContain("owned");
    expectClean(rejected);
  });

  it("in the worker's log, and in status after it", async () => {
    const { url } = await collector(faults.partial(1, `no ${ALL}`));
    const { transcript, event, worker, log, home } = lab(url);
    mkdirSync(join(transcript(SESSION), ".."), { recursive: true });
    writeFileSync(transcript(SESSION), transcriptWith(ALL));
    event(SESSION, { name: "SessionEnd" });
    await worker();
    expect(log()).toContain("no ");
    expectClean(log());
    const { stdout } = await runTool(["status"], { env: { CCOTEL_HOME: home.root, CCOTEL_ENDPOINT: url } });
    expect(stdout).toContain(SESSION);
    expectClean(stdout);
  });
});

describe("settings and arguments cannot control the terminal", () => {
  it.each(["status", "doctor", "configure", "uninstall"])("settings, in %s", async (command) => {
    const homeDir = temporaryFolder();
    mkdirSync(join(homeDir, ".claude"));
    const settings = {
      env: {
        OTEL_METRICS_EXPORTER: `otlp${ALL}`,
        CLAUDE_CODE_ENABLE_TELEMETRY: "1",
        OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:9/${ALL}`,
        CCOTEL_CONTENT: `all${ALL}`,
        CCOTEL_ENDPOINT: `http://127.0.0.1:9/${ALL}`,
        [`CCOTEL_X${ALL}`]: "1",
      },
      hooks: {
        [`Stop${ALL}`]: [{ hooks: [{ type: "command", command: "true" }] }],
        Stop: [{ hooks: [{ type: "command", command: `/x${ALL}/.ccotel/bin/hook.sh Stop` }] }],
      },
      enabledPlugins: { [`ccotel@${ALL}`]: true },
    };
    writeFileSync(join(homeDir, ".claude/settings.json"), JSON.stringify(settings));
    const flags = command === "configure" ? ["--endpoint", "http://127.0.0.1:9", "--yes", "--no-test"] : [];
    for (const more of [[], ["--json"]]) {
      if (command === "uninstall" && more.length > 0) continue;
      const { stdout, stderr } = await runTool([command, ...flags, ...more], { homeDir });
      expect(stdout + stderr).not.toBe("");
      expectClean(stdout, stderr);
    }
  });

  it("arguments, in error messages", async () => {
    for (const argv of [
      [`x${ALL}`],
      ["show", `x${ALL}`],
      ["export", `--x${ALL}`],
      ["configure", `x${ALL}`],
    ]) {
      const { stdout, stderr } = await runTool(argv);
      expect(INVISIBLE.exec(stdout + stderr)?.[0]).toBeUndefined();
    }
  });
});

describe("printable text", () => {
  it("is every visible character, in all scripts", () => {
    const seen = "größer ✓ 日本語 עברית العربية देवनागरी 👍🏽 e\u0301 – “x” → …\u00a0;";
    expect(printable(seen)).toBe(seen);
    expect(printableLines(`${seen}\n\t${seen}\n`)).toBe(`${seen}\n\t${seen}\n`);
    expect(printableJson(JSON.stringify({ seen }))).toBe(JSON.stringify({ seen }));
  });

  it("has the parts of a joined emoji side by side, because terminals disagree on its width", () => {
    expect(printable("👩‍👩‍👧‍👦 🏳️‍🌈 👨🏽‍💻")).toBe("👩👩👧👦 🏳️🌈 👨🏽💻");
    expect(printable("rm\u200d -rf")).toBe("rm? -rf");
  });

  it("has a question mark for any other character, and an escape sequence in JSON", () => {
    expect(printable("a\u001b[31mb\nc\u202ed\u{e0041}e\ud800f")).toBe("a?[31mb?c?d?e?f");
    expect(printableLines("a\u001b[31mb\u001b[5mc\nd\re")).toBe("a\u001b[31mb?[5mc\nd?e");
    expect(printableJson('{\n "a": "\u202e\u{e0041}"\n}')).toBe('{\n "a": "\\u202e\\udb40\\udc41"\n}');
  });
});
