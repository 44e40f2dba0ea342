import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { filesOfSession, recording, sessionIdOf, transcriptsOf } from "../../../test/support/recordings.ts";
import { stopsOf } from "../../../test/support/stops.ts";
import { growSession } from "../../../test/support/transcripts/growing-session.ts";
import { eventually } from "./eventually.ts";
import type { StoredSpan } from "./stores/stored.ts";
import { type Env, ROOT, spansToSend, temporaryFolder } from "./tool.ts";

const HOOK = join(ROOT, "dist/hook.sh");

/** A recording of a person at the terminal, with several turns. */
export const LIVE = "08-interactive";

/** A session that runs now with the hook installed, and the spans that an export of it would send. */
export interface LiveSession {
  sessionId: string;
  spans: StoredSpan[];
}

/**
 * Plays the first session of a recording now, under a new id: its files grow as the client wrote them, the hook runs at
 * the end of each turn and of the session, and the worker sends to the endpoint.
 */
export async function happenNow(
  name: string,
  endpoint: string,
  { headers = {}, env = {} }: { headers?: Env; env?: Env } = {},
): Promise<LiveSession> {
  const home = temporaryFolder();
  const { transcript, sessionId } = copyAsOfNow(name);
  const session = growSession(transcript);
  const machine = {
    PATH: process.env.PATH ?? "",
    HOME: home,
    CCOTEL_HOME: join(home, ".ccotel"),
    CLAUDE_CODE_SESSION_ID: sessionId,
  };
  const CCOTEL_HEADERS = Object.entries(headers)
    .map(([key, value]) => `${key}=${value}`)
    .join(",");
  // Hooks ignore settings in the environment of a session.
  writeSettings(home, { CCOTEL_ENDPOINT: endpoint, CCOTEL_HEADERS, CCOTEL_METRICS: "off", ...env });
  const hook = async (event: object) => {
    const input = { session_id: sessionId, transcript_path: session.path, ...event };
    await run(HOOK, JSON.stringify(input), machine);
    await eventually(() => {
      if (isBusy(machine.CCOTEL_HOME)) throw new Error("The worker of the hook does not come to its end.");
    }, 60_000);
  };
  try {
    for (const stop of stopsOf(transcript, [0])) {
      session.growUntil(stop.atMs + 100);
      await hook({ hook_event_name: "Stop", prompt_id: stop.promptId });
    }
    session.growUntil(Number.POSITIVE_INFINITY);
    await hook({ hook_event_name: "SessionEnd" });
    return { sessionId, spans: await spansToSend([transcript], env) };
  } finally {
    session.remove();
  }
}

/** Writes the settings of the user with this home folder. */
export function writeSettings(home: string, env: Env): void {
  mkdirSync(join(home, ".claude"), { recursive: true });
  writeFileSync(join(home, ".claude", "settings.json"), JSON.stringify({ env }));
}

/** Copies the session's files with a new id and with their times moved, so that the session ends now. */
function copyAsOfNow(name: string): { transcript: string; sessionId: string } {
  const [original = ""] = transcriptsOf(recording(name));
  const oldId = sessionIdOf(original);
  const sessionId = randomUUID();
  const folder = join(temporaryFolder(), "projects", "-home-dev-acme-shop");
  const files = filesOfSession(original);
  const texts = files.map((path) => readFileSync(path, "utf8"));
  const times = texts.flatMap((text) => [...text.matchAll(ISO_TIME)].map(([time]) => Date.parse(time)));
  const laterMs = Date.now() - 1_000 - Math.max(...times);
  for (const [index, path] of files.entries()) {
    const copy = join(folder, path.slice(dirname(original).length + 1).replaceAll(oldId, sessionId));
    mkdirSync(dirname(copy), { recursive: true });
    const moved = (texts[index] ?? "")
      .replaceAll(oldId, sessionId)
      .replaceAll(ISO_TIME, (time) => new Date(Date.parse(time) + laterMs).toISOString())
      .replaceAll(EPOCH_MS, (time) => String(Number(time) + laterMs));
    writeFileSync(copy, moved);
  }
  return { transcript: join(folder, `${sessionId}.jsonl`), sessionId };
}

const ISO_TIME = /\b2026-11-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/g;
const EPOCH_MS = /\b1795\d{9}\b/g;

function isBusy(home: string): boolean {
  const inbox = join(home, "inbox");
  return existsSync(join(home, "worker.lock")) || (existsSync(inbox) && readdirSync(inbox).length > 0);
}

function run(script: string, input: string, env: Env): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn("/bin/sh", [script], { env, stdio: ["pipe", "ignore", "ignore"] });
    child.on("error", reject);
    child.on("close", (code) => (code === 0 ? resolve() : reject(new Error(`The hook ended with ${code}.`))));
    child.stdin.end(input);
  });
}
