import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";

/** The folder in which `lab/programs/get.mjs` puts the backends. */
export const BACKENDS = process.env.CCOTEL_BACKENDS ?? join(homedir(), ".cache", "ccotel-backends");

export function pathOf(program: string): string {
  return join(BACKENDS, program);
}

/** True if all these programs exist. Otherwise prints a line and returns false. */
export function has(...programs: string[]): boolean {
  const missing = programs.filter((program) => !existsSync(pathOf(program)));
  if (missing.length === 0) return true;
  console.warn(
    `Skipped: no ${missing.join(", ")} in ${BACKENDS}; npm run backends gets it, where Go and Python are.`,
  );
  return false;
}

/** Process groups of running programs. They are killed if this process exits early. */
const groups = new Set<number>();
process.on("exit", () => {
  for (const group of groups) endGroup(group);
});

/** The slowest programs start in 20 s on two idle cores. */
const START_WITHIN_MS = 150_000;

export interface Running {
  /** The program's output so far. */
  output(): string;
  stop(): Promise<void>;
}

/** Starts a backend and waits until `isReady`. Its folder is removed after it has stopped. */
export async function start(
  program: string,
  args: (folder: string) => string[],
  isReady: () => Promise<boolean>,
  options: { env?: (folder: string) => Record<string, string> } = {},
): Promise<Running> {
  const folder = mkdtempSync(join(tmpdir(), `${program}-`));
  const child = spawn(pathOf(program), args(folder), {
    cwd: folder,
    env: { PATH: process.env.PATH, HOME: folder, ...options.env?.(folder) },
    stdio: ["ignore", "pipe", "pipe"],
    // A separate process group: some programs start further processes, which must end with them.
    detached: true,
  });
  if (child.pid !== undefined) groups.add(child.pid);
  let text = "";
  const note = (data: Buffer) => {
    text = (text + data).slice(-20_000);
  };
  child.stdout.on("data", note);
  child.stderr.on("data", note);
  const ended = new Promise<void>((resolve) => child.on("close", () => resolve()));
  const running: Running = {
    output: () => text,
    async stop() {
      await kill(child, ended);
      rmSync(folder, { recursive: true, force: true });
    },
  };
  const deadline = Date.now() + START_WITHIN_MS;
  while (!(await isReady().catch(() => false))) {
    if (child.exitCode !== null || Date.now() > deadline) {
      await running.stop();
      throw new Error(`${program} did not start:\n${text}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return running;
}

async function kill(child: ChildProcess, ended: Promise<void>): Promise<void> {
  if (child.pid !== undefined) {
    endGroup(child.pid);
    groups.delete(child.pid);
  }
  await ended;
}

function endGroup(group: number): void {
  try {
    process.kill(-group, "SIGKILL");
  } catch {
    // All processes of the group have exited already.
  }
}

/** A port on which nothing listens now. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === "string") throw new Error("There is no free port.");
  return address.port;
}
