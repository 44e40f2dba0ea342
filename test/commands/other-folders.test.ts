// Folders with sessions beside the one that Claude Code reads.

import { symlinkSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { runTool, temporaryFolder } from "../support/run-tool.ts";
import { Session, writeStore } from "../support/transcripts/store.ts";

const LEFT_OUT = /^1 session in (\S+) is left out: Claude Code 1\.0\.30 to 1\.0\.32 kept sessions there/;

/** Writes a new session of so many turns in a configuration folder. */
function write(configDir: string, turns: number): void {
  const session = new Session();
  session.turns(turns);
  writeStore(configDir, session.store());
}

function turnsIn(stdout: string): number {
  return JSON.parse(stdout).total.turns;
}

test("stats says that the sessions in ~/.config/claude are left out, and how to count them", async () => {
  const homeDir = temporaryFolder();
  write(join(homeDir, ".claude"), 2);
  write(join(homeDir, ".config", "claude"), 3);
  const { stdout, stderr } = await runTool(["stats", "--json"], { homeDir, columns: 2000 });
  expect(turnsIn(stdout)).toBe(2);
  expect(stderr).toMatch(LEFT_OUT);
  const [, words = ""] = /: ccotel (.*)\n$/.exec(stderr) ?? [];
  const both = await runTool([...words.split(" "), "--json"], { homeDir });
  expect(turnsIn(both.stdout)).toBe(5);
  expect(both.stderr).toBe("");
});

test.each([["sessions"], ["errors"], ["insights"], ["export", "--all", "--dry-run"]])(
  "%s %s says it, too, once",
  async (...words) => {
    const homeDir = temporaryFolder();
    write(join(homeDir, ".claude"), 1);
    write(join(homeDir, "elsewhere", "claude"), 1);
    const env = { XDG_CONFIG_HOME: join(homeDir, "elsewhere") };
    const { stderr } = await runTool(words, { homeDir, env, columns: 2000 });
    expect(stderr.split("\n").filter((line) => LEFT_OUT.test(line))).toHaveLength(1);
  },
);

test("nothing is left out if ~/.claude and ~/.config/claude are one folder, or if CLAUDE_CONFIG_DIR names one", async () => {
  const homeDir = temporaryFolder();
  write(join(homeDir, ".config", "claude"), 2);
  symlinkSync(join(homeDir, ".config", "claude"), join(homeDir, ".claude"));
  expect((await runTool(["stats"], { homeDir })).stderr).toBe("");
  const env = { CLAUDE_CONFIG_DIR: join(homeDir, "work") };
  write(env.CLAUDE_CONFIG_DIR, 1);
  expect((await runTool(["stats"], { homeDir, env })).stderr).toBe("");
});

test("a list in CLAUDE_CONFIG_DIR is one folder for Claude Code; the command that adds up all of them is named", async () => {
  const homeDir = temporaryFolder();
  const folders = [join(homeDir, "a"), join(homeDir, "b")];
  const [first = "", second = ""] = folders;
  write(first, 1);
  write(second, 2);
  const env = { CLAUDE_CONFIG_DIR: folders.join(",") };
  const { stderr } = await runTool(["stats"], { homeDir, env, columns: 2000 });
  const [, words = ""] = /as one folder, not as a list\..*: ccotel (.*)\.\n$/.exec(stderr) ?? [];
  const both = await runTool([...words.split(" "), "--json"], { homeDir, env });
  expect(turnsIn(both.stdout)).toBe(3);
});
