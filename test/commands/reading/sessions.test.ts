import { mkdirSync, readdirSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { homeOfTwoSessions, widest } from "../../support/home-of-recordings.ts";
import { runTool, temporaryFolder } from "../../support/run-tool.ts";
import { answer, prompt, SESSION_ID, stop, textOf } from "../../support/transcripts/scripted-session.ts";

const DEMO = "9b2e458d-9158-4149-bf2a-345f2d1803d7";
const PROJECTS = "-home-dev-acme-shop";

/** A home folder with the demo's session and an older one. */
function home(): string {
  const homeDir = homeOfTwoSessions();
  const at = new Date("2026-11-21T11:00:00Z");
  utimesSync(join(homeDir, ".claude/projects", PROJECTS, `${DEMO}.jsonl`), at, at);
  return homeDir;
}

const json = (stdout: string) =>
  stdout
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line));

describe("sessions", () => {
  it("lists the newest first, with what it was about, its cost and how to resume it", async () => {
    const { exitCode, stdout } = await runTool(["sessions"], { homeDir: home() });
    expect(exitCode).toBe(0);
    expect(stdout).toContain(`claude --resume ${DEMO}`);
    expect(stdout).toMatch(/Run the doomed task +1 turn +\$0\.0645 +ended/);
  });

  it("resumes a session in the folder that it was started in", async () => {
    const homeDir = temporaryFolder();
    const folder = join(homeDir, "it's a shop");
    const other = join(homeDir, "other");
    for (const path of [folder, other]) mkdirSync(path);
    const project = join(homeDir, ".claude/projects", folder.replace(/[^A-Za-z0-9]/g, "-"));
    mkdirSync(project, { recursive: true });
    const records = [{ ...prompt(0), cwd: other }, { ...answer(1, "m1", "Done."), cwd: folder }, stop(2)];
    const path = join(project, `${SESSION_ID}.jsonl`);
    writeFileSync(path, textOf(records));
    const lines = async (cwd: string, columns = 400) =>
      (await runTool(["sessions"], { homeDir, cwd, columns })).stdout.split("\n").slice(2, -1);
    const resume = `  claude --resume ${SESSION_ID}`;
    expect(await lines(folder)).toEqual([resume]);
    const change = `  cd '${homeDir}/it'\\''s a shop' &&`;
    expect(await lines(other)).toEqual([`${change} ${resume.trim()}`]);
    expect(await lines(other, 60)).toEqual([change, resume]);
    rmSync(folder, { recursive: true });
    expect(await lines(other)).toEqual([resume, `  its folder is gone: ${folder}`]);
    const { stdout } = await runTool(["sessions", "--json"], { homeDir });
    expect(JSON.parse(stdout)).toMatchObject({ goneFolder: folder });
  });

  it("lists the newest first even if all files of a copied history have the same time", async () => {
    const homeDir = homeOfTwoSessions();
    const folder = join(homeDir, ".claude/projects", PROJECTS);
    const at = new Date("2026-11-25T11:00:00Z");
    for (const name of readdirSync(folder)) utimesSync(join(folder, name), at, at);
    const ids = async (...words: string[]) =>
      json((await runTool(["sessions", "--json", ...words], { homeDir })).stdout).map(
        ({ sessionId }) => sessionId,
      );
    const all = await ids();
    expect(all).toHaveLength(2);
    expect(all[0]).toBe(DEMO);
    expect(await ids("--limit", "1")).toEqual([DEMO]);
    expect(await ids("--since", "2026-11-24")).toEqual([]);
  });

  it("finds the sessions that contain all of the words, and shows where", async () => {
    const { stdout } = await runTool(["sessions", "DOOMED", "task", "--json"], { homeDir: home() });
    const [only, ...others] = json(stdout);
    expect(others).toEqual([]);
    expect(only).toMatchObject({ sessionId: DEMO, project: "acme-shop", status: "ended" });
    expect(only.hits[0]).toMatchObject({ kind: "prompt", match: "doomed" });
    const none = await runTool(["sessions", "doomed", "nonesuch"], { homeDir: home() });
    expect({ stdout: none.stdout, exitCode: none.exitCode }).toEqual({ stdout: "", exitCode: 0 });
    expect(none.stderr).toBe("No session says doomed nonesuch.\n");
  });

  it("takes a phrase with the quotes of the shell, with its own, or both", async () => {
    const found = async (...words: string[]) =>
      (await runTool(["sessions", ...words, "--json"], { homeDir: home() })).stdout;
    for (const words of [["doomed task"], ['"doomed task"'], ['run "doomed task"'], ["run", "doomed task"]])
      expect([words, json(await found(...words)).length]).toEqual([words, 1]);
    expect(await found("task doomed")).toBe("");
    expect(json(await found(" "))).toHaveLength(2);
  });

  it("says what was asked for if nothing matches", async () => {
    const stderr = async (...args: string[]) =>
      (await runTool(["sessions", ...args], { homeDir: home() })).stderr;
    expect(await stderr("--since", "2027", "--project", "x")).toBe(
      "No session matches --since 2027 --project x.\n",
    );
    expect(await stderr("doomed task", "--until", "2020")).toBe(
      'No session says "doomed task" and matches --until 2020.\n',
    );
  });

  it("says that there are more, in a pipe too, but not to a program that asked for so many", async () => {
    const isTerminal = { stdin: true, stdout: true, stderr: false };
    const run = (...args: string[]) => runTool(["sessions", ...args], { homeDir: home() });
    const count = json((await run("--json")).stdout).length;
    const first = await runTool(["sessions", "--limit", "1"], { homeDir: home(), isTerminal });
    expect(first.stderr).toBe(`\nShown: the newest 1 of ${count}. --limit ${count} lists all.\n`);
    expect((await run("--limit", "1")).stderr).toBe(
      `Shown: the newest 1 of ${count}. --limit ${count} lists all.\n`,
    );
    expect((await run("--limit", "1", "--since", "2020")).stderr).toBe(
      "Shown: the newest 1. There are more: --limit 5 lists up to 5.\n",
    );
    expect((await run("task", "--limit", "1")).stderr).toBe(
      "Shown: the newest 1. There may be more: --limit 5 lists up to 5.\n",
    );
    expect((await run("--limit", "1", "--json")).stderr).toBe("");
    expect((await run()).stderr).toBe("");
  });

  it("says to a program, too, that there are more than it lists without --limit", async () => {
    const homeDir = temporaryFolder();
    const folder = join(homeDir, ".claude/projects", PROJECTS);
    mkdirSync(folder, { recursive: true });
    for (let index = 10; index < 31; index++) {
      const sessionId = SESSION_ID.replace(/..$/, String(index));
      const records = [prompt(index, "Go", { sessionId }), answer(index, `m${index}`, "Hi", { sessionId })];
      writeFileSync(join(folder, `${sessionId}.jsonl`), textOf(records));
    }
    const { stdout, stderr } = await runTool(["sessions", "--json"], { homeDir });
    expect(json(stdout)).toHaveLength(20);
    expect(stderr).toBe("Shown: the newest 20 of 21. --limit 21 lists all.\n");
  });

  it("lists with --since and --until what went on in that time", async () => {
    const homeDir = home();
    const all = json((await runTool(["sessions", "--json"], { homeDir })).stdout);
    const ids = async (...flags: string[]) =>
      json((await runTool(["sessions", "--json", ...flags], { homeDir })).stdout).map(
        ({ sessionId }) => sessionId,
      );
    const [newest, older] = all.map(({ sessionId }) => sessionId);
    const lastMs = all[0].lastMs - 1;
    expect(await ids("--since", new Date(lastMs).toISOString())).toEqual([newest]);
    expect(await ids("--until", new Date(all[1].lastMs + 1).toISOString())).toEqual([older]);
    expect(await ids("--until", "today")).toEqual([newest, older]);
    expect(
      (await runTool(["sessions", "--since", "today", "--until", "yesterday"], { homeDir })).stderr,
    ).toBe("--until yesterday is before --since today.\n");
  });

  it("shows that a session waits for the user while its client runs", async () => {
    const homeDir = home();
    mkdirSync(join(homeDir, ".claude/sessions"));
    writeFileSync(
      join(homeDir, ".claude/sessions", `${process.pid}.json`),
      JSON.stringify({ pid: process.pid, sessionId: DEMO }),
    );
    const [first] = json((await runTool(["sessions", "doomed", "--json"], { homeDir })).stdout);
    expect(first.status).toBe("waiting");
  });

  it("lists a session whose transcript was deleted, with its prompts from history.jsonl", async () => {
    const homeDir = home();
    const lines = [
      { display: "fix the flux capacitor", timestamp: 1, project: "/home/dev/delorean", sessionId: "old-1" },
      { display: "and the radio", timestamp: 2, project: "/home/dev/delorean", sessionId: "old-1" },
      { display: "run the doomed task", timestamp: 3, project: "/home/dev/acme-shop", sessionId: DEMO },
    ];
    writeFileSync(
      join(homeDir, ".claude/history.jsonl"),
      `${lines.map((line) => JSON.stringify(line)).join("\n")}\nbroken\n`,
    );
    const { stdout } = await runTool(["sessions", "capacitor"], { homeDir });
    expect(stdout).toContain("fix the flux capacitor");
    expect(stdout).toContain("prompt: fix the flux [capacitor]");
    // As in a transcript, one prompt must hold all of the words.
    expect((await runTool(["sessions", "capacitor", "radio"], { homeDir })).stdout).toBe("");
    const until = (ms: number) => ["sessions", "capacitor", "--until", new Date(ms).toISOString()];
    expect((await runTool(until(2), { homeDir })).stdout).toContain("old-1");
    expect((await runTool(until(1), { homeDir })).stdout).toBe("");
    expect(stdout).toContain("old-1: its transcript was deleted");
    const all = json((await runTool(["sessions", "--json"], { homeDir })).stdout);
    expect(all.filter(({ sessionId }) => sessionId === DEMO)).toHaveLength(1);
  });

  it("filters by project, time and number, and rejects invalid values", async () => {
    const homeDir = home();
    expect(json((await runTool(["sessions", "--limit", "1", "--json"], { homeDir })).stdout)).toHaveLength(1);
    expect((await runTool(["sessions", "--project", "other"], { homeDir })).stdout).toBe("");
    const since = ["sessions", "--since", "2099-01-01", "--json"];
    expect((await runTool(since, { homeDir })).stdout).toBe("");
    expect((await runTool(["sessions", "--limit", "none"], { homeDir })).exitCode).toBe(2);
    expect((await runTool(["sessions", "--since", "soon"], { homeDir })).exitCode).toBe(2);
  });

  it("lists the sessions of history.jsonl if every transcript was deleted, and skips invalid lines", async () => {
    const homeDir = temporaryFolder();
    mkdirSync(join(homeDir, ".claude"));
    const line = (fields: object) =>
      JSON.stringify({ display: "a prompt", timestamp: 1_795_000_000_000, ...fields });
    const lines = [
      line({ display: "fix the flux capacitor 修复", sessionId: "old-1", project: "C:\\work\\delorean" }),
      line({ sessionId: "no-moment", timestamp: 9e99 }),
      line({ sessionId: "before", timestamp: -5 }),
      line({ sessionId: 7 }),
      "not json",
      "null",
      "[1]",
    ];
    writeFileSync(join(homeDir, ".claude/history.jsonl"), lines.join("\n"));
    const [only, ...others] = json((await runTool(["sessions", "--json"], { homeDir })).stdout);
    expect(others).toEqual([]);
    expect(only).toMatchObject({ sessionId: "old-1", project: "delorean", status: "gone" });
    const nothing = await runTool(["sessions"], { homeDir: temporaryFolder() });
    expect(nothing).toMatchObject({ exitCode: 0, stderr: expect.stringContaining("No sessions in") });
  });

  it.each([40, 80, 120, 200])(
    "fits a terminal of %i columns, with wide characters and without colour",
    async (columns) => {
      const homeDir = home();
      const history = {
        display: "修复购物车的总计🛒👩‍👩‍👧‍👦".repeat(30),
        timestamp: 1,
        sessionId: "old",
        project: "/家/电子商务",
      };
      writeFileSync(join(homeDir, ".claude/history.jsonl"), JSON.stringify(history));
      for (const words of [[], ["task"]]) {
        const { stdout } = await runTool(["sessions", ...words], { homeDir, columns });
        expect(stdout).not.toContain("\u001b");
        // The command that resumes a session is never cut, so that it can be copied.
        expect(widest(stdout)).toBeLessThanOrEqual(Math.max(columns, 2 + "claude --resume ".length + 36));
      }
    },
  );
});
