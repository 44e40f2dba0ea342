import { existsSync } from "node:fs";
import { rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Io } from "../cli/io.ts";
import { MAX_BYTES, tryReadText } from "../disk/read.ts";
import { applyChange } from "../settings/apply.ts";
import { installFiles, type SourceFile, writeSecretFile } from "../settings/install.ts";
import { configDir } from "../settings/locations.ts";
import { installSkillsPlugin, noteMovedHome, removeSkillsPlugin } from "../settings/plugin.ts";
import { parseWorkerEnv, WORKER_ENV_FILE, workerEnvText } from "../settings/worker-env.ts";
import { VERSION } from "../version.ts";
import type { Standing } from "./current.ts";
import type { Setup } from "./plan.ts";
import { nodeFor } from "./plan.ts";
import { ownHeadersFile } from "./secrets.ts";
import { THEIR_COMMAND } from "./status-line.ts";

/** What was written where. */
export interface Written {
  /** Undefined: the settings said it all already. */
  readonly settings: string | undefined;
  readonly backup: string | undefined;
  readonly bin: string;
  readonly files: readonly string[];
}

/**
 * Writes what was planned. The programs come first: a hook entry must never name a script that is not there yet. What an
 * earlier setup needed and this one does not goes last.
 */
export async function applySetup(setup: Setup, standing: Standing, io: Io): Promise<Written> {
  const { home, settingsPath, place } = standing;
  const workerEnv = workerEnvText(place, headersOf(setup, standing));
  const files = programFiles(io.program, workerEnv, nodeFor(place), setup.statusLine?.theirs);
  await installFiles(home, files, { version: VERSION, node: nodeFor(place), preset: setup.preset?.name });
  if (setup.headersFile !== undefined) await writeSecretFile(setup.headersFile.path, setup.headersFile.text);
  if (setup.skillsPlugin) await installSkillsPlugin(configDir(place), VERSION);
  const isPlugin = setup.change.hooks.length === 0;
  await noteMovedHome(place.homeDir, isPlugin ? home : undefined);
  const edited = await applyChange({ path: settingsPath, home }, setup.change);
  if (!setup.skillsPlugin) await removeSkillsPlugin(configDir(place));
  const headers = ownHeadersFile(standing);
  if (setup.change.env.CCOTEL_HEADERS_FILE !== headers) await rm(headers, { force: true });
  return {
    settings: edited.before === edited.after ? undefined : settingsPath,
    backup: edited.backup,
    bin: join(home, "bin"),
    files: files.map(({ name }) => name),
  };
}

/** Whether the headers file says already what it shall say. */
export async function isHeadersFileSame({ headersFile }: Setup): Promise<boolean> {
  if (headersFile === undefined) return true;
  return tryReadText(headersFile.path, MAX_BYTES.settings) === headersFile.text;
}

/** Where headers that stand in no file come from: the environment now, or, for the same backend, that of an earlier time. */
function headersOf({ headersFromEnv }: Setup, { home, place }: Standing) {
  if (headersFromEnv === "none") return [];
  if (headersFromEnv === "now") return [place.env];
  const noted = parseWorkerEnv(tryReadText(join(home, "bin", WORKER_ENV_FILE), MAX_BYTES.note) ?? "");
  return Object.keys(noted).some((name) => name.endsWith("HEADERS")) ? [place.env, noted] : [];
}

/** What hooks run, and what the worker loads where it is wanted. */
export const PROGRAMS = [
  "hook.sh",
  "statusline.sh",
  "hook.cjs",
  "worker.cjs",
  "worker-code.cjs",
  "redact.cjs",
  "logs.cjs",
  "logs-codec.cjs",
  "notices.cjs",
  "signals.cjs",
  "signals-shell.cjs",
] as const;

/** What a hook needs, from beside the program that is running. */
function programFiles(
  program: string,
  workerEnv: string,
  node: string,
  theirStatusLine: string | undefined,
): SourceFile[] {
  const dist = dirname(program);
  const names = PROGRAMS.filter((name) => existsSync(join(dist, name)));
  return [
    ...names.map((name) => ({ name, from: join(dist, name), executable: name.endsWith(".sh") })),
    // The hook's shell takes this Node and not the one of the day: PATH differs in editors and cron jobs.
    { name: "node-path", text: `${node}\n` },
    { name: WORKER_ENV_FILE, text: workerEnv },
    ...(theirStatusLine === undefined ? [] : [{ name: THEIR_COMMAND, text: `${theirStatusLine}\n` }]),
  ];
}
