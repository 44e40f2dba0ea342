import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { createServer } from "node:net";
import { homedir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

/** The folder in which `npm run backends` puts the programs. */
const BACKENDS = process.env.CCOTEL_BACKENDS ?? join(homedir(), ".cache", "ccotel-backends");

/** Running programs. They are killed if this process exits early. */
const alive = new Set<ChildProcess>();
process.on("exit", () => {
  for (const child of alive) child.kill("SIGKILL");
});

export interface Program {
  /** Seconds of processor time so far, over all restarts. */
  cpuSeconds(): number;
  /** Peak memory in bytes, over all restarts. */
  peakBytes(): number;
  /** Sends SIGKILL, like a machine that fails. */
  kill(): Promise<void>;
  /** Starts it again, with the same configuration, ports and folders. */
  restart(): Promise<void>;
  output(): string;
}

export interface ProgramOptions {
  name: string;
  args: string[];
  env: Record<string, string>;
  cwd: string;
  /** A URL that answers 200 when the program is up. */
  health: string;
}

/** Starts one of the real programs and waits until it is healthy. Reads its use of the machine from /proc (Linux). */
export async function startProgram(options: ProgramOptions): Promise<Program> {
  const path = join(BACKENDS, options.name);
  if (!existsSync(path)) throw new Error(`There is no ${path}: npm run backends makes it.`);
  let text = "";
  const before = { cpu: 0, peak: 0 };
  const start = () => {
    const child = spawn(path, options.args, {
      cwd: options.cwd,
      env: { PATH: process.env.PATH, HOME: options.cwd, ...options.env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    const note = (data: Buffer) => {
      text = (text + data).slice(-20_000);
    };
    child.stdout.on("data", note);
    child.stderr.on("data", note);
    alive.add(child);
    child.once("close", () => alive.delete(child));
    return child;
  };
  let child = start();
  await healthy(child, options.health, () => text);
  const cpuSeconds = () => before.cpu + cpuOf(child);
  const peakBytes = () => Math.max(before.peak, peakOf(child));
  return {
    cpuSeconds,
    peakBytes,
    output: () => text,
    async kill() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      Object.assign(before, { cpu: cpuSeconds(), peak: peakBytes() });
      const ended = new Promise((resolve) => child.once("close", resolve));
      child.kill("SIGKILL");
      await ended;
    },
    async restart() {
      child = start();
      await healthy(child, options.health, () => text);
    },
  };
}

async function healthy(child: ChildProcess, url: string, output: () => string): Promise<void> {
  const until = Date.now() + 60_000;
  for (;;) {
    const answer = await fetch(url).catch(() => undefined);
    if (answer?.ok) return;
    if (child.exitCode !== null || Date.now() > until) {
      child.kill("SIGKILL");
      throw new Error(`${child.spawnfile} did not start:\n${output()}`);
    }
    await sleep(50);
  }
}

const TICKS_PER_SECOND = 100;

/** User and system time: fields 14 and 15 of /proc/PID/stat. The name in front of them may contain spaces. */
function cpuOf({ pid }: ChildProcess): number {
  const fields = (proc(pid, "stat").split(") ").at(-1) ?? "").split(" ");
  return (Number(fields[11] ?? 0) + Number(fields[12] ?? 0)) / TICKS_PER_SECOND;
}

function peakOf({ pid }: ChildProcess): number {
  return Number(/VmHWM:\s*(\d+) kB/.exec(proc(pid, "status"))?.[1] ?? 0) * 1024;
}

function proc(pid: number | undefined, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, "utf8");
  } catch {
    return "";
  }
}

/** A port on which nothing listens now. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => {
        if (address !== null && typeof address === "object") resolve(address.port);
        else reject(new Error("There is no free port."));
      });
    });
  });
}
