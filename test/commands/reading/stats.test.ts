import { cpSync, existsSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, vi } from "vitest";
import { DIMENSIONS } from "../../../src/stats/dimensions.ts";
import { homeOfRecordings, homeOfTwoSessions, widest } from "../../support/home-of-recordings.ts";
import { receiver } from "../../support/receiver.ts";
import { filesUnder } from "../../support/recordings.ts";
import { recording, runTool, temporaryFolder } from "../../support/run-tool.ts";
import { answer, prompt, SESSION_ID, stop } from "../../support/transcripts/scripted-session.ts";

describe("stats", () => {
  it("adds up by day to the same sums as show", async () => {
    const homeDir = homeOfTwoSessions();
    const { exitCode, stdout } = await runTool(["stats", "--json", "--timezone", "UTC"], { homeDir });
    expect(exitCode).toBe(0);
    const { schema, rows, total } = JSON.parse(stdout);
    expect(schema).toBe(2);
    const shown = await Promise.all(
      ["-home-dev-acme-shop"].map((folder) =>
        runTool(["show", join(homeDir, ".claude/projects", folder), "--json"], { homeDir }),
      ),
    );
    const totals = shown
      .flatMap((ran) => ran.stdout.trim().split("\n"))
      .map((line) => JSON.parse(line).totals);
    expect(total.sessions).toBe(totals.length);
    for (const key of ["requests", "toolCalls", "turns", "output"])
      expect(total[key]).toBe(totals.reduce((sum, one) => sum + one[key], 0));
    const cost = totals.reduce((sum, one) => sum + one.costUsd, 0);
    expect(total.costMicroUsd).toBe(Math.round(cost * 1e6));
    expect(rows.reduce((sum: number, row: { requests: number }) => sum + row.requests, 0)).toBe(
      total.requests,
    );
  });

  it.each([40, 80, 120, 200])(
    "fits a terminal of %i columns, with wide characters and without colour",
    async (columns) => {
      const homeDir = homeOfTwoSessions();
      const records = [
        prompt(0, "Go", {
          cwd: "/家/修复购物车的总计🛒👩‍👩‍👧‍👦修复购物车的总计",
          gitBranch: "feature/".repeat(12),
        }),
        answer(1, "m1", "Hi", {
          cwd: "/家/修复购物车的总计🛒👩‍👩‍👧‍👦修复购物车的总计",
          gitBranch: "feature/".repeat(12),
        }),
        stop(2),
      ];
      const lines = records.map((record) => `${JSON.stringify(record)}\n`).join("");
      writeFileSync(join(homeDir, ".claude/projects", `${SESSION_ID}.jsonl`), lines);
      for (const by of ["day", "project,model", "branch,project", "tool", "block"]) {
        const { stdout } = await runTool(["stats", "--by", by], { homeDir, columns });
        expect(stdout).not.toContain("\u001b");
        expect(widest(stdout), by).toBeLessThanOrEqual(columns);
        if (by !== "tool") expect(stdout).toContain("COST");
      }
    },
  );

  it("prints the same a second time without reading a transcript", async () => {
    const homeDir = homeOfTwoSessions();
    const first = await runTool(["stats", "--json"], { homeDir });
    // Empty the files: reading them again would give no results.
    for (const path of filesUnder(join(homeDir, ".claude/projects"))) {
      const { size, mtimeMs } = statSync(path);
      writeFileSync(path, " ".repeat(size));
      utimesSync(path, mtimeMs / 1000, mtimeMs / 1000);
    }
    const second = await runTool(["stats", "--json"], { homeDir });
    expect(second.stdout).toBe(first.stdout);
  });

  it.each(["day", "month,model", "block"])(
    "asks for no name of a time zone when it prints a table, because that loads Intl: --by %s",
    async (by) => {
      const intl = vi.spyOn(Intl, "DateTimeFormat");
      const { exitCode } = await runTool(["stats", "--by", by], { homeDir: homeOfTwoSessions() });
      const calls = intl.mock.calls.length;
      intl.mockRestore();
      expect({ exitCode, calls }).toEqual({ exitCode: 0, calls: 0 });
    },
  );

  it("rejects invalid values of flags and says what is valid", async () => {
    const homeDir = homeOfTwoSessions();
    const wrong = await runTool(["stats", "--by", "modle"], { homeDir });
    expect(wrong.exitCode).toBe(2);
    expect(wrong.stderr).toContain("Did you mean model?");
    expect((await runTool(["stats", "--by", "block,day"], { homeDir })).exitCode).toBe(2);
    expect((await runTool(["stats", "--since", "soon"], { homeDir })).stderr).toContain("yesterday");
    expect((await runTool(["stats", "--timezone", "Mars/X"], { homeDir })).exitCode).toBe(2);
    expect((await runTool(["stats", "--start-of-week", "x"], { homeDir })).exitCode).toBe(2);
  });

  it.each([
    ["--since 2020-01 --until 2020-02"],
    ["--project nowhere"],
    ["--since 2020-01 --model gpt"],
    ["--project nowhere", "--by block"],
  ])("says which flags match nothing: %s", async (flags, ...more) => {
    const words = [flags, ...more].flatMap((text) => text.split(" "));
    const { exitCode, stdout, stderr } = await runTool(["stats", ...words], { homeDir: homeOfTwoSessions() });
    expect({ exitCode, stdout, stderr }).toEqual({
      exitCode: 0,
      stdout: "",
      stderr: `Nothing matches ${flags}.\n`,
    });
  });

  it("rejects a time that ends before it begins", async () => {
    const { exitCode, stderr } = await runTool(["stats", "--since", "today", "--until", "yesterday"]);
    expect({ exitCode, stderr }).toEqual({
      exitCode: 2,
      stderr: "--until yesterday is before --since today.\n",
    });
  });
});

