// The clients that the suite runs: CLAUDE_BIN if set, else those in a cache outside the repository.

import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join } from "node:path";

/** The client for the whole suite, unless CLAUDE_BIN names another one. */
const NEWEST = "2.1.332";

/** Older generations, which write less than the newest one. CCOTEL_CLIENT_VERSIONS names others, or none. */
const OLDER = process.env.CCOTEL_CLIENT_VERSIONS ?? "2.1.100,2.0.76,1.0.128";

export interface Client {
  version: string;
  bin: string;
}

export interface Clients {
  /** Undefined if it cannot be installed here. */
  newest: Client | undefined;
  older: Client[];
}

/** Finds the clients, and installs missing ones. Reports slow steps and failures with `say`. */
export function findClients(say: (line: string) => void): Clients {
  const named = process.env.CLAUDE_BIN;
  const older = OLDER.split(",").filter((version) => version !== "");
  return {
    newest: named ? { version: versionOf(named), bin: named } : cached(NEWEST, say),
    older: older.flatMap((version) => cached(version, say) ?? []),
  };
}

function versionOf(bin: string): string {
  return execFileSync(bin, ["--version"], { encoding: "utf8" }).trim().replace(/ .*/, "");
}

function cached(version: string, say: (line: string) => void): Client | undefined {
  const folder = join(homedir(), ".cache", "ccotel-client", version);
  const bin = join(folder, "node_modules", ".bin", "claude");
  try {
    if (!existsSync(bin)) install(version, folder, say);
    execFileSync(bin, ["--version"], { stdio: "pipe" });
    return { version, bin };
  } catch (error) {
    say(`Claude Code ${version} cannot be had, so nothing is tested with it: ${reasonOf(error as Error)}`);
    return undefined;
  }
}

/** The message of npm or the client, truncated to a line or two. */
function reasonOf(error: Error & { stderr?: Buffer }): string {
  const lines = (error.stderr?.toString() || error.message).split("\n");
  const wanted = lines.filter((line) => line.startsWith("npm error"));
  return (wanted.length > 0 ? wanted : lines).slice(0, 3).join(" ");
}

function install(version: string, folder: string, say: (line: string) => void): void {
  say(`Installing Claude Code ${version} into ${folder} (some hundred megabytes, once) …`);
  mkdirSync(dirname(folder), { recursive: true });
  const unfinished = mkdtempSync(`${folder}-`);
  try {
    const wanted = `@anthropic-ai/claude-code@${version}`;
    execFileSync("npm", ["install", "--prefix", unfinished, "--no-audit", "--no-fund", wanted], {
      stdio: "pipe",
      timeout: 600_000,
    });
    renameSync(unfinished, folder);
  } finally {
    rmSync(unfinished, { recursive: true, force: true });
  }
}
