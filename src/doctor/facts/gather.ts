/** Collects the facts. Only the files of this folder read the disk and run other programs. They change nothing. */

import { access, constants, stat, statfs } from "node:fs/promises";
import { dirname, join } from "node:path";
import { readSettingsEnv } from "../../config/claude/settings-env.ts";
import { loadConfig } from "../../config/load.ts";
import type { Problem } from "../../config/problem.ts";
import { resolveSending } from "../../config/sending.ts";
import { openContent } from "../../delivery/load/content-policy.ts";
import { readPrices } from "../../delivery/load/price-file.ts";
import { MAX_BYTES, readJson, tryReadText } from "../../disk/read.ts";
import { skillsPluginFolder } from "../../settings/hooks/plugin.ts";
import { readInstallation } from "../../settings/installation/read-installation.ts";
import { ccotelHome, configDir, userSettingsPath } from "../../settings/locations.ts";
import { homeAt } from "../../state/home.ts";
import { object } from "../../transcript/fields.ts";
import { readAllSettings } from "./all-settings.ts";
import { readClientVersion, readNodeVersion, readRunningFlags } from "./client.ts";
import type { Facts, PathFact, PluginFact } from "./facts.ts";
import { type Further, furtherProblems, prepareFurther } from "./further-facts.ts";
import type { Machine } from "./machine.ts";
import { noticesFact } from "./notice-facts.ts";
import { ownEntries, readable } from "./settings-facts.ts";

/** Facts that only a command can find: it sends the test. */
interface Observed {
  /**
   * Problems from resolving the configuration for sending, which runs `otelHeadersHelper`. Set if the caller has done
   * it.
   */
  readonly sendingProblems?: readonly Problem[];
  /** The additional destinations, if the caller has prepared them. */
  readonly further?: readonly Further[];
  readonly probes?: Facts["probes"];
  readonly clockSkewMs?: number | undefined;
}

/** Collects all facts about a machine. Resolves the sending configuration unless `observed` has its problems. */
export async function gatherFacts(machine: Machine, observed: Observed = {}): Promise<Facts> {
  const { platform, homeDir, env, folder, version, nowMs } = machine;
  const home = ccotelHome(machine);
  const { env: settingsEnv, managedEnv, headersHelper } = readSettingsEnv(machine);
  const config = loadConfig({ env, managedEnv, settingsEnv, headersHelper, homeDir });
  const { problem: prices } = readPrices(config.config.prices);
  const userAgent = `ccotel/${version}`;
  const [settings, installation, client, runningFlags, resolved, further, content, homeFact, folderTrusted] =
    await Promise.all([
      readAllSettings(machine),
      readInstallation(home),
      readClientVersion(machine),
      readRunningFlags(machine),
      observed.sendingProblems ??
        resolveSending(config.config, { env, userAgent }).then(({ problems }) => problems),
      observed.further ?? prepareFurther(home, { env, homeDir, userAgent }),
      openContent(config.config, homeDir, false),
      readHome(home),
      readTrust(machine),
    ]);
  const sendingProblems = [...resolved, ...content.problems, ...(prices ? [prices] : [])];
  const facts: Facts = {
    platform,
    nowMs,
    env,
    version,
    folder,
    folderTrusted,
    settings,
    userSettingsPath: userSettingsPath(machine),
    home: homeFact,
    installation,
    paths: new Map(),
    plugins: [],
    client,
    runningFlags,
    config,
    sendingProblems,
    further: further.map(({ preset, endpoint }) => ({ preset, endpoint })),
    furtherProblems: furtherProblems(home, further, [...config.problems, ...sendingProblems]),
    probes: observed.probes ?? [],
    clockSkewMs: observed.clockSkewMs,
    notices: noticesFact(homeAt(home)),
  };
  const node = installation?.node;
  const scripts = readable(facts).flatMap((file) =>
    ownEntries(facts, file.settings).map(({ script }) => script),
  );
  return {
    ...facts,
    paths: await readPaths([...scripts, ...(node === undefined ? [] : [node])]),
    plugins: await readPlugins(machine, facts),
    nodeVersion: node === undefined ? undefined : await readNodeVersion(node, machine),
  };
}

async function readHome(path: string): Promise<Facts["home"]> {
  const there = await stat(path).catch(() => undefined);
  const nearest = there ? path : dirname(path);
  const writable = await access(nearest, constants.W_OK).then(
    () => true,
    () => false,
  );
  const me = process.getuid?.();
  const ownerUid =
    there !== undefined && me !== undefined && me !== 0 && there.uid !== me ? there.uid : undefined;
  const isUsable = writable && (there?.isDirectory() ?? true);
  return {
    path,
    writable: isUsable,
    mode: there?.mode,
    freeBytes: await statfs(nearest).then(
      // Some network file systems tell nothing, not even their size.
      ({ blocks, bavail, bsize }) => (blocks === 0 ? undefined : bavail * bsize),
      () => undefined,
    ),
    ...(isOldHook(join(path, "bin")) ? { hasOldHook: true } : {}),
    ...(ownerUid === undefined ? {} : { ownerUid }),
  };
}

/** Returns whether the hook is from a version that passed the session's `CCOTEL_*` variables with each event. */
function isOldHook(bin: string): boolean {
  return tryReadText(join(bin, "hook.sh"), MAX_BYTES.note)?.includes("CCOTEL_[A-Z_]*") === true;
}

async function readPaths(paths: readonly string[]): Promise<Map<string, PathFact>> {
  const facts = await Promise.all(
    [...new Set(paths)].map(async (path): Promise<[string, PathFact]> => {
      const there = await stat(path).catch(() => undefined);
      if (!there?.isFile()) return [path, "missing"];
      const executable = await access(path, constants.X_OK).then(
        () => true,
        () => false,
      );
      return [path, executable ? "executable" : "file"];
    }),
  );
  return new Map(facts);
}

async function readPlugins(machine: Machine, facts: Facts): Promise<PluginFact[]> {
  const folder = configDir(machine);
  const list = readJson(join(folder, "plugins", "installed_plugins.json"), MAX_BYTES.settings);
  const ids = Object.keys(object(list?.plugins) ?? {}).filter((id) => id.startsWith("ccotel@"));
  const said = (id: string) =>
    readable(facts, "managed", "local", "project", "user")
      .map(({ settings }) => object(settings.enabledPlugins)?.[id])
      .find((value) => typeof value === "boolean");
  const inSkills = await stat(join(skillsPluginFolder(folder), ".claude-plugin", "plugin.json")).catch(
    () => undefined,
  );
  const skills = "ccotel@skills-dir";
  return [
    ...ids.map((id) => ({ id, enabled: said(id) === true })),
    ...(inSkills ? [{ id: skills, enabled: said(skills) !== false }] : []),
  ];
}

/** A trusted folder makes its subfolders trusted, too. */
async function readTrust(machine: Machine): Promise<boolean | undefined> {
  const file = machine.env.CLAUDE_CONFIG_DIR
    ? join(machine.env.CLAUDE_CONFIG_DIR, ".claude.json")
    : join(machine.homeDir, ".claude.json");
  const projects = object(readJson(file, MAX_BYTES.settings)?.projects) ?? {};
  const accepted = (folder: string) => object(projects[folder])?.hasTrustDialogAccepted;
  for (let folder = machine.folder; ; folder = dirname(folder)) {
    if (accepted(folder) === true) return true;
    if (folder === dirname(folder)) break;
  }
  return accepted(machine.folder) === false ? false : undefined;
}
