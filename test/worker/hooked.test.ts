import { spawn } from "node:child_process";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { beforeAll, expect, test } from "vitest";
import { backfill } from "../support/backfill.ts";
import { buildWorker, builtWorker, differences, type Lab, lab, twice, union } from "../support/lab.ts";
import { collector } from "../support/otlp-server.ts";
import { recording, sessionIdOf, transcriptsOf } from "../support/recordings.ts";
import { type HookRun, stopsOf } from "../support/stops.ts";
import { growSession } from "../support/transcripts/growing-session.ts";
import { scribe } from "../support/transcripts/transcript.ts";

beforeAll(buildWorker);

const SCRIPT = fileURLToPath(new URL("../../src/hook/hook.sh", import.meta.url));

/** Installs the hook, the worker and their settings as `configure` does. */
function installHook({ home, claude }: Lab, url: string): void {
  mkdirSync(home.bin, { recursive: true });
  const settings = join(claude, "settings.json");
  writeFileSync(settings, JSON.stringify({ env: { CCOTEL_ENDPOINT: url, CCOTEL_METRICS: "off" } }));
  const installation = JSON.parse(readFileSync(home.installation, "utf8"));
  writeFileSync(home.installation, JSON.stringify({ ...installation, settings: { [settings]: {} } }));
  copyFileSync(SCRIPT, join(home.bin, "hook.sh"));
  symlinkSync(builtWorker(), join(home.bin, "worker.cjs"));
  writeFileSync(join(home.bin, "node-path"), `${process.execPath}\n`);
}

/** Runs the hook as Claude Code does. */
async function runHook(machine: Lab, sessionId: string, path: string, hook: HookRun): Promise<void> {
  const child = spawn("/bin/sh", [join(machine.home.bin, "hook.sh")], {
    env: {
      PATH: process.env.PATH,
      HOME: machine.folder,
      CLAUDE_CODE_SESSION_ID: sessionId,
    },
  });
  const { name, promptId } = hook;
  const input = { session_id: sessionId, transcript_path: path, hook_event_name: name, prompt_id: promptId };
  child.stdin.end(JSON.stringify(input));
  const code = await new Promise((resolve) => child.once("close", resolve));
  expect(code).toBe(0);
}

/** Replays a recorded session in real time with the hook installed. Returns how the result differs from a backfill. */
async function replay(name: string): Promise<string[]> {
  const transcript = transcriptsOf(recording(name))[0] as string;
  const sessionId = sessionIdOf(transcript);
  const { url, requests } = await collector();
  const machine = lab(url);
  mkdirSync(machine.claude, { recursive: true });
  installHook(machine, url);
  const session = growSession(transcript);
  // The transcript is linked to where the lab expects it, so that a backfill finds it.
  mkdirSync(dirname(dirname(machine.transcript(sessionId))), { recursive: true });
  symlinkSync(dirname(session.path), dirname(machine.transcript(sessionId)));
  try {
    const times = session.files.flatMap(({ lines }) => lines.map(({ atMs }) => atMs));
    const [firstMs, lastMs] = [Math.min(...times), Math.max(...times)];
    const hooks: HookRun[] = [...stopsOf(transcript, [5, 60, 0]), { atMs: lastMs, name: "SessionEnd" }];
    const running: Promise<void>[] = [];
    const startedAt = performance.now();
    for (let nowMs = firstMs; nowMs < lastMs + 300; nowMs = firstMs + performance.now() - startedAt) {
      // The file grows in pieces, as buffers are flushed, so its last line can be incomplete.
      session.growUntil(nowMs - 100);
      session.grow(Math.round(nowMs), 777, nowMs);
      while ((hooks[0]?.atMs ?? Number.POSITIVE_INFINITY) <= nowMs) {
        running.push(runHook(machine, sessionId, session.path, hooks.shift() as HookRun));
      }
      await sleep(15);
    }
    session.growUntil(Number.POSITIVE_INFINITY);
    await Promise.all(running);
    await expect.poll(() => machine.inbox()).toEqual([]);
    // Otherwise the last worker would handle the next event, and its clock is not advanced.
    await expect.poll(() => existsSync(machine.home.lock)).toBe(false);
    const expected = await backfill(machine, [sessionId]);
    for (let attempt = 1; ; attempt++) {
      // Some clients write no record at the end of a run. A sweep ends it.
      machine.event(scribe("other").sessionId, { name: "SessionStart" });
      await machine.worker({ CLOCK_OFFSET_MS: String(7 * 3_600_000) });
      const found = differences(union(requests), expected);
      // On a busy machine, a worker that a hook started may begin only now and handle the event.
      if (found.length === 0 || attempt === 5)
        return [...found, ...twice(requests).map((id) => `twice: ${id}`)];
    }
  } finally {
    session.remove();
    rmSync(dirname(machine.transcript(sessionId)));
  }
}

test("recorded sessions of three clients, replayed in real time with the hook installed, arrive as a backfill sends them", async () => {
  const names = [
    "02-tools",
    "03-subagent-background",
    "03-subagents-parallel",
    "2.1.100-tools",
    "2.0.76-tools",
  ];
  const results = await Promise.all(names.map(async (name) => [name, await replay(name)] as const));
  expect(Object.fromEntries(results)).toEqual(Object.fromEntries(names.map((name) => [name, []])));
});
