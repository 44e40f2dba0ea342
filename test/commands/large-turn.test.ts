// Inputs that an earlier version read in more than linear time, half a minute or longer. Each limit is at least ten
// times the present time, and below the earlier one.

import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { runTool, temporaryFolder } from "../support/run-tool.ts";
import { SESSION } from "../support/transcripts/command-transcript.ts";

const common = { sessionId: SESSION, version: "2.1.329", cwd: "/home/dev/shop", gitBranch: "main" };

function homeWith(records: object[]): string {
  const homeDir = temporaryFolder();
  const project = join(homeDir, ".claude/projects/-home-dev-shop");
  mkdirSync(project, { recursive: true });
  const lines = records.map((record) => `${JSON.stringify({ ...common, ...record })}\n`);
  writeFileSync(join(project, `${SESSION}.jsonl`), lines.join(""));
  return homeDir;
}

const at = (ms: number) => new Date(Date.UTC(2026, 10, 20, 10) + ms).toISOString();
const prompt = {
  type: "user",
  uuid: "prompt",
  timestamp: at(0),
  turnOrigin: "human",
  promptId: "p",
  message: { role: "user", content: "go" },
};
const calls = (index: number, input: object) => ({
  type: "assistant",
  uuid: `answer-${index}`,
  timestamp: at(index * 2 + 1),
  requestId: `request-${index}`,
  message: {
    id: `message-${index}`,
    model: "claude-opus-5-5",
    content: [{ type: "tool_use", id: `call-${index}`, name: "mcp__files__put", input }],
    stop_reason: "tool_use",
    usage: { input_tokens: 1, output_tokens: 1 },
  },
});
const result = (index: number) => ({
  type: "user",
  uuid: `result-${index}`,
  timestamp: at(index * 2 + 2),
  message: {
    role: "user",
    content: [{ type: "tool_result", tool_use_id: `call-${index}`, content: "done" }],
  },
});
const end = (index: number) => ({
  type: "system",
  subtype: "stop_hook_summary",
  uuid: "end",
  timestamp: at(index * 2 + 3),
});

async function spansOf(homeDir: string): Promise<{ name: string; attributes: { key: string }[] }[]> {
  const { exitCode, stdout } = await runTool(["export", "--all", "--dry-run"], {
    homeDir,
    env: { CCOTEL_CONTENT: "full", CCOTEL_FINDINGS: "on" },
  });
  expect(exitCode).toBe(0);
  return stdout
    .trim()
    .split("\n")
    .flatMap((line) => JSON.parse(line).resourceSpans ?? [])
    .flatMap(({ scopeSpans }) => scopeSpans)
    .flatMap(({ spans }) => spans);
}

it("a tool input with 200,000 keys is exported with its content, cut to size", async () => {
  const input = Object.fromEntries(
    Array.from({ length: 200_000 }, (_, key) => [`key_${key}`, `value ${key}`]),
  );
  const spans = await spansOf(homeWith([prompt, calls(1, input), result(1), end(1)]));
  const call = spans.find(({ name }) => name.startsWith("execute_tool"));
  const sent = call?.attributes.find(({ key }) => key === "gen_ai.tool.call.arguments");
  expect(JSON.stringify(sent)).toContain("key_0");
  expect(JSON.stringify(sent).length).toBeLessThan(5_000);
});

it("a turn with 30,000 calls has a span for each", async () => {
  const indices = Array.from({ length: 30_000 }, (_, index) => index);
  const steps = indices.flatMap((index) => [calls(index, { path: `/a/${index}` }), result(index)]);
  const spans = await spansOf(homeWith([prompt, ...steps, end(30_000)]));
  expect(spans.filter(({ name }) => name.startsWith("execute_tool"))).toHaveLength(30_000);
});
