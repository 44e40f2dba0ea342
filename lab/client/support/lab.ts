// The real client in a temporary home, with ccotel's hooks, a scripted model and a collector.

import { type ChildProcess, spawn } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, onTestFinished } from "vitest";
import { isAlive } from "../../../src/files/alive.ts";
import { type FoundSession, findAllSessions } from "../../../src/files/find-sessions.ts";
import { type Home, homeAt } from "../../../src/state/home.ts";
import { type Backend, createBackend } from "./backend.ts";
import type { Client } from "./clients.ts";
import { type Hooks, installScripts, ownHooks } from "./installation.ts";
import { type MessagesApi, type Reply, startMessagesApi } from "./messages-api.ts";

export interface LabOptions {
  client: Client;
  script: Reply[];
  /** Variables in the settings' `env` block, in addition to ccotel's endpoint. */
  settingsEnv?: Record<string, string>;
  /** ccotel's hooks. By default as `configure` writes them; `none`: ccotel is not installed. */
  hooks?: Hooks | "none";
  /** Hooks of other programs. */
  otherHooks?: Hooks;
  /** The destination of spans. By default, a running collector. */
  backend?: Backend;
}

export interface Lab {
  folder: string;
  configDir: string;
  /** The client's working folder. */
  work: string;
  home: Home;
  client: Client;
  /** The client's environment. */
  env: Record<string, string>;
  api: MessagesApi;
  backend: Backend;
  /** Runs `claude -p` until it exits. Fails if it prints anything but its answer. */
  print(prompt: string, options?: RunOptions): Promise<Ended>;
  /** Starts `claude -p` and does not wait for it. */
  start(prompt: string, options?: RunOptions): Running;
  /** Waits until all events are processed and the worker has exited. */
  delivered(): Promise<void>;
  /**
   * The sessions with a record. 2.0 clients that resume a session may leave an empty transcript of another one behind,
   * which no hook names.
   */
  sessions(): FoundSession[];
  log(): string;
}

export interface RunOptions {
  args?: string[];
  env?: Record<string, string | undefined>;
  /** The client's working folder. By default, the lab's own project. */
  cwd?: string;
  /** The expected exit code, which the client also has without ccotel. */
  code?: number;
}

export interface Running {
  child: ChildProcess;
  ended: Promise<Ended>;
}

export interface Ended {
  code: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
  /** Empty if the client was killed before it printed its answer. */
  sessionId: string;
}

/** Creates a lab, which is removed after the test. */
export async function createLab(options: LabOptions): Promise<Lab> {
  const { client } = options;
  const folder = mkdtempSync(join(tmpdir(), "ccotel-lab-"));
  const configDir = join(folder, ".claude");
  const work = join(folder, "acme-shop");
  const home = homeAt(join(folder, ".ccotel"));
  for (const path of [configDir, join(work, "src"), join(folder, "tmp")])
    mkdirSync(path, { recursive: true });
  onTestFinished(() => clearAway(folder, home));
  const api = await startMessagesApi(options.script);
  onTestFinished(() => api.close());
  const backend = options.backend ?? (await upBackend());

  if (options.hooks === "none") {
    writeJson(join(configDir, "settings.json"), {});
  } else {
    installScripts(home);
    const hooks = merged(options.hooks ?? ownHooks(home, client.version), options.otherHooks ?? {});
    const settingsEnv = { CCOTEL_ENDPOINT: backend.url, ...options.settingsEnv };
    writeJson(join(configDir, "settings.json"), { env: settingsEnv, hooks });
  }
  writeJson(join(configDir, ".claude.json"), {
    hasCompletedOnboarding: true,
    theme: "dark",
    numStartups: 3,
    customApiKeyResponses: { approved: ["dummy-key"], rejected: [] },
    projects: {
      [work]: { allowedTools: [], hasTrustDialogAccepted: true, hasCompletedProjectOnboarding: true },
    },
  });
  writeFileSync(join(work, "src", "cart.js"), "export const total = (items) => items.length;\n");

  const env: Record<string, string> = {
    PATH: process.env.PATH ?? "",
    HOME: folder,
    CLAUDE_CONFIG_DIR: configDir,
    TMPDIR: join(folder, "tmp"),
    CLAUDE_CODE_TMPDIR: join(folder, "tmp"),
    LANG: "C.UTF-8",
    TERM: "xterm-256color",
    SHELL: "/bin/bash",
    ANTHROPIC_BASE_URL: api.url,
    ANTHROPIC_API_KEY: "dummy-key",
    CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: "1",
    DISABLE_AUTOUPDATER: "1",
    // The client refuses to run as root without this.
    IS_SANDBOX: "1",
  };

  function start(prompt: string, { args = [], env: more = {}, cwd = work }: RunOptions = {}): Running {
    const child = spawn(client.bin, ["-p", prompt, "--output-format", "json", ...args], {
      cwd,
      env: { ...env, ...more },
      stdio: ["ignore", "pipe", "pipe"],
    });
    return { child, ended: endOf(child) };
  }

  return {
    folder,
    configDir,
    work,
    home,
    client,
    env,
    api,
    backend,
    start,
    async print(prompt, options = {}) {
      const ended = await start(prompt, options).ended;
      const { code, signal, stdout, stderr } = ended;
      expect({ code, signal, stderr }, stdout).toEqual({ code: options.code ?? 0, signal: null, stderr: "" });
      expect(stdout).not.toMatch(/hook/i);
      expect(ended.sessionId).not.toBe("");
      return ended;
    },
    async delivered() {
      const what = () => `${[...names(home.inbox), ...names(home.root)].join(" ")}\n${logOf(home)}`;
      // Check several times: another worker may follow one that has released the lock.
      for (let seen = 0; seen < 3; seen++) {
        await until(() => names(home.inbox).length === 0 && !existsSync(home.lock), what);
        await sleep(60);
      }
    },
    sessions: () => findAllSessions({ configDir, cwd: work }).filter(({ path }) => statSync(path).size > 0),
    log: () => logOf(home),
  };
}

