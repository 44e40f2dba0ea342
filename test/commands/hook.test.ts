import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync, utimesSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { runHook } from "../../src/hook/run-hook.ts";
import { collector, spansOf } from "../support/otlp-server.ts";
import { program, runTool, temporaryFolder } from "../support/run-tool.ts";
import { SESSION, writeTranscript } from "../support/transcripts/command-transcript.ts";

const event = JSON.stringify({
  session_id: "0b9aeb4e-7d5c-4d5e-a6c1-1f4ad3f5b3f0",
  transcript_path: "/nowhere/0b9aeb4e-7d5c-4d5e-a6c1-1f4ad3f5b3f0.jsonl",
  hook_event_name: "Stop",
});

function hook(args: readonly string[], input: string, home: string) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, "hook", ...args], {
    input,
    encoding: "utf8",
    // The worker would be quicker than the test: what it finds unconfigured it forgets.
    env: { HOME: home, CCOTEL_HOME: join(home, "state"), CCOTEL_CONTENT: "none", PATH: "/nowhere" },
  });
  return { status, stdout, stderr };
}

const silence = { status: 0, stdout: "", stderr: "" };

describe("ccotel hook", () => {
  it("puts the event into the inbox and says nothing", async () => {
    const home = temporaryFolder();
    const state = join(home, "state");
    expect(hook(["Stop"], event, home)).toEqual(silence);
    const seen = readdirSync(state);
    expect(seen).toContain("inbox");
    for (const name of readdirSync(join(state, "inbox"))) {
      expect(readFileSync(join(state, "inbox", name), "utf8")).toContain(event);
    }
  });

  it.each([
    ["an event that is none", ["Stop"], "not json"],
    ["no input", ["SessionEnd"], ""],
    ["flags that there are none of", ["--frobnicate"], event],
    ["no event's name", [], event],
  ])("ends well with %s", (_, args, input) => {
    expect(hook(args, input, temporaryFolder())).toEqual(silence);
  });

  it("ends well where it cannot write", () => {
    expect(hook(["Stop"], event, "/dev/null")).toEqual(silence);
  });

  it("does not wait for somebody at a terminal to type an event in", async () => {
    const isTerminal = { stdin: true, stdout: true, stderr: true };
    const ran = await runTool(["hook", "Stop"], { isTerminal });
    expect(ran).toEqual({ exitCode: 0, stdout: "", stderr: "" });
  });
});

it("what a hook knew counts also where an export is quicker than the worker", async () => {
  const { url, requests } = await collector();
  const homeDir = temporaryFolder();
  const path = writeTranscript(join(homeDir, ".claude"), 2);
  const job = "0af7651916cd43dd8448eb211c80319c";
  const input = { session_id: SESSION, transcript_path: path, hook_event_name: "SessionStart" };
  const inbox = join(homeDir, ".ccotel", "inbox");
  const env = { TRACEPARENT: `00-${job}-b7ad6b7169203331-01` };
  runHook({ home: join(homeDir, ".ccotel"), worker: "", env, readInput: () => JSON.stringify(input) });
  // The hook ran before the session's first prompt.
  for (const name of readdirSync(inbox)) utimesSync(join(inbox, name), 0, 0);

  const { exitCode } = await runTool(["export", "--all", "--endpoint", url], { homeDir });
  expect(exitCode).toBe(0);
  expect(new Set(spansOf(...requests).map(({ traceId }) => traceId))).toEqual(new Set([job]));
  // The event is left for the worker, which will find nothing new.
  expect(readdirSync(inbox)).toHaveLength(1);
});