it("shows when a window of five hours begins to the minute: in Nepal, hours of UTC begin at a quarter to", async () => {
  const { stdout } = await runTool(["stats", recording, "--by", "block", "--timezone", "Asia/Kathmandu"]);
  expect(stdout).toMatch(/^2026-11-21 12:45 +2026-11-21 17:45 /m);
});

it("names the flag for a report of ccusage, unless a folder has that name", async () => {
  const cwd = temporaryFolder();
  const { exitCode, stderr } = await runTool(["stats", "monthly"], { cwd });
  expect({ exitCode, stderr }).toEqual({
    exitCode: 2,
    stderr: "ccotel stats has no report monthly.\nDid you mean ccotel stats --by month?\n",
  });
  cpSync(recording, join(cwd, "monthly"), { recursive: true });
  expect((await runTool(["stats", "monthly"], { cwd })).exitCode).toBe(0);
});

it("rejects what windows of five hours and tool calls do not have", async () => {
  for (const [flag, message] of [
    [["--by", "block,day"], "--by block stands alone"],
    [["--by", "block", "--breakdown"], "--breakdown is not for --by block"],
    [["--by", "tool", "--breakdown"], "--by tool cannot be divided by model: a tool call has no model."],
    [["--by", "skill,tool"], "--by tool cannot be divided by skill"],
    [["--by", "day,tool", "--model", "opus"], "--model is not for --by tool"],
  ] as const)
    expect(await runTool(["stats", recording, ...flag])).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining(message),
    });
});

