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

/** Runs the built program with nothing of this machine's settings; `home` is also where it keeps its state. */
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

/** An installation that sends to one endpoint, as a user's machine does: what it has sent it does not send again. */
export function installation(
  endpoint: string,
  { headers = {}, env = {} }: { headers?: Env; env?: Env } = {},
) {
  const home = temporaryFolder();
  const given = Object.entries(headers).map(([name, value]) => `${name}=${encodeURIComponent(value)}`);
  const settings = { CCOTEL_ENDPOINT: endpoint, CCOTEL_HEADERS: given.join(","), ...env };
  return {
    home,
    /** `ccotel export` of the given files or folders, else of all recordings; fails when the export does. */
    async export(paths: string[] = [RECORDINGS], flags: string[] = []): Promise<string> {
      const ran = await ccotel(["export", ...paths, ...flags], { home, env: settings });
      if (ran.exitCode !== 0) throw new Error(`The export ended with ${ran.exitCode}:\n${ran.stderr}`);
      return ran.stdout;
    },
  };
}

/** What an export sends, as the program itself prints it without sending. */
export async function spansToSend(paths: string[] = [RECORDINGS], env: Env = {}): Promise<StoredSpan[]> {
  const ran = await ccotel(["export", ...paths, "--dry-run"], { home: temporaryFolder(), env });
  if (ran.exitCode !== 0) throw new Error(`The dry run ended with ${ran.exitCode}:\n${ran.stderr}`);
  return parseOtlpJson(ran.stdout);
}

/** A folder that is gone after the test, or after the suite when it is made in a `beforeAll`. */
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