/** Waits for a condition that must become true. Fails after a timeout. */
export async function until(
  holds: () => boolean | Promise<boolean>,
  what: () => string = () => String(holds),
  ms = 120_000,
): Promise<void> {
  const end = performance.now() + ms;
  while (!(await holds())) {
    if (performance.now() > end) throw new Error(`Waited ${ms} ms in vain: ${what()}`);
    await sleep(40);
  }
}

async function upBackend(): Promise<Backend> {
  const backend = await createBackend();
  await backend.up();
  return backend;
}

function merged(own: Hooks, others: Hooks): Hooks {
  const events = new Set([...Object.keys(own), ...Object.keys(others)]);
  return Object.fromEntries(
    [...events].map((name) => [name, [...(own[name] ?? []), ...(others[name] ?? [])]]),
  );
}

function endOf(child: ChildProcess): Promise<Ended> {
  let stdout = "";
  let stderr = "";
  child.stdout?.on("data", (data) => {
    stdout += data;
  });
  child.stderr?.on("data", (data) => {
    stderr += data;
  });
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code, signal) => {
      const sessionId = /"session_id":"([^"]+)"/.exec(stdout)?.[1] ?? "";
      resolve({ code, signal, stdout, stderr, sessionId });
    });
  });
}

async function clearAway(folder: string, home: Home): Promise<void> {
  // After a failed test, a worker may still run or start.
  for (let attempt = 1; ; attempt++) {
    stopWorker(home);
    try {
      return rmSync(folder, { recursive: true, force: true });
    } catch (error) {
      if (attempt === 30) throw error;
      await sleep(100);
    }
  }
}

/** Kills every worker, including those that are starting, as a power cut would. */
export async function stopWorkers(home: Home): Promise<void> {
  const pids = new Set<number>();
  for (const end = performance.now() + 600; performance.now() < end; await sleep(20)) {
    const pid = stopWorker(home);
    if (pid !== undefined) pids.add(pid);
  }
  // In a container, a killed process may remain as a zombie for a second.
  await until(() => ![...pids].some(isAlive));
}

/** Kills the worker that holds the lock. */
function stopWorker(home: Home): number | undefined {
  try {
    const { pid } = JSON.parse(readFileSync(home.lock, "utf8")) as { pid: number };
    process.kill(pid, "SIGKILL");
    return pid;
  } catch {
    // No worker runs.
    return undefined;
  }
}

function names(folder: string): string[] {
  return existsSync(folder) ? readdirSync(folder) : [];
}

function logOf(home: Home): string {
  return existsSync(home.log) ? readFileSync(home.log, "utf8") : "";
}

function writeJson(path: string, value: object): void {
  writeFileSync(path, JSON.stringify(value, null, 2));
}
