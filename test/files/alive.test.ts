import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir, uptime } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { isAlive, isOwnedByLivingClient, livingSessions, openSinceMs } from "../../src/files/alive.ts";
import { buildTool, builtTool } from "../support/lab.ts";
import { linesOf, Session } from "../support/transcripts/store.ts";

const SESSION = "11111111-2222-4333-8444-555555555555";

/** A configuration folder in which a client with this process id has the session open, and wrote that some time ago. */
function configOf(pid: number, secondsAgo: number, fields: { startedAt?: number } = {}): string {
  const root = mkdtempSync(join(tmpdir(), "ccotel-alive-"));
  onTestFinished(() => rmSync(root, { recursive: true }));
  mkdirSync(join(root, "sessions"));
  const file = join(root, "sessions", `${pid}.json`);
  writeFileSync(file, JSON.stringify({ pid, sessionId: SESSION, ...fields }));
  const atSeconds = Date.now() / 1000 - secondsAgo;
  utimesSync(file, atSeconds, atSeconds);
  return root;
}

async function running(): Promise<number> {
  const child = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"], { stdio: "ignore" });
  onTestFinished(() => void child.kill("SIGKILL"));
  await once(child, "spawn");
  return child.pid as number;
}

const isOpen = (root: string) => ({
  owned: isOwnedByLivingClient(join(root, "projects", "-a", `${SESSION}.jsonl`), SESSION),
  listed: livingSessions(root).has(SESSION),
});

test("a client that wrote its file after it began has its session open", async () => {
  expect(isOpen(configOf(await running(), 0))).toEqual({ owned: true, listed: true });
});

test("a client has its session open from a moment before it noted its start, since a prompt of -p may be older", async () => {
  const beforeMs = Date.now();
  const startedAt = beforeMs + 1000;
  const root = configOf(await running(), 0, { startedAt });
  const sinceMs = openSinceMs(join(root, "projects", "-a", `${SESSION}.jsonl`), SESSION) as number;
  expect(sinceMs).toBeLessThan(startedAt);
  expect(sinceMs).toBeGreaterThan(beforeMs - 1500);
});

test("a client that wrote its file before the machine was started has no session open, whoever has its id now", async () => {
  expect(isOpen(configOf(await running(), uptime() + 120))).toEqual({ owned: false, listed: false });
});

test.runIf(process.platform === "linux")(
  "the same goes for a file from before the process with this id began, as in a container that was started again",
  async () => {
    expect(isOpen(configOf(await running(), 600))).toEqual({ owned: false, listed: false });
  },
);

test.runIf(process.platform === "linux" && process.getuid?.() !== undefined)(
  "a process of another user counts as alive only if it began before the file was written",
  () => {
    // Process 1 began with the machine, or with the container.
    expect(isAlive(1, Date.now())).toBe(true);
    expect(isAlive(1, Date.now() - uptime() * 1000 - 120_000)).toBe(false);
  },
);

/** Whether a process may have a view of the file system of its own: root only. */
const mayMount =
  process.platform === "linux" &&
  spawnSync("unshare", ["-m", "mount", "--bind", "/proc/uptime", "/proc/uptime"]).status === 0;

test.runIf(mayMount)(
  "a session is open also in a container that says a shorter uptime than its host",
  async () => {
    await buildTool();
    const root = configOf(await running(), 0);
    const session = new Session();
    session.turns(1);
    mkdirSync(join(root, "projects", "-a"), { recursive: true });
    writeFileSync(join(root, "projects", "-a", `${SESSION}.jsonl`), linesOf(session.rows));
    writeFileSync(join(root, "uptime"), "30.00 30.00\n");
    const script = 'mount --bind "$1" /proc/uptime && exec "$2" "$3" sessions --json';
    const argv = ["-m", "sh", "-c", script, "sh", join(root, "uptime"), process.execPath, builtTool()];
    const env = { ...process.env, HOME: root, CLAUDE_CONFIG_DIR: root, CCOTEL_HOME: join(root, "ccotel") };
    const { stdout, stderr } = spawnSync("unshare", argv, { env, encoding: "utf8" });
    expect(stderr).toBe("");
    expect(JSON.parse(stdout)).toMatchObject({ status: "waiting" });
  },
);
