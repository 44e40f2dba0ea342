// Something other than a regular file in the place of a subagent's file stops no command.

import { spawnSync } from "node:child_process";
import { mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { runTool, temporaryFolder } from "../../support/run-tool.ts";
import { SESSION, writeTranscript } from "../../support/transcripts/command-transcript.ts";

/** A home folder with one session, whose folder of agents holds no file. */
function home(): string {
  const homeDir = temporaryFolder();
  const transcript = writeTranscript(join(homeDir, ".claude"), 1);
  const agents = join(transcript.replace(/\.jsonl$/, ""), "subagents");
  mkdirSync(join(agents, "agent-folder.jsonl"), { recursive: true });
  spawnSync("mkfifo", [join(agents, "agent-fifo.jsonl"), join(agents, "agent-fifo.meta.json")]);
  symlinkSync("/dev/zero", join(agents, "agent-device.jsonl"));
  symlinkSync("agent-loop.jsonl", join(agents, "agent-loop.jsonl"));
  symlinkSync("/nowhere", join(agents, "agent-nowhere.jsonl"));
  return homeDir;
}

test.each([
  ["show", SESSION],
  ["stats"],
  ["stats", "--by", "agent"],
  ["sessions"],
  ["sessions", "zzz"],
  ["errors"],
  ["insights"],
  ["audit", SESSION],
  ["audit", SESSION, "--findings"],
  ["view", SESSION, "--out", "page.html", "--content"],
  ["export", SESSION, "--dry-run"],
])("ccotel %s %s", async (...words) => {
  const homeDir = home();
  const { exitCode, stderr } = await runTool(words, { homeDir, cwd: homeDir });
  expect(exitCode, stderr).toBe(0);
  expect(stderr).not.toContain("cannot be read");
});
