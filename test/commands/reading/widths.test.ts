import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import stringWidth from "string-width";
import { describe, expect, it } from "vitest";
import { runTool, temporaryFolder } from "../../support/run-tool.ts";

const ID = "00000000-0000-4000-8000-0000000000cc";
const PROJECT = "日本語プロジェクト🚀";
const FOLDER = `/home/dev/${PROJECT}`;

/** A home folder with a session whose names and texts are double-width, joined, right-to-left and long. */
function wideHome(): string {
  const home = temporaryFolder();
  const at = (seconds: number) => new Date(Date.parse("2026-11-21T10:00:00Z") + seconds * 1000).toISOString();
  const common = {
    sessionId: ID,
    version: "2.1.332",
    cwd: FOLDER,
    gitBranch: `機能/カート👩‍👩‍👧‍👦/${"a-long-branch-".repeat(20)}`,
  };
  const prompt = `カートの合計を直してください。👨‍👩‍👧‍👦🇯🇵 और עברית ${"長い".repeat(200)}`;
  const records: object[] = [
    {
      type: "user",
      uuid: "u",
      timestamp: at(0),
      turnOrigin: "human",
      message: { role: "user", content: prompt },
      ...common,
    },
  ];
  for (let n = 1; n <= 6; n++) {
    const input =
      n % 2 === 1
        ? { command: `npm test -- カート/合計/テスト.ts --reporter verbose ${"x".repeat(80)}` }
        : { file_path: `${FOLDER}/src/カート/合計.ts` };
    const content = n % 2 === 1 ? "エラー：テストが失敗しました🔥 ".repeat(9) : "y".repeat(30_000);
    const usage = { input_tokens: 10, output_tokens: 500, cache_read_input_tokens: 20_000 * n };
    const name = n % 2 === 1 ? "Bash" : "Read";
    const parentUuid = n === 1 ? "u" : `r${n - 1}`;
    records.push(
      {
        type: "assistant",
        uuid: `a${n}`,
        parentUuid,
        timestamp: at(n * 10),
        requestId: `q${n}`,
        message: {
          id: `m${n}`,
          role: "assistant",
          model: "claude-opus-5-5",
          stop_reason: "tool_use",
          usage,
          content: [{ type: "tool_use", id: `t${n}`, name, input }],
        },
        ...common,
      },
      {
        type: "user",
        uuid: `r${n}`,
        parentUuid: `a${n}`,
        timestamp: at(n * 10 + 2),
        message: {
          role: "user",
          content: [{ type: "tool_result", tool_use_id: `t${n}`, is_error: n % 2 === 1, content }],
        },
        ...common,
      },
    );
  }
  records.push({ type: "ai-title", aiTitle: "カートの合計を修正🛒".repeat(9), sessionId: ID });
  const folder = join(home, ".claude", "projects", "-home-dev-project");
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, `${ID}.jsonl`), records.map((record) => `${JSON.stringify(record)}\n`).join(""));
  return home;
}

const COMMANDS = [
  ["show", ID],
  ["stats"],
  ["stats", "--by", "day,model,project"],
  ["stats", "--by", "tool"],
  ["stats", "--by", "block"],
  ["sessions"],
  ["sessions", "カート"],
  ["errors"],
  ["errors", "--by", "command"],
  ["insights"],
  ["status", "--all"],
  ["doctor"],
  ["audit", ID],
  ["--help"],
];

it("in a pipe, no text is cut and no column is left out", async () => {
  const homeDir = wideHome();
  const inPipe = async (...argv: string[]) =>
    (await runTool(argv, { homeDir, columns: Number.POSITIVE_INFINITY })).stdout;
  const sessions = await inPipe("sessions");
  expect(sessions).toContain("カートの合計を修正🛒".repeat(9));
  expect(sessions).not.toContain("…");
  const [head = ""] = (await inPipe("stats")).split("\n");
  expect(head.split(/ {2,}/)).toEqual([
    "DAY",
    "SESSIONS",
    "TURNS",
    "REQUESTS",
    "IN",
    "OUT",
    "CACHED",
    "CACHE READ",
    "CALLS",
    "FAILED",
    "ACTIVE",
    "COST",
  ]);
  for (const argv of COMMANDS) expect(await inPipe(...argv), argv.join(" ")).not.toBe("");
});

it("the number of failed calls is shown beside a long branch name", async () => {
  const { stdout } = await runTool(["errors"], { homeDir: wideHome() });
  expect(stdout.replace(/\n/g, " ")).toContain("· 3 failed");
});

describe.each([80, 120, 200])("in a terminal of %d columns", (columns) => {
  it.each(COMMANDS)("ccotel %s %s %s fits", async (...args) => {
    const argv = args.filter((arg) => arg !== undefined);
    const { stdout, exitCode } = await runTool(argv, {
      homeDir: wideHome(),
      columns,
      isTerminal: { stdin: false, stdout: true, stderr: false },
    });
    // doctor finds that nothing is set up.
    expect(exitCode).toBe(argv[0] === "doctor" ? 1 : 0);
    expect(stdout).not.toBe("");
    for (const line of stdout.split("\n")) expect([line, stringWidth(line) <= columns]).toEqual([line, true]);
    expect(stdout).not.toMatch(/👩\?/u);
  });
});
