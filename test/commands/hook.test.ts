import { spawnSync } from "node:child_process";
import { copyFileSync, readdirSync, readFileSync, utimesSync } from "node:fs";
import { basename, dirname, join } from "node:path";
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

/** A copy of the program without its worker, which would remove the event because no backend is configured. */
function programWithoutWorker(): string {
  const folder = temporaryFolder();
  for (const name of readdirSync(dirname(program)))
    if (name.endsWith(".cjs") && name !== "worker.cjs")
      copyFileSync(join(dirname(program), name), join(folder, name));
  return join(folder, basename(program));
}

function hook(args: readonly string[], input: string, home: string, path = program) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [path, "hook", ...args], {
    input,
    encoding: "utf8",
    env: { HOME: home, CCOTEL_HOME: join(home, "state"), CCOTEL_CONTENT: "none", PATH: "/nowhere" },
  });
  return { status, stdout, stderr };
}

const silence = { status: 0, stdout: "", stderr: "" };

describe("ccotel hook", () => {
  it("puts the event into the inbox and prints nothing", () => {
    const home = temporaryFolder();
    expect(hook(["Stop"], event, home, programWithoutWorker())).toEqual(silence);
    const inbox = join(home, "state", "inbox");
    const [name = "", ...others] = readdirSync(inbox);
    expect(others).toEqual([]);
    expect(readFileSync(join(inbox, name), "utf8")).toContain(event);
  });

  it.each([
    ["an event that is not JSON", ["Stop"], "not json"],
    ["no input", ["SessionEnd"], ""],
    ["an unknown flag", ["--frobnicate"], event],
    ["no event name", [], event],
  ])("exits with 0 and prints nothing with %s", (_, args, input) => {
    expect(hook(args, input, temporaryFolder())).toEqual(silence);
  });

  it("exits with 0 and prints nothing if it cannot write", () => {
    expect(hook(["Stop"], event, "/dev/null")).toEqual(silence);
  });

  it("does not wait for an event if its input is a terminal", async () => {
    const isTerminal = { stdin: true, stdout: true, stderr: true };
    const ran = await runTool(["hook", "Stop"], { isTerminal });
    expect(ran).toEqual({ exitCode: 0, stdout: "", stderr: "" });
  });
});

it("an export uses what a hook recorded, even if no worker has read the event yet", async () => {
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
  // The event stays for the worker, which finds nothing new.
  expect(readdirSync(inbox)).toHaveLength(1);
});
