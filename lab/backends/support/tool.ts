import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { onTestFinished } from "vitest";
import { parseOtlpJson, type StoredSpan } from "./stores/stored.ts";

export const ROOT = fileURLToPath(new URL("../../..", import.meta.url));
const PROGRAM = join(ROOT, "dist/ccotel.cjs");

/** All recordings of the repository. */
export const RECORDINGS = join(ROOT, "fixtures/sessions");

export interface Ran {
  exitCode: number;
  stdout: string;
  stderr: string;
}

/** Runs the built program without this machine's settings. `home`: its home folder, with its state. */
export function ccotel(args: string[], { home, env }: { home: string; env?: Env }): Promise<Ran> {
  const environment = { HOME: home, CCOTEL_HOME: join(home, ".ccotel"), PATH: process.env.PATH, ...env };
  return new Promise((resolve) => {
    const options = { env: environment, maxBuffer: 64 * 1024 * 1024 };
    execFile(process.execPath, [PROGRAM, ...args], options, (error, stdout, stderr) => {
      resolve({ exitCode: error === null ? 0 : Number(error.code ?? -1), stdout, stderr });
    });
  });
}

export type Env = Record<string, string>;

/** An installation that sends to one endpoint. Like a user's machine, it does not send the same data again. */
export function installation(
  endpoint: string,
  { headers = {}, env = {} }: { headers?: Env; env?: Env } = {},
) {
  const home = temporaryFolder();
  const given = Object.entries(headers).map(([name, value]) => `${name}=${encodeURIComponent(value)}`);
  const settings = { CCOTEL_ENDPOINT: endpoint, CCOTEL_HEADERS: given.join(","), ...env };
  return {
    home,
    /** Runs `ccotel export` with these files or folders. Default: all recordings. Fails if the export fails. */
    async export(paths: string[] = [RECORDINGS], flags: string[] = []): Promise<string> {
      const ran = await ccotel(["export", ...paths, ...flags], { home, env: settings });
      if (ran.exitCode !== 0) throw new Error(`The export ended with ${ran.exitCode}:\n${ran.stderr}`);
      return ran.stdout;
    },
  };
}

/** The spans that an export would send, from the program's dry run. */
export async function spansToSend(paths: string[] = [RECORDINGS], env: Env = {}): Promise<StoredSpan[]> {
  const ran = await ccotel(["export", ...paths, "--dry-run"], { home: temporaryFolder(), env });
  if (ran.exitCode !== 0) throw new Error(`The dry run ended with ${ran.exitCode}:\n${ran.stderr}`);
  return parseOtlpJson(ran.stdout);
}

/** Creates a folder, which is removed after the test. If created in `beforeAll`, it is removed after the suite. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "ccotel-backends-"));
  const remove = () => rmSync(folder, { recursive: true, force: true });
  try {
    onTestFinished(remove);
  } catch {
    process.on("exit", remove);
  }
  return folder;
}
