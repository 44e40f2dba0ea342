import { existsSync } from "node:fs";
import { rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Io } from "../cli/io.ts";
import { MAX_BYTES, tryReadText } from "../disk/read.ts";
import { applyChange } from "../settings/apply.ts";
import { installSkillsPlugin, noteMovedHome, removeSkillsPlugin } from "../settings/hooks/plugin.ts";
import { installFiles, type SourceFile, writeSecretFile } from "../settings/installation/install.ts";
import { configDir } from "../settings/locations.ts";
import { WORKER_ENV_FILE } from "../settings/worker-env.ts";
import { VERSION } from "../version.ts";
import type { CurrentSetup } from "./current.ts";
import type { Setup } from "./plan.ts";
import { nodeFor } from "./plan.ts";
import { ownHeadersFile } from "./secrets.ts";
import { THEIR_COMMAND } from "./status-line.ts";
import { workerEnvOf } from "./worker-env.ts";

/** What was written where. */
export interface Written {
  /** Undefined if the settings needed no change. */
  readonly settings: string | undefined;
  readonly backup: string | undefined;
  readonly bin: string;
  readonly files: readonly string[];
}

/**
 * Writes the planned setup. Writes the programs first: a hook entry must never name a script that does not exist yet.
 * Removes last what an earlier setup needed and this one does not.
 */
export async function applySetup(setup: Setup, current: CurrentSetup, io: Io): Promise<Written> {
  const { home, settingsPath, place } = current;
  const workerEnv = workerEnvOf(setup, current);
  const files = programFiles(io.program, workerEnv, nodeFor(place), setup.statusLine?.theirs);
  await installFiles(home, files, { version: VERSION, node: nodeFor(place), preset: setup.preset?.name });
  if (setup.headersFile !== undefined) await writeSecretFile(setup.headersFile.path, setup.headersFile.text);
  if (setup.skillsPlugin) await installSkillsPlugin(configDir(place), VERSION);
  const isPlugin = setup.change.hooks.length === 0;
  await noteMovedHome(place.homeDir, isPlugin ? home : undefined);
  const edited = await applyChange({ path: settingsPath, home }, setup.change);
  if (!setup.skillsPlugin) await removeSkillsPlugin(configDir(place));
  const headers = ownHeadersFile(current);
  if (setup.change.env.CCOTEL_HEADERS_FILE !== headers) await rm(headers, { force: true });
  return {
    settings: edited.before === edited.after ? undefined : settingsPath,
    backup: edited.backup,
    bin: join(home, "bin"),
    files: files.map(({ name }) => name),
  };
}

/** Returns whether the headers file already has the planned content. */
export async function isHeadersFileSame({ headersFile }: Setup): Promise<boolean> {
  if (headersFile === undefined) return true;
  return tryReadText(headersFile.path, MAX_BYTES.settings) === headersFile.text;
}

/** The programs that hooks run, and the bundles that the worker may load. */
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

/** Returns the files that a hook needs, from the folder of the running program. */
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
    // The hook's shell uses this Node and not the one in PATH, which differs in editors and cron jobs.
    { name: "node-path", text: `${node}\n` },
    { name: WORKER_ENV_FILE, text: workerEnv },
    ...(theirStatusLine === undefined ? [] : [{ name: THEIR_COMMAND, text: `${theirStatusLine}\n` }]),
  ];
}
