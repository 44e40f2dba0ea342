import { Writable } from "node:stream";
import { describe, expect, it, vi } from "vitest";
import { commands } from "../../src/commands/table.ts";
import { runTool } from "../support/run-tool.ts";

describe("help", () => {
  it("lists the commands", async () => {
    const { exitCode, stdout } = await runTool(["--help"]);
    expect(exitCode).toBe(0);
    expect(stdout).toContain("Usage: ccotel COMMAND");
    for (const { name, summary } of commands) {
      expect(stdout).toContain(`\n  ${name} `);
      expect(stdout.replace(/\s+/g, " ")).toContain(summary);
    }
  });

  it("of a command has its entry in the command table, and its settings from the option table", async () => {
    const { exitCode, stdout } = await runTool(["show", "--help"]);
    expect(exitCode).toBe(0);
    expect(stdout).toMatchInlineSnapshot(`
      "ccotel show: draws a session as a tree of spans, with times, tokens and cost

      Usage:
        ccotel show [SESSION|FILE|FOLDER] [--follow] [--no-content] [--json]

      Shows also what calls and agents were about: commands, files, descriptions,
      skills, the first line of each prompt, what a failed call said. All of it comes
      from this machine's transcripts and stays here.

      SESSION is a session id or at least the first four characters of it, FILE a
      transcript, FOLDER a folder with transcripts at any depth. Claude Code keeps
      transcripts in ~/.claude/projects, or in the folder that CLAUDE_CONFIG_DIR
      names.

      Default: the newest session of the current folder.

      Flags:
        --follow              Print what the session does as it does it, until you
                              press Ctrl-C; then the totals.
        --no-content          Leave out prompts, commands, files, descriptions and
                              errors.
        --json                Print each session as one line of JSON.
        --trace-scope session|turn
                              Whether one trace holds a run of a session or a single
                              turn. Default: session. Also: CCOTEL_TRACE_SCOPE.

      Examples:
        ccotel show
        ccotel show --follow
        ccotel show 0b9aeb4e-7d5c-4d5e-a6c1-1f4ad3f5b3f0 --json | jq .totals
      "
    `);
    expect((await runTool(["help", "show"])).stdout).toBe(stdout);
    expect((await runTool(["show", "whatever", "-h"])).stdout).toBe(stdout);
  });

  it.each(commands.map(({ name }) => name))("of %s fits into 80 columns", async (name) => {
    const { stdout } = await runTool([name, "--help"]);
    expect(stdout.split("\n").filter((line) => line.length > 80)).toEqual([]);
  });

  it("goes to stderr if no command is given", async () => {
    const { exitCode, stdout, stderr } = await runTool([]);
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: "" });
    expect(stderr).toContain("Usage: ccotel COMMAND");
  });
});

describe("a mistake in the arguments", () => {
  it.each([
    [["exprot"], "ccotel has no command exprot.\nDid you mean ccotel export?\n"],
    [["constructor"], "ccotel has no command constructor.\nCommands: "],
    [["daily"], "ccotel has no command daily.\nDid you mean ccotel stats?\n"],
    [["blocks"], "ccotel has no command blocks.\nDid you mean ccotel stats --by block?\n"],
    [["frobnicate"], "ccotel has no command frobnicate.\nCommands: demo, show, "],
    [["--versoin"], "ccotel has no flag --versoin.\nDid you mean --version?\n"],
    [["--json"], "ccotel has no flag --json.\nFlags come after a command. See ccotel --help.\n"],
    [["export", "--dryrun"], "ccotel export has no flag --dryrun.\nDid you mean --dry-run?\n"],
    [["export", "--jsonn"], "ccotel export has no flag --jsonn.\nDid you mean --json?\n"],
    [["export", "--colour"], "ccotel export has no flag --colour.\nSee ccotel export --help.\n"],
    [["export", "-x"], "ccotel export has no flag -x.\nSee ccotel export --help.\n"],
    [["export", "--endpoint"], "--endpoint needs a value: --endpoint URL.\n"],
    [["export", "--endpoint", "--all"], "--endpoint needs a value: --endpoint URL.\n"],
    [["export", "--all=yes"], '--all takes no value, but has "yes".\n'],
    [["show", "a", "b"], 'ccotel show takes one of these at a time: what about "b"?\n'],
    [["demo", "now"], 'ccotel demo takes no words besides flags: what about "now"?\n'],
    [["export"], "No session was named.\n"],
    [["export", "--since", "7d"], "--since only narrows them down: --all --since 7d.\n"],
    [["export", "--all", "x"], "--all means every session, but x was named, too.\n"],
    [
      ["export", "--all", "--since", "soon"],
      '--since is "soon", but must be a date, a time or how long ago.\nFor example 2026-11-01, 2026-11, today',
    ],
    [
      ["export", "x", "--dry-run", "--format", "otlp"],
      '--format is "otlp", but must be otlp-json or chrome-trace.\n',
    ],
    [["export", "x", "--format", "otlp-json"], "--format says what --dry-run prints"],
    [
      ["export", "x", "--dry-run", "--trace-scope", "trun"],
      '--trace-scope is "trun", but must be session or turn.\n',
    ],
    [["export", "examples/demo", "--endpoint", "localhost:4318"], "must be a URL that starts with http://"],
    [["export", "examples/demo"], "No endpoint is set.\nPass --endpoint"],
  ])("is answered with what to do instead: %j", async (argv, message) => {
    const { exitCode, stdout, stderr } = await runTool(argv);
    expect(stderr).toContain(message);
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: "" });
  });
});