describe("stats --json", () => {
  // A compaction, hidden requests, failed calls and a call of an MCP server.
  const homeDir = () => homeOfRecordings("04-compact-auto", "02-tools", "07-mcp");
  const statsOf = async (home: string, ...flags: string[]) =>
    JSON.parse((await runTool(["stats", "--json", ...flags], { homeDir: home })).stdout);

  it.each([...DIMENSIONS, "block"])(
    "has in the rows of --by %s only what is counted there, and it adds up to the total",
    async (by) => {
      const { rows, total } = await statsOf(homeDir(), "--by", by);
      expect(rows.length).toBeGreaterThan(0);
      const { sessions: _, cacheHits: __, toolFailures: ___, ...sums } = total;
      for (const [name, sum] of Object.entries(sums)) {
        if (rows.every((row: object) => !(name in row))) continue;
        const added = rows.reduce((all: number, row: Record<string, number>) => all + (row[name] ?? NaN), 0);
        expect({ name, sum: added }).toEqual({ name, sum });
      }
    },
  );

  it("leaves out what tools, models and windows of five hours do not have, and has all of it in the total", async () => {
    const home = homeDir();
    const byTool = await statsOf(home, "--by", "tool");
    expect(byTool.rows[0]).toMatchObject({ toolCalls: expect.any(Number), toolFailures: expect.any(Number) });
    for (const name of ["requests", "turns", "costMicroUsd", "claudeCodeMicroUsd"]) {
      expect(byTool.rows[0]).not.toHaveProperty(name);
      expect(byTool.total[name]).toBeGreaterThan(0);
    }
    for (const flags of [
      ["--by", "model"],
      ["--by", "block"],
      ["--model", "opus"],
    ]) {
      const { rows } = await statsOf(home, ...flags);
      expect(rows[0].requests).toBeGreaterThan(0);
      for (const name of ["toolCalls", "turns", "compactions", "linesAdded"])
        expect(rows[0]).not.toHaveProperty(name);
    }
    expect((await statsOf(home, "--model", "opus")).total).not.toHaveProperty("turns");
  });

  it("begins and ends with whole quarters of an hour, which its JSON names", async () => {
    const home = homeDir();
    const quarterMs = 15 * 60_000;
    for (const by of ["day", "block"]) {
      const { since, until, total } = await statsOf(home, "--by", by);
      expect([Date.parse(since) % quarterMs, Date.parse(until) % quarterMs]).toEqual([0, 0]);
      const [within, before] = [Date.parse(since) + 60_000, Date.parse(until) - 60_000];
      const limits = ["--since", new Date(within).toISOString(), "--until", new Date(before).toISOString()];
      expect(await statsOf(home, "--by", by, ...limits)).toMatchObject({ since, until, total });
      expect(await statsOf(home, "--by", by, "--since", since, "--until", until)).toMatchObject({ total });
    }
  });

  it("has what no transcript holds also beside windows of five hours, as long as all is counted", async () => {
    const home = homeDir();
    const { hiddenMicroUsd } = await statsOf(home);
    expect(hiddenMicroUsd).toBeGreaterThan(0);
    for (let times = 0; times < 2; times++)
      expect(await statsOf(home, "--by", "block")).toMatchObject({ schema: 2, hiddenMicroUsd });
    expect(await statsOf(home, "--by", "block", "--since", "2026-01")).toMatchObject({ hiddenMicroUsd });
    expect(await statsOf(home, "--by", "block", "--model", "opus")).not.toHaveProperty("hiddenMicroUsd");
    const { stdout } = await runTool(["stats", "--by", "block"], { homeDir: home });
    expect(stdout).toContain("more for what is in no transcript");
  });
});

it("says nothing about cost below a table of tools, which has none", async () => {
  const homeDir = homeOfRecordings("04-compact-auto", "2.1.30-agents");
  const below = async (by: string) =>
    (await runTool(["stats", "--by", by], { homeDir })).stdout.split(/^Total.*\n/m)[1];
  expect(await below("day")).toMatch(/in no transcript[\s\S]*Output and cost are too low/);
  expect(await below("tool")).toBe("");
});

describe("stats --webhook", () => {
  it("sends the table and the numbers instead of printing them", async () => {
    const { url, bodies } = await receiver();
    const { exitCode, stdout } = await runTool(["stats", recording, "--webhook", url]);
    expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: `Sent to ${new URL(url).host}.\n` });
    const printed = JSON.parse((await runTool(["stats", recording, "--json"])).stdout);
    expect(bodies).toMatchObject([{ source: "ccotel", event: "stats", stats: printed }]);
    expect(bodies[0]?.text).toContain("Total");
  });

  it("sends windows of five hours, too, and says so as JSON", async () => {
    const { url, bodies } = await receiver();
    const args = ["stats", recording, "--by", "block"];
    const { exitCode, stdout } = await runTool([...args, "--webhook", url, "--json"]);
    expect(exitCode).toBe(0);
    expect(JSON.parse(stdout)).toEqual({ schema: 1, host: new URL(url).host });
    const printed = JSON.parse((await runTool([...args, "--json"])).stdout);
    expect(bodies).toMatchObject([{ event: "stats", stats: printed }]);
    expect(bodies[0]?.text).toMatch(/^FROM +TO +REQUESTS/);
  });

  it("rejects an invalid address before it reads anything", async () => {
    const homeDir = homeOfTwoSessions();
    const { exitCode, stderr } = await runTool(["stats", "--webhook", "nowhere"], { homeDir });
    expect({ exitCode, stderr }).toMatchObject({ exitCode: 2, stderr: expect.stringContaining("not a URL") });
    expect(existsSync(join(homeDir, ".ccotel"))).toBe(false);
  });

  it("prints the receiver's answer, without the receiver's address", async () => {
    const { url, answers } = await receiver();
    answers.push(404);
    const { exitCode, stderr } = await runTool(["stats", recording, "--webhook", url]);
    expect(exitCode).toBe(1);
    expect(stderr).toContain("did not accept the summary: HTTP 404");
    expect(stderr).not.toContain("secret");
  });
});
