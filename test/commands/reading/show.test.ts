import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { homeOfRecordings, widest } from "../../support/home-of-recordings.ts";
import { recording as recordingNamed, transcriptsOf } from "../../support/recordings.ts";
import { createSink, recording, runTool, temporaryFolder } from "../../support/run-tool.ts";
import { SESSION, writeTranscript } from "../../support/transcripts/command-transcript.ts";
import { growSession } from "../../support/transcripts/growing-session.ts";
import { scriptAt } from "../../support/transcripts/scripted-files.ts";
import {
  answer,
  call,
  type Fields,
  prompt,
  result,
  SESSION_ID,
  START_MS,
  stop,
  textOf,
} from "../../support/transcripts/scripted-session.ts";

/** A home folder with one session, and the process that has it open. */
function homeWith(script: readonly Fields[], { pid }: { pid?: number }): string {
  const homeDir = temporaryFolder();
  const folder = join(homeDir, ".claude/projects/-home-dev-acme-shop");
  mkdirSync(folder, { recursive: true });
  writeFileSync(
    join(folder, `${SESSION_ID}.jsonl`),
    script.map((row) => `${JSON.stringify(row)}\n`).join(""),
  );
  mkdirSync(join(homeDir, ".claude/sessions"));
  if (pid !== undefined)
    writeFileSync(
      join(homeDir, `.claude/sessions/${pid}.json`),
      JSON.stringify({ pid, sessionId: SESSION_ID, startedAt: START_MS }),
    );
  return homeDir;
}

