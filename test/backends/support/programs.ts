import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";

/** Where `build.sh` puts the backends. */
export const BACKENDS = process.env.CCOTEL_BACKENDS ?? join(homedir(), ".cache", "ccotel-backends");

export function pathOf(program: string): string {
  return join(BACKENDS, program);
}

/** Whether all of them are there; says so in a line when not. */
export function has(...programs: string[]): boolean {
  const missing = programs.filter((program) => !existsSync(pathOf(program)));
  if (missing.length === 0) return true;
  console.warn(`Skipped: no ${missing.join(", ")} in ${BACKENDS}; test/backends/build.sh builds it.`);
  return false;
}

export interface Running {
  /** What it has written so far. */
  output(): string;
  stop(): Promise<void>;
}

/** Starts a backend and waits until `isReady`; its folder is gone when it has stopped. */
export async function start(
  program: string,
  args: (folder: string) => string[],
  isReady: () => Promise<boolean>,
): Promise<Running> {
  const folder = mkdtempSync(join(tmpdir(), `${program}-`));
  const child = spawn(pathOf(program), args(folder), { cwd: folder, stdio: ["ignore", "pipe", "pipe"] });
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
  const deadline = Date.now() + 30_000;
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
  if (child.exitCode === null) child.kill("SIGKILL");
  await ended;
}

/** A port that nobody listens on now. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === "string") throw new Error("There is no free port.");
  return address.port;
}
