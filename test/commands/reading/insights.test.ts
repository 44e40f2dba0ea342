import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { homeOfRecordings, widest } from "../../support/home-of-recordings.ts";
import { runTool, temporaryFolder } from "../../support/run-tool.ts";
import {
  answer,
  call,
  prompt,
  result,
  SESSION_ID,
  stop,
} from "../../support/transcripts/scripted-session.ts";

/** A home folder with sessions that each fail with the same command and read one file four times. */
function home(sessions = 3): string {
  const homeDir = temporaryFolder();
  const folder = join(homeDir, ".claude/projects/-home-dev-acme-shop");
  mkdirSync(folder, { recursive: true });
  for (let index = 0; index < sessions; index++) {
    const sessionId = SESSION_ID.replace(/^./, String(index));
    const reads = [0, 1, 2, 3].flatMap((n) => [
      answer(3 + n, `r${n}`, call(`r${n}`, "Read", { file_path: "/home/dev/acme-shop/购物车🛒.ts" })),
      result(3.5 + n, `r${n}`, { content: "const total = 0;\n".repeat(400) }),
    ]);
    const records = [
      prompt(0, "修复购物车"),
      answer(1, "m1", call("c1", "Bash", { command: "npm run tests" })),
      result(2, "c1", {
        content: `npm error Missing script: "tests" ${"錯誤".repeat(90)}\u001b[2J`,
        is_error: true,
      }),
      ...reads,
      answer(8, "m2", "Done."),
      stop(9),
    ].map((record) => `${JSON.stringify({ ...record, sessionId })}\n`);
    writeFileSync(join(folder, `${sessionId}.jsonl`), records.join(""));
  }
  return homeDir;
}

describe("insights", () => {
  it("says what stands out, what to do about it, and which sessions to look at", async () => {
    const { exitCode, stdout, stderr } = await runTool(["insights"], { homeDir: home() });
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
    expect(stdout).toMatch(/^From 3 sessions since 2026-10-2\d:\n/);
    expect(stdout).toContain(
      "Commands that fail in session after session\nPut the command that works into CLAUDE.md.\n",
    );
    expect(stdout).toMatch(
      / {2}npm run tests · acme-shop +3 times, in 3 sessions, 3\.0s, about \$0\.00\d+\n/,
    );
    expect(stdout).toContain('    npm error Missing script: "tests"');
    expect(stdout).toContain("Read again while still in the context");
    expect(stdout).toContain(`    ccotel show ${SESSION_ID.replace(/^./, "0")}\n`);
  });

  it("prints the same as JSON, with costs in millionths of a dollar", async () => {
    const { stdout } = await runTool(["insights", "--json"], { homeDir: home() });
    const insights = stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    const failing = insights.find(({ rule }) => rule === "failing-command");
    expect(failing).toMatchObject({
      schema: 1,
      subject: "npm run tests",
      project: "acme-shop",
      times: 3,
      ms: 3000,
    });
    expect(Number.isInteger(failing.microUsd)).toBe(true);
    expect(failing.sessions).toHaveLength(3);
  });

  it("says so when nothing stands out, also without a session in that time or project", async () => {
    const quiet = await runTool(["insights"], { homeDir: homeOfRecordings("01-two-turns", "02-tools") });
    expect(quiet).toMatchObject({
      exitCode: 0,
      stdout: expect.stringMatching(/^Nothing stands out in 2 sessions since/),
    });
    for (const flags of [
      ["--project", "other"],
      ["--since", "2027-01"],
    ])
      expect((await runTool(["insights", ...flags], { homeDir: home() })).stdout).toMatch(
        /^Nothing stands out in 0 sessions /,
      );
    const named = await runTool(["insights", SESSION_ID.replace(/^./, "1")], { homeDir: home() });
    expect(named.stdout).toMatch(/^From 1 session:\n/);
  });

  it.each([40, 80, 120, 200])(
    "fits a terminal of %i columns, with wide characters and without colour",
    async (columns) => {
      const { stdout } = await runTool(["insights"], { homeDir: home(), columns });
      expect(stdout).not.toContain("\u001b");
      expect(widest(stdout)).toBeLessThanOrEqual(Math.max(columns, 56));
    },
  );
});