describe("show", () => {
  it("prints the span tree of a session and its totals", async () => {
    const { exitCode, stdout, stderr } = await runTool(["show", recording]);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
    expect(stdout).toMatchInlineSnapshot(`
      "Session 9b2e458d-9158-4149-bf2a-345f2d1803d7
      acme-shop · main · Claude Code 2.1.329 · 2026-11-21 07:06:58

      SPAN                                            START   TIME     IN→OUT     COST
      claude_code.session acme-shop                    0.0s   2.2s
      ├─ invoke_agent claude-code  turn 1              0.1s   2.1s  20.2k→104  $0.0645
      │  │   Run the doomed task
      │  ├─ chat claude-opus-5-5                       0.3s  262ms    8.0k→50  $0.0410
      │  ├─ ✗ execute_tool Agent  tool_error           0.5s   1.3s
      │  │  └─ ✗ invoke_agent general-purpose          0.5s   1.2s    4.0k→40  $0.0208
      │  │     │   Doomed task
      │  │     │   invalid_request_error
      │  │     ├─ chat claude-opus-5-5                 0.9s  162ms    4.0k→40  $0.0208
      │  │     ├─ execute_tool Bash                    1.1s  178ms
      │  │     │     echo before failure
      │  │     └─ ✗ chat claude-opus-5-5               1.5s  245ms
      │  │           6 attempts, invalid_request_error 400
      │  ├─ ✗ execute_tool Agent  Bad type             0.6s  353ms
      │  │     Agent type 'no-such-agent' not found. Available agents: claude,
      │  │     Explore, general-purpose, Plan, statusline-setup
      │  └─ chat claude-opus-5-5                       1.9s  161ms    8.2k→14  $0.0027
      └─ claude_code.session.summary                   2.2s    1ms  20.2k→104  $0.0645

      Total  1 turn, 4 requests (1 failed), 3 tool calls (2 failed), 1 subagent
             claude-opus-5-5: 29 input, 104 output, 8.0k cache read, 12.2k cache write
             ($0.0645)
      Cost   $0.0645 (compare with /cost in Claude Code)
      "
    `);
  });

  it("takes the newest session of the work folder if none is named", async () => {
    const homeDir = temporaryFolder();
    const cwd = join(homeDir, "shop");
    const path = writeTranscript(join(homeDir, ".claude"), 1);
    const project = join(homeDir, ".claude/projects", cwd.replace(/[^A-Za-z0-9]/g, "-"));
    mkdirSync(project);
    renameSync(path, join(project, `${SESSION}.jsonl`));
    const { exitCode, stdout } = await runTool(["show"], { homeDir, cwd });
    expect(exitCode).toBe(0);
    expect(stdout).toContain(`Session ${SESSION}\nshop · main · Claude Code 2.1.329 · 2026-11-20 09:00:00\n`);
    expect((await runTool(["show", SESSION], { homeDir })).stdout).toBe(stdout);
  });

  it("prints each session as one line of JSON with --json", async () => {
    const { exitCode, stdout } = await runTool(["show", recording, "--json"]);
    expect(exitCode).toBe(0);
    const session = JSON.parse(stdout);
    expect(stdout.split("\n")).toHaveLength(2);
    expect(session.sessionId).toBe("9b2e458d-9158-4149-bf2a-345f2d1803d7");
    expect(session.spans).toHaveLength(1);
    const [root] = session.spans;
    expect(root).toMatchObject({ name: "claude_code.session acme-shop", start: "2026-11-21T07:06:58.873Z" });
    expect(root.children.map(({ name }: { name: string }) => name)).toEqual([
      "invoke_agent claude-code",
      "claude_code.session.summary",
    ]);
    expect(session.totals).toMatchObject({ turns: 1, requests: 4, failedRequests: 1, toolCalls: 3 });
    expect(session.totals).toMatchObject({
      subagents: 1,
      errors: { invalid_request_error: 1, tool_error: 2 },
    });
    expect(session.totals.costUsd).toBeCloseTo(0.064546, 9);
  });

  describe("a session whose client runs", () => {
    const script = [
      prompt(0, "First"),
      answer(1, "m1", call("t1", "Bash", { command: "sleep 9" })),
      result(2, "t1", { is_error: true, content: "[Request interrupted by user for tool use]" }),
      stop(3),
      prompt(10, "Second"),
      answer(11, "m2", call("t2", "Bash", { command: "npm test" })),
    ];

    it("has an unfinished turn, call and summary, and leaves what ended as it is", async () => {
      const homeDir = homeWith(script, { pid: process.pid });
      const { stdout } = await runTool(["show", SESSION_ID], { homeDir });
      expect(stdout).toMatch(/Second +10.0s .*\n.* turn 2, unfinished\n/);
      expect(stdout).toMatch(/execute_tool Bash {2}npm test {2}unfinished +11.0s\n/);
      expect(stdout).toMatch(/claude_code.session.summary {2}unfinished/);
      expect(stdout).toMatch(/execute_tool Bash {2}sleep 9 {2}interrupted +1.0s +1.0s\n/);
      expect(stdout).not.toContain("cut_off");
      const json = (await runTool(["show", SESSION_ID, "--json"], { homeDir })).stdout;
      expect(json.match(/"ccotel\.(?:\w+\.)?outcome":"\w+"/g)).toEqual([
        '"ccotel.turn.outcome":"completed"',
        '"ccotel.tool.outcome":"interrupted"',
        '"ccotel.turn.outcome":"unfinished"',
        '"ccotel.tool.outcome":"unfinished"',
        '"ccotel.outcome":"unfinished"',
      ]);
    });

    it("has a call of an agent in the background that still runs until the client is killed", async () => {
      const launch = { toolUseResult: { isAsync: true, status: "async_launched", agentId: "a1" } };
      const homeDir = homeWith(
        [
          prompt(0),
          answer(1, "m1", call("start", "Agent", { prompt: "Look", subagent_type: "Explore" })),
          result(2, "start", launch),
          answer(3, "m2", "It works."),
          stop(4),
        ],
        { pid: process.pid },
      );
      scriptAt(join(homeDir, `.claude/projects/-home-dev-acme-shop/${SESSION_ID}.jsonl`)).appendToAgent({
        id: "a1",
        meta: { toolUseId: "start" },
        records: [prompt(2.5, "Look"), answer(4, "ma", call("slow", "Bash", { command: "npm test" }))],
      });
      const told = async () => {
        const { stdout } = await runTool(["show", SESSION_ID], { homeDir, columns: 120 });
        const json = JSON.parse((await runTool(["show", SESSION_ID, "--json"], { homeDir })).stdout);
        // Twice, because a second run takes what the first one has kept.
        const stats = await Promise.all(
          [1, 2].map(async () => JSON.parse((await runTool(["stats", "--json"], { homeDir })).stdout)),
        );
        return {
          call: /npm test +(\w+)/.exec(stdout)?.[1],
          agent: /invoke_agent Explore {2}(\w+)/.exec(stdout)?.[1],
          interrupted: [json.totals, ...stats.map(({ total }) => total)].map(
            ({ interruptedToolCalls }) => interruptedToolCalls,
          ),
        };
      };
      expect(await told()).toEqual({ call: "unfinished", agent: "unfinished", interrupted: [0, 0, 0] });
      rmSync(join(homeDir, `.claude/sessions/${process.pid}.json`));
      expect(await told()).toEqual({ call: "interrupted", agent: "background", interrupted: [1, 1, 1] });
    });

    it("was cut off once the client is gone", async () => {
      const { stdout } = await runTool(["show", SESSION_ID], { homeDir: homeWith(script, {}) });
      expect(stdout).toContain("turn 2, cut_off");
      expect(stdout).toContain("npm test  interrupted");
      expect(stdout).not.toContain("unfinished");
    });

    it("has nothing unfinished while it waits for a prompt", async () => {
      const homeDir = homeWith([prompt(0), answer(1, "m1", "Done."), stop(2)], { pid: process.pid });
      expect((await runTool(["show", SESSION_ID], { homeDir })).stdout).not.toContain("unfinished");
    });
  });

  it("prints one trace per turn with --trace-scope turn", async () => {
    const path = writeTranscript(temporaryFolder(), 2);
    const { stdout } = await runTool(["show", path, "--trace-scope", "turn", "--no-content"]);
    expect(stdout).not.toMatch(/claude_code\.session\b(?!\.summary)/);
    expect(stdout.match(/^invoke_agent claude-code shop {2}turn \d/gm)).toHaveLength(2);
  });

  it("says when each run of a resumed session began, but not of a session with one run", async () => {
    const homeDir = homeOfRecordings("limits", "02-tools");
    const shown = async (name: string) =>
      (
        await runTool(["show", join(homeDir, ".claude/projects", `-${name}-home-dev-acme-shop`)], {
          homeDir,
          columns: 120,
        })
      ).stdout;
    const starts = [...(await shown("limits")).matchAll(/^claude_code\.session acme-shop {2}(\S+ \S+) /gm)];
    expect(starts.length).toBeGreaterThan(3);
    expect(starts.map(([, at]) => at)).toEqual(starts.map(([, at]) => at).sort());
    expect(starts[0]?.[1]).toBe("2026-11-29 11:20:55");
    expect(await shown("02-tools")).toMatch(/^claude_code\.session acme-shop +0\.0s/m);
  });

  it("fits the terminal, and uses colours only if the terminal has them", async () => {
    const narrow = await runTool(["show", recording], { columns: 60 });
    expect(Math.max(...narrow.stdout.split("\n").map((line) => line.length))).toBeLessThanOrEqual(60);
    const coloured = await runTool(["show", recording], { colors: true });
    expect(coloured.stdout).toContain("\u001b[31m");
    // biome-ignore lint/suspicious/noControlCharactersInRegex: the escape sequences of colours.
    expect(coloured.stdout.replace(/\u001b\[\d+m/g, "")).toBe((await runTool(["show", recording])).stdout);
  });

  it.each([
    ["UTF-16 text", "iconv -f UTF-16 -t UTF-8", (text: string) => Buffer.from(`\uFEFF${text}`, "utf16le")],
    ["JSON with a record over several lines", "jq -c .", (text: string) => text.replaceAll(/^\{/gm, "{\n")],
    ["one line with carriage returns", "tr '\\r' '\\n' <", (text: string) => text.replaceAll("\n", "\r")],
    ["compressed with gzip", "gzip -dc <", (text: string) => gzipSync(text)],
  ])("says how to convert %s", async (form, command, convert) => {
    const folder = join(temporaryFolder(), "dev's sessions");
    mkdirSync(folder);
    const path = join(folder, basename(pathOf("01-two-turns")));
    writeFileSync(path, convert(readFileSync(pathOf("01-two-turns"), "utf8")));
    const { exitCode, stderr } = await runTool(["show", path], { columns: 2000 });
    expect(exitCode).toBe(2);
    expect(stderr).toContain(`${path} is ${form}, `);
    const [, told = ""] = /Convert it: (.*)/.exec(stderr) ?? [];
    expect(told).toContain(`${command} '`);
    // jq is not on every machine.
    if (spawnSync("sh", ["-c", `command -v ${command.split(" ")[0]}`]).status !== 0) return;
    expect(spawnSync("sh", ["-c", told], { cwd: folder }).status).toBe(0);
    const shown = await runTool(["show", path]);
    expect(shown).toMatchObject({ exitCode: 0, stderr: "" });
  });

  it("says so when a session has no turn yet", async () => {
    const path = writeTranscript(temporaryFolder(), 0);
    const { exitCode, stderr } = await runTool(["show", path]);
    expect(exitCode).toBe(2);
    expect(stderr).toContain(`There is no turn yet in ${path}.`);
  });
});

const pathOf = (name: string) => transcriptsOf(recordingNamed(name))[0] as string;

describe("show of a session of the real client", () => {
  it("prints prompts, commands, files, descriptions and skills, and none of them with --no-content", async () => {
    const { stdout } = await runTool(["show", pathOf("2.1.100-tools")], { columns: 120 });
    expect(stdout).toMatch(/invoke_agent claude-code {2}Check everything {2}turn 1 /);
    expect(stdout).toMatch(/execute_tool Bash {2}sleep 0\.6; ls src /);
    expect(stdout).toMatch(/execute_tool Read {2}src\/missing\.js /);
    expect(stdout).toMatch(/execute_tool Bash {2}echo broken >&2; exit 1 {2}Exit code 1: broken /);
    const agents = await runTool(["show", pathOf("03-subagents-parallel")], { columns: 120 });
    expect(agents.stdout).toMatch(/invoke_agent Explore {2}Review cart /);
    const skill = await runTool(["show", pathOf("skill-tool")], { columns: 120 });
    expect(skill.stdout).toMatch(/execute_tool Skill {2}\S+/);
    const hidden = await runTool(["show", pathOf("2.1.100-tools"), "--no-content"], { columns: 120 });
    for (const text of ["Check everything", "sleep", "missing.js", "broken"])
      expect(hidden.stdout).not.toContain(text);
  });

  it("has them in the JSON as well, and not with --no-content", async () => {
    const path = pathOf("2.1.100-tools");
    const abouts = async (...flags: string[]) =>
      [...(await runTool(["show", path, "--json", ...flags])).stdout.matchAll(/"about":"([^"]*)"/g)].map(
        ([, a]) => a,
      );
    expect(await abouts()).toContain("src/missing.js");
    expect(await abouts("--no-content")).toEqual([]);
  });

  it("prints how answers ended, and that a call waited for you", async () => {
    const { stdout } = await runTool(["show", pathOf("05-max-tokens-refusal")], { columns: 120 });
    expect(stdout).toMatch(/chat \S+ {2}cut off at max tokens /);
    expect(stdout).toMatch(/chat \S+ {2}refused /);
    const asked = await runTool(["show", pathOf("tui-permission")], { columns: 120 });
    expect(asked.stdout).toMatch(/execute_tool Write {2}MORE\.md {2}denied, waited for you /);
  });

  it("writes no session title into the catalog", async () => {
    const homeDir = temporaryFolder();
    await runTool(["show", pathOf("tui-branch")], { homeDir });
    const catalog = readFileSync(join(homeDir, ".ccotel/catalog.tsv"), "utf8");
    expect(catalog).toContain("firstRequest");
    expect(catalog).not.toContain('"title"');
  });

  it.each([60, 80, 120, 200])("fits a terminal of %i columns", async (columns) => {
    for (const name of ["03-subagents-parallel", "2.1.100-tools", "tui-permission"]) {
      const { stdout } = await runTool(["show", pathOf(name)], { columns });
      expect(widest(stdout)).toBeLessThanOrEqual(columns);
    }
  });
});

describe("show --follow", () => {
  it("prints each event once, while the session runs, and the totals after Ctrl-C", async () => {
    const growing = growSession(pathOf("2.1.100-tools"));
    const [main] = growing.files;
    if (main === undefined) throw new Error("no file");
    const half = Math.floor(main.bytes.length / 2);
    growing.grow(0, half, Number.POSITIVE_INFINITY);
    const sink = createSink();
    const ran = runTool(["show", growing.path, "--follow"], { stdout: sink.stream, columns: 100 });
    await expect.poll(() => sink.text()).toContain("turn 1  Check everything");
    const before = sink.text();
    expect(before).not.toContain("NoSuchTool");
    expect(before).not.toContain("turn 1 ended");
    growing.grow(0, main.bytes.length, Number.POSITIVE_INFINITY);
    await expect.poll(() => sink.text()).toContain("NoSuchTool");
    process.emit("SIGINT");
    expect((await ran).exitCode).toBe(0);
    const text = sink.text();
    for (const once of ["Check everything", "rm -rf dist", "src/missing.js", "Total "])
      expect(text.split(once)).toHaveLength(2);
    expect(text).toContain("Total  1 turn, 7 requests, 8 tool calls (3 failed, 1 denied)");
    expect(widest(text)).toBeLessThanOrEqual(100);
    growing.remove();
  });

  it("prints a call once it has ended, not while it runs", async () => {
    const running = [prompt(0, "Go"), answer(1, "m1", call("t1", "Bash", { command: "npm test" }))];
    const homeDir = homeWith(running, { pid: process.pid });
    const path = join(homeDir, `.claude/projects/-home-dev-acme-shop/${SESSION_ID}.jsonl`);
    const sink = createSink();
    const ran = runTool(["show", path, "--follow"], { homeDir, stdout: sink.stream, columns: 100 });
    await expect.poll(() => sink.text()).toContain("chat claude-opus-5-5");
    expect(sink.text()).not.toContain("npm test");
    writeFileSync(path, textOf([...running, result(5, "t1"), answer(6, "m2", "Done."), stop(7)]));
    await expect.poll(() => sink.text()).toContain("turn 1 ended");
    process.emit("SIGINT");
    await ran;
    expect(sink.text()).toMatch(/execute_tool Bash {2}npm test +4\.0s\n/);
    expect(sink.text()).not.toMatch(/unfinished|interrupted/);
  });

  it("prints later turns with the same indentation as the first", async () => {
    const growing = growSession(pathOf("tui-permission"));
    const [main] = growing.files;
    if (main === undefined) throw new Error("no file");
    const sink = createSink();
    growing.grow(0, Math.floor(main.bytes.length / 3), Number.POSITIVE_INFINITY);
    const ran = runTool(["show", growing.path, "--follow"], { stdout: sink.stream, columns: 100 });
    await expect.poll(() => sink.text()).toContain("turn 1  Take notes");
    growing.grow(0, main.bytes.length, Number.POSITIVE_INFINITY);
    await expect.poll(() => sink.text()).toContain("turn 4 ended");
    process.emit("SIGINT");
    await ran;
    expect(sink.text().match(/^\S+ {2}turn \d {2}\S/gm)).toHaveLength(4);
    growing.remove();
  });

  it("rejects --json", async () => {
    const { exitCode, stderr } = await runTool(["show", recording, "--follow", "--json"]);
    expect({ exitCode, stderr }).toMatchObject({ exitCode: 2, stderr: expect.stringContaining("--follow") });
  });
});
