/** Finds the installed Claude Code and the running clients. */

import { execFile } from "node:child_process";
import { readdir, readFile } from "node:fs/promises";
import { posix, win32 } from "node:path";
import type { Env } from "../../config/source.ts";
import { configDir } from "../../settings/locations.ts";
import { parseVersion, type Version } from "../../versions.ts";

export interface ClientPlace {
  readonly platform: NodeJS.Platform;
  readonly homeDir: string;
  readonly env: Env;
}

/**
 * Returns the version of the client that a shell would start, or that its installer put elsewhere. Returns undefined
 * without a client.
 */
export async function readClientVersion(place: ClientPlace): Promise<Version | undefined> {
  const { join } = place.platform === "win32" ? win32 : posix;
  const { homeDir, env } = place;
  const candidates = [
    env.CLAUDE_BIN,
    "claude",
    join(homeDir, ".local", "bin", "claude"),
    join(homeDir, ".claude", "local", "claude"),
  ].filter((path) => path !== undefined && path !== "");
  for (const path of candidates) {
    const output = await run(path as string, ["--version"], place);
    const version = output === undefined ? undefined : parseVersion(output);
    if (version) return version;
  }
  return undefined;
}

/** Returns what a Node program prints for `--version`, or undefined if it does not start. */
export async function readNodeVersion(node: string, place: ClientPlace): Promise<string | undefined> {
  return run(node, ["--version"], place);
}

/**
 * Returns the flags of running clients that decide whether hooks run and transcripts are written. Clients of other
 * users and with other configuration folders do not count. Keeps nothing else of the command lines: they contain
 * prompts and keys.
 */
export async function readRunningFlags(place: ClientPlace): Promise<string[]> {
  return flagsOf((await commandLines(place)) ?? []);
}

/**
 * Returns whether a client with this place's configuration folder may be running. Returns true if the processes cannot
 * be listed.
 */
export async function mayClientRun(place: ClientPlace): Promise<boolean> {
  return (await commandLines(place))?.some(isClient) ?? true;
}

/** Returns the relevant flags in the command lines of clients. `--setting-sources` includes its value. */
export function flagsOf(commandLines: readonly (readonly string[])[]): string[] {
  const flags = commandLines.filter(isClient).flatMap((words) =>
    words.flatMap((word, index) => {
      if (TELLING.includes(word)) return [word];
      if (word === "--setting-sources") return [`${word}=${words[index + 1] ?? ""}`];
      return word.startsWith("--setting-sources=") ? [word] : [];
    }),
  );
  return [...new Set(flags)];
}

const TELLING = ["--bare", "--safe-mode", "--restricted", "--no-session-persistence"];

function isClient(words: readonly string[]): boolean {
  return words.slice(0, 2).some((word) => /(?:^|[/\\])claude(?:\.exe)?$|claude-code[/\\]cli\.js$/.test(word));
}

/**
 * Returns the command lines of the user's processes, or undefined if they cannot be listed. On Linux only of those with
 * the same configuration folder; elsewhere a process does not show its environment.
 */
async function commandLines(place: ClientPlace): Promise<string[][] | undefined> {
  if (place.platform === "win32") return undefined;
  if (place.platform === "linux") return linuxCommandLines(posix.resolve(configDir(place)));
  const output = await run("ps", ["-x", "-ww", "-o", "args="], place);
  return output?.split("\n").map((line) => line.split(/\s+/));
}

async function linuxCommandLines(folder: string): Promise<string[][]> {
  const pids = (await readdir("/proc").catch(() => [])).filter((name) => /^\d+$/.test(name));
  const lines = await Promise.all(pids.map((pid) => wordsIn(`/proc/${pid}/cmdline`)));
  const clients = lines.flatMap((words, index) => (isClient(words) ? [{ words, pid: pids[index] }] : []));
  const folders = await Promise.all(
    clients.map(async ({ pid }) => {
      const pairs = await wordsIn(`/proc/${pid}/environ`);
      const of = (name: string) => pairs.find((word) => word.startsWith(`${name}=`))?.slice(name.length + 1);
      const env = { CLAUDE_CONFIG_DIR: of("CLAUDE_CONFIG_DIR") };
      return posix.resolve(configDir({ platform: "linux", homeDir: of("HOME") ?? "", env }));
    }),
  );
  return clients.flatMap(({ words }, index) => (folders[index] === folder ? [words] : []));
}

/** Returns the words of a file in `/proc`. Returns none if the process has ended or belongs to another user. */
async function wordsIn(path: string): Promise<string[]> {
  const text = await readFile(path, "utf8").catch(() => "");
  return text === "" ? [] : text.split("\0");
}

function run(
  command: string,
  args: readonly string[],
  { platform, env }: ClientPlace,
): Promise<string | undefined> {
  // On Windows `claude` may be a .cmd file, which needs a shell.
  const shell = platform === "win32";
  const options = { env: { ...env }, shell, timeout: 10_000, windowsHide: true } as const;
  return new Promise((resolve) => {
    try {
      execFile(shell ? `"${command}"` : command, [...args], options, (error, stdout) => {
        resolve(error ? undefined : stdout.toString().trim());
      });
    } catch {
      // Node rejects a path that passes through a file before it starts anything.
      resolve(undefined);
    }
  });
}
