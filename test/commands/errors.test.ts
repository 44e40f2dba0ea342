import { mkdirSync, readdirSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { homeOfRecordings, widest } from "../support/home-of-recordings.ts";
import { runTool, temporaryFolder } from "../support/run-tool.ts";
import {
  answer,
  call,
  prompt,
  result,
  SESSION_ID,
  stop,
  textOf,
} from "../support/transcripts/scripted-session.ts";

const lines = (stdout: string) => stdout.split("\n").filter((line) => line !== "");
const json = (stdout: string) => lines(stdout).map((line) => JSON.parse(line));

describe("errors", () => {
  it("lists the newest failures, each with its prompt and what came next", async () => {
    const homeDir = homeOfRecordings("2.1.100-tools");
    const { exitCode, stdout } = await runTool(["errors"], { homeDir });
    expect(exitCode).toBe(0);
    expect(stdout).toContain("acme-shop · main · 3 failed · 1 denied\n");
    expect(stdout).toMatch(/✗ Bash {2}echo broken >&2; exit 1 +2026-11-21 /);
    expect(stdout).toContain("    Exit code 1: broken\n    prompt  turn 1: Check everything\n");
    expect(stdout).toContain("    then    Read /home/dev/acme-shop/src/cart.js (worked)\n");
    expect(stdout).toContain("denied (permission-rule): Permission to use Bash");
  });

  it("prints each failure as one line of JSON with --json", async () => {
    const homeDir = homeOfRecordings("2.1.100-tools", "05-retry-529");
    const failures = json((await runTool(["errors", "--json"], { homeDir })).stdout);
    expect(failures).toHaveLength(5);
    expect(failures.find(({ tool }) => tool === "Read")).toMatchObject({
      schema: 1,
      kind: "tool",
      project: "acme-shop",
      turn: { index: 1, prompt: "Check everything" },
      worked: true,
      fix: { tool: "Read", about: "/home/dev/acme-shop/src/cart.js", outcome: "ok" },
    });
    expect(failures.find(({ kind }) => kind === "api")).toMatchObject({ status: 529, worked: true });
  });

  it("lists at most as many as --limit says, and names the command that lists the others", async () => {
    const homeDir = homeOfRecordings("2.1.100-tools");
    const { stdout } = await runTool(["errors", "--limit", "1"], { homeDir });
    expect(stdout.match(/✗/g)).toHaveLength(1);
    expect(stdout).toContain("acme-shop · main · 3 failed · 1 denied\n");
    expect(stdout).toMatch(/3 earlier ones: ccotel errors [0-9a-f-]{36}\n/);
  });

  it("does not count failures in sessions that it need not open, and says how sure it is of them", async () => {
    const homeDir = homeOfRecordings("02-tools", "2.1.100-tools");
    const projects = join(homeDir, ".claude/projects");
    for (const name of readdirSync(projects, { recursive: true, encoding: "utf8" }))
      if (name.startsWith("-02-tools")) utimesSync(join(projects, name), 1_600_000_000, 1_600_000_000);
    const stderr = async (limit: string) => (await runTool(["errors", "--limit", limit], { homeDir })).stderr;
    expect(await stderr("1")).toBe("Shown: the newest 1. There are more: --limit 5 lists up to 5.\n");
    expect(await stderr("4")).toBe("Shown: the newest 4. There may be more: --limit 20 lists up to 20.\n");
  });

  it("says that there are more failures or groups than it lists", async () => {
    const homeDir = homeOfRecordings("2.1.100-tools", "02-tools", "05-retry-529");
    const stderr = async (...args: string[]) => (await runTool(["errors", ...args], { homeDir })).stderr;
    const count = (await runTool(["errors", "--limit", "99"], { homeDir })).stdout.match(/✗/g)?.length;
    expect(count).toBeGreaterThan(4);
    expect(await stderr("--limit", "4")).toBe(
      `Shown: the newest 4 of ${count}. --limit ${count} lists all.\n`,
    );
    expect(await stderr("--limit", "1")).toBe(
      "Shown: the newest 1. There are more: --limit 5 lists up to 5.\n",
    );
    expect(await stderr("--limit", "99")).toBe("");
    expect(await stderr("--limit", "1", "--by", "tool")).toBe(
      "Shown: the first 1 of 5. --limit 5 lists all.\n",
    );
    expect(await stderr("--limit", "1", "--json")).toBe("");
    expect(await stderr()).toBe("");
    expect(await stderr("--by", "tool")).toBe("");
  });

  it("lists the newest failures of all sessions, whatever the times of their files", async () => {
    const homeDir = homeOfRecordings("2.1.100-tools", "02-tools", "2.0.76-tools");
    const projects = join(homeDir, ".claude/projects");
    const paths = readdirSync(projects, { recursive: true, encoding: "utf8" })
      .filter((path) => path.endsWith(".jsonl"))
      .sort();
    const timesOf = async (limit: number) =>
      json((await runTool(["errors", "--limit", `${limit}`, "--json"], { homeDir })).stdout)
        .map(({ at }) => at)
        .sort()
        .reverse();
    const all = await timesOf(100);
    expect(all.length).toBeGreaterThan(6);
    for (const order of [paths, paths.toReversed()]) {
      for (const [index, path] of order.entries()) {
        const at = Date.parse("2026-12-01") / 1000 + index;
        utimesSync(join(projects, path), at, at);
      }
      for (const limit of [1, 3, 6]) expect(await timesOf(limit)).toEqual(all.slice(0, limit));
    }
  });

  it("counts the failures of all sessions by tool and by command", async () => {
    const homeDir = homeOfRecordings("2.1.100-tools", "2.0.76-tools", "02-tools");
    const byTool = json((await runTool(["errors", "--by", "tool", "--json"], { homeDir })).stdout);
    const bash = byTool.find(({ tool }) => tool === "Bash");
    expect(bash).toMatchObject({
      by: "tool",
      failures: 6,
      failed: 3,
      denied: 3,
      error: "Exit code 1: broken",
      sessions: 3,
      neverWorked: 0,
    });
    expect(bash.calls).toBeGreaterThan(bash.failures);
    const { stdout } = await runTool(["errors", "--by", "command"], { homeDir });
    expect(stdout).toMatch(/^COMMAND +FAILED +DENIED +SESSIONS/);
    expect(stdout).toMatch(/^rm +3 +3 +3 +2026/m);
    expect(stdout).toMatch(/^exit {10}3 /m);
    expect(stdout.indexOf("exit ")).toBeLessThan(stdout.indexOf("rm "));
    expect(stdout).not.toContain("Read");
  });

  it("counts failed and denied calls as stats, show and the page do", async () => {
    const homeDir = homeOfRecordings("2.1.100-tools", "tui-permission", "02-tools");
    const groups = json((await runTool(["errors", "--by", "tool", "--json"], { homeDir })).stdout);
    const { rows, total } = JSON.parse(
      (await runTool(["stats", "--by", "tool", "--json"], { homeDir })).stdout,
    );
    for (const { tool, failedToolCalls, deniedToolCalls } of rows) {
      const { failed = 0, denied = 0 } = groups.find((group) => group.tool === tool) ?? {};
      expect({ tool, failed, denied }).toEqual({ tool, failed: failedToolCalls, denied: deniedToolCalls });
    }
    expect(total.deniedToolCalls).toBeGreaterThan(0);
    const { stdout } = await runTool(["show", join(homeDir, ".claude/projects")], { homeDir });
    const sum = (pattern: RegExp) =>
      [...stdout.matchAll(pattern)].reduce((all, [, count]) => all + Number(count), 0);
    expect(sum(/tool calls? \([^)]*?(\d+) failed/g)).toBe(total.failedToolCalls);
    expect(sum(/tool calls? \([^)]*?(\d+) denied/g)).toBe(total.deniedToolCalls);
  });

  it("counts only the calls of the time that was asked for", async () => {
    const homeDir = temporaryFolder();
    const folder = join(homeDir, ".claude/projects/-home-dev-acme-shop");
    mkdirSync(folder, { recursive: true });
    const turnAt = (seconds: number) => [
      prompt(seconds),
      answer(seconds + 1, `m${seconds}`, call(`c${seconds}`, "Bash", { command: "make" })),
      result(seconds + 2, `c${seconds}`, { content: "Exit code 2", is_error: true }),
      stop(seconds + 3),
    ];
    const records = [...turnAt(0), ...turnAt(7_200)];
    writeFileSync(join(folder, `${SESSION_ID}.jsonl`), textOf(records));
    const flags = ["--by", "tool", "--json", "--since", "2026-11-20T10:00"];
    const { stdout } = await runTool(["errors", ...flags], { homeDir });
    expect(json(stdout)).toMatchObject([{ tool: "Bash", failures: 1, calls: 1 }]);
  });

  it("says so if the transcript does not tell why a request failed", async () => {
    const homeDir = homeOfRecordings("tui-retries");
    const { stdout } = await runTool(["errors"], { homeDir });
    expect(stdout).toMatch(/✗ request to claude-opus-5-5 .*\n {4}unknown cause\n/);
    expect((await runTool(["errors", "--by", "tool"], { homeDir })).stdout).toMatch(
      /^API, unknown cause +4 /m,
    );
    const known = homeOfRecordings("2.1.290-agents");
    const byTool = (await runTool(["errors", "--by", "tool"], { homeDir: known })).stdout;
    // The client has written `unknown` as the type of the error.
    expect(byTool).toMatch(/^API 400 +1 /m);
  });

  it("keeps the number of all calls in a narrow terminal longer than what became of the failed ones", async () => {
    const homeDir = homeOfRecordings("2.1.100-tools", "02-tools");
    const { stdout } = await runTool(["errors", "--by", "tool"], { homeDir, columns: 60 });
    expect(stdout).toMatch(/^TOOL +FAILED +DENIED +OF +SESSIONS/);
  });

  it("says so when nothing failed, also in one project or since a day, and rejects an unknown --by", async () => {
    const quiet = await runTool(["errors"], { homeDir: homeOfRecordings("01-two-turns") });
    expect(quiet).toEqual({ exitCode: 0, stdout: "", stderr: "Nothing failed in these sessions.\n" });
    const homeDir = homeOfRecordings("2.1.100-tools");
    for (const flags of [
      ["--project", "other"],
      ["--since", "2027-01"],
      ["--until", "2026-11-20", "--project", "acme"],
    ])
      expect((await runTool(["errors", ...flags], { homeDir })).stderr).toBe(
        `Nothing failed that matches ${flags.join(" ")}.\n`,
      );
    expect((await runTool(["errors", "--until", "2026-11-21"], { homeDir })).stdout).toContain("✗ Bash");
    expect((await runTool(["errors", "--by", "tol"], { homeDir })).stderr).toContain("Did you mean tool?");
    expect((await runTool(["errors", "--by", "day"], { homeDir })).exitCode).toBe(2);
  });

  it.each([40, 80, 120, 200])(
    "fits a terminal of %i columns, with wide characters and without colour",
    async (columns) => {
      const homeDir = temporaryFolder();
      const folder = join(homeDir, ".claude/projects/-home-dev-acme-shop");
      mkdirSync(folder, { recursive: true });
      const command = `echo ${"修复购物车的总计🛒".repeat(20)}`;
      const records = [
        prompt(0, "修复购物车的总计🛒".repeat(20)),
        answer(1, "m1", "我来运行测试👩‍👩‍👧‍👦".repeat(20)),
        answer(1, "m1", call("c1", "Bash", { command })),
        result(2, "c1", { content: `Exit code 1\n${"錯誤".repeat(200)}\u001b[2J`, is_error: true }),
        answer(3, "m2", call("c2", "Bash", { command })),
        result(4, "c2"),
        stop(5),
      ];
      const path = join(folder, `${SESSION_ID}.jsonl`);
      writeFileSync(path, records.map((record) => `${JSON.stringify(record)}\n`).join(""));
      for (const argv of [["errors"], ["errors", "--by", "command"], ["errors", "--by", "tool"]]) {
        const { stdout } = await runTool(argv, { homeDir, columns });
        expect(stdout).toContain("Exit code 1");
        expect(stdout).not.toContain("\u001b");
        expect(widest(stdout)).toBeLessThanOrEqual(columns);
      }
    },
  );
});
