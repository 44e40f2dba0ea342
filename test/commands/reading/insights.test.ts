import { appendFileSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { countReads } from "../../support/count-reads.ts";
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
    const path = join(folder, `${sessionId}.jsonl`);
    // With the same ids they would be copies of one session.
    const ids = /("id":"|"tool_use_id":"|"requestId":"|uuid":")/gi;
    writeFileSync(path, records.join("").replace(ids, `$1${index}-`));
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
    const none = async (...flags: string[]) =>
      (await runTool(["insights", ...flags], { homeDir: home() })).stdout;
    expect(await none("--project", "other")).toMatch(
      /^No session of a project whose name contains other since 2026-10-2\d\.\n$/,
    );
    expect(await none("--since", "2027-01")).toBe("No session since 2027-01-01.\n");
    expect(await none("--until", "2026-11-01")).toBe("No session since 2026-10-03 until 2026-11-01.\n");
    expect(await none("--until", "2026-11-21")).toMatch(
      /^From 3 sessions since 2026-10-23 until 2026-11-21:/,
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

describe("a second look", () => {
  const look = async (homeDir: string, ...args: string[]) => {
    // A process caches the files of one home at a time. Reading another one empties the cache.
    await runTool(["insights"], { homeDir: homeOfRecordings("01-two-turns") });
    const reads = countReads();
    const { stdout } = await runTool(["insights", ...args], { homeDir });
    return { stdout, opened: new Set(reads.opened(".jsonl")).size };
  };
  const fresh = async (homeDir: string, ...args: string[]) =>
    (await runTool(["insights", ...args], { homeDir, env: { CCOTEL_HOME: temporaryFolder() } })).stdout;

  it("opens no transcript if nothing stands out", async () => {
    const homeDir = homeOfRecordings("01-two-turns", "02-tools", "07-mcp");
    const first = await look(homeDir);
    expect(first.opened).toBeGreaterThanOrEqual(3);
    expect(await look(homeDir)).toEqual({ ...first, opened: 0 });
  });

  it("opens only transcripts of which it shows a file, a command or a message, each from one session", async () => {
    const homeDir = home(9);
    // Files of the same second could each be the source of another one, so ccotel always looks at them.
    await setTimeout(1100);
    appendFileSync(path(homeDir, 8), "\n");
    const first = await look(homeDir);
    expect(first.opened).toBe(9);
    const second = await look(homeDir);
    expect(second.stdout).toBe(first.stdout);
    expect(second.stdout).toContain("购物车🛒.ts");
    expect(second.stdout).toContain("npm run tests");
    // One for the texts, and the one that changed last, which could be its source.
    expect(second.opened).toBeLessThanOrEqual(2);
    expect((await look(homeDir, "--json")).opened).toBeLessThanOrEqual(2);
  });

  it("keeps no file, command or message in the state folder", async () => {
    const homeDir = home();
    await look(homeDir);
    const root = join(homeDir, ".ccotel");
    const kept = readdirSync(root, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && !entry.parentPath.includes("code"))
      .map((entry) => readFileSync(join(entry.parentPath, entry.name), "utf8"))
      .join("\n");
    expect(kept).toContain("failing-command");
    expect(kept).not.toMatch(/购物车|npm run|Missing script|修复/);
  });

  const path = (homeDir: string, index: number) =>
    join(homeDir, ".claude/projects/-home-dev-acme-shop", `${SESSION_ID.replace(/^./, String(index))}.jsonl`);
  const changes: Record<string, (homeDir: string) => void> = {
    "nothing has changed": () => {},
    "a session was deleted": (homeDir) => rmSync(path(homeDir, 0)),
    "a session fails with another command": (homeDir) => {
      const text = readFileSync(path(homeDir, 1), "utf8");
      writeFileSync(path(homeDir, 1), text.replaceAll("npm run tests", "pnpm test"));
    },
    "the notes are damaged": (homeDir) =>
      writeFileSync(join(homeDir, ".ccotel/history/insights"), '1 {"key":"x","parts":{}}'),
    "the notes are from another version": (homeDir) =>
      writeFileSync(join(homeDir, ".ccotel/history/insights"), ""),
  };
  it.each(Object.keys(changes))("prints the same as with an empty state folder if %s", async (change) => {
    const homeDir = home(4);
    const requests = [[], ["--json"], ["--since", "2026-11-21"], ["--project", "shop", "--json"]];
    for (const args of requests) await look(homeDir, ...args);
    changes[change]?.(homeDir);
    for (const args of requests) {
      const right = await fresh(homeDir, ...args);
      for (let again = 0; again < 2; again++)
        expect([args, (await look(homeDir, ...args)).stdout]).toEqual([args, right]);
    }
  });
});