describe("the output", () => {
  it("ends the command with 0 and no error if its reader closes the pipe", async () => {
    const stdout = new Writable({
      write: (_chunk, _encoding, done) => done(Object.assign(new Error("write EPIPE"), { code: "EPIPE" })),
    });
    const { exitCode, stderr } = await runTool(["export", "examples/demo", "--dry-run"], { stdout });
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
  });

  it("that cannot be written is an error", async () => {
    const stdout = new Writable({
      write: (_chunk, _encoding, done) => done(Object.assign(new Error("no space left"), { code: "ENOSPC" })),
    });
    const { exitCode, stderr } = await runTool(["export", "examples/demo", "--dry-run"], { stdout });
    expect({ exitCode, stderr }).toEqual({
      exitCode: 1,
      stderr: "The output could not be written: no space left.\n",
    });
  });
});

it("an unexpected error is reported as a bug in ccotel, without a place to report it", async () => {
  const show = commands.find(({ name }) => name === "show") as (typeof commands)[number];
  const load = vi.spyOn(show, "load").mockRejectedValue(new TypeError("x is not a function"));
  const { exitCode, stderr } = await runTool(["show"]).finally(() => load.mockRestore());
  expect(exitCode).toBe(3);
  expect(stderr).toContain("This is a bug in ccotel");
  expect(stderr).toContain("TypeError: x is not a function");
  expect(stderr).not.toMatch(/npm bugs|report it/);
});

describe("the help of flags from the option table", () => {
  it.each(["configure", "export", "view", "show"])(
    "has the syntax of values in its heads, and whole sentences after them: %s",
    async (name) => {
      const { stdout } = await runTool([name, "--help"]);
      for (const head of stdout.matchAll(/^ {2}--\S+ (\S.*?)(?: {2}|$)/gm))
        expect(head[1]).toMatch(/^(?:[A-Z]+(?:=[A-Z]+)?|[a-z-]+(?:\|(?:[a-z]+|PATH))*)$/);
      expect(stdout.replace(/\s+/g, " ")).not.toMatch(/Default: [^.]*: [^.]*\./);
    },
  );
});

describe("without any session", () => {
  const NONE = /^No sessions in .*projects\.\nClaude Code creates it on its first run\. /;

  it.each([
    ["stats"],
    ["stats", "--by", "block"],
    ["sessions"],
    ["sessions", "word"],
    ["errors"],
    ["insights"],
  ])("ccotel %s %s says so on stderr, and exits with 0 as in an empty period", async (...argv) => {
    const { exitCode, stdout, stderr } = await runTool(argv);
    expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: "" });
    expect(stderr).toMatch(NONE);
  });

  it.each([["sessions"], ["errors"], ["insights"]])("%s --json prints no line", async (command) => {
    expect(await runTool([command, "--json"])).toMatchObject({ exitCode: 0, stdout: "" });
  });

  it.each([["day"], ["block"]])("stats --by %s --json prints sums", async (by) => {
    const { exitCode, stdout, stderr } = await runTool(["stats", "--by", by, "--json"]);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
    expect(JSON.parse(stdout)).toMatchObject({ schema: 2, by: [by], rows: [] });
  });

  it("export --all has nothing to send, which is no failure of a script that sets machines up", async () => {
    const args = ["export", "--all", "--endpoint", "http://127.0.0.1:9"];
    const { exitCode, stdout } = await runTool(args);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^Nothing to send: no sessions in .*projects\.\n$/);
    const json = await runTool([...args, "--json"]);
    expect(json).toMatchObject({ exitCode: 0, stderr: "" });
    expect(JSON.parse(json.stdout)).toMatchObject({ endpoint: "http://127.0.0.1:9/v1/traces", sessions: 0 });
  });

  it("export --all still reports settings with which it could send nothing", async () => {
    const { exitCode, stderr } = await runTool(["export", "--all"]);
    expect({ exitCode, stderr }).toEqual({
      exitCode: 2,
      stderr: expect.stringContaining("No endpoint is set."),
    });
  });

  it.each([["show"], ["audit"]])("ccotel %s has nothing to do its work on", async (command) => {
    expect(await runTool([command])).toMatchObject({ exitCode: 2, stdout: "" });
  });

  it("ccotel view has no page to show", async () => {
    expect(await runTool(["view", "--no-open"])).toMatchObject({
      exitCode: 2,
      stdout: "",
      stderr: expect.stringMatching(NONE),
    });
  });
});
