import type { Input, Run } from "../cli/command.ts";
import type { Io } from "../cli/io.ts";
import { machineOf } from "../cli/machine.ts";
import { write } from "../cli/output.ts";
import { loadPrompter } from "../cli/prompter.ts";
import { UserError } from "../config/user-error.ts";
import { mayClientRun } from "../doctor/facts/client.ts";
import { gatherFacts } from "../doctor/facts/gather.ts";
import { installedForms } from "../doctor/facts/installed-facts.ts";
import type { Machine } from "../doctor/facts/machine.ts";
import { toJson } from "../printable.ts";
import { applyUninstall, configuredPaths, type Plan, planUninstall } from "../settings/apply.ts";
import { requireWritable } from "../settings/file.ts";
import { noteMovedHome } from "../settings/hooks/plugin.ts";
import { removeFiles } from "../settings/installation/install.ts";
import { readInstallation } from "../settings/installation/read-installation.ts";
import { ccotelHome, userSettingsPath } from "../settings/locations.ts";
import { withSetupLock } from "../setup/lock.ts";
import { purge, removeHeadersFiles, removeSkillsPlugins, waitForReload } from "../setup/remove-files.ts";
import { homeAt } from "../state/home.ts";

/** `ccotel uninstall`: removes what `configure` wrote, from every settings file that it wrote to. */
export const run: Run = async (input, io) => {
  const wanted = readFlags(input);
  if (!wanted.dryRun && !wanted.yes && !hasTerminal(io)) throw needsYes();
  const machine = machineOf(io);
  const done: Done = { restored: [], removed: [], leftAlone: [] };
  // With --json, messages for people go to stderr.
  const told = input.flags.json === true ? { ...io, stdout: io.stderr } : io;
  const takeOut = async () => {
    const code = await takeOutOf(ccotelHome(machine), wanted, machine, done, told);
    if (input.flags.json === true) await write(io.stdout, toJson({ schema: SCHEMA, ...done }));
    return code;
  };
  return wanted.dryRun ? takeOut() : withSetupLock(ccotelHome(machine), takeOut);
};

/** Version of the JSON. It increases when a field changes its meaning or is removed. */
const SCHEMA = 1;

/** What was done, for the JSON: settings files, folders, and settings that are not ours or have changed since. */
interface Done {
  restored: string[];
  removed: string[];
  leftAlone: string[];
}

async function takeOutOf(
  home: string,
  wanted: Wanted,
  machine: Machine,
  done: Done,
  io: Io,
): Promise<number> {
  const found = await findInstalled(home, wanted, machine);
  await showPlan(found, io);
  if (!found.isThere && !wanted.purge) {
    await write(io.stdout, `Nothing of ccotel is in ${found.paths.join(", ")}.\n`);
    done.leftAlone = found.plans.flatMap(({ path, kept }) => kept.map((key) => `${key} in ${path}`));
    await tellWhatStays(done.leftAlone, { ...found, plugins: [] }, io);
    return 0;
  }
  if (wanted.dryRun) {
    const rest = wanted.purge ? ", and the rest of that folder" : "";
    if (found.others.length === 0)
      await write(io.stdout, `The programs in ${home}/bin would be removed${rest}.\n`);
    return 0;
  }
  if (!wanted.yes && !(await loadPrompter(io).agree("Take this out?", true))) {
    await write(io.stderr, "Nothing was changed.\n");
    return 1;
  }
  await takeOutOfSettings(found, machine, done, io);
  if (found.others.length > 0) {
    await write(io.stdout, `The programs in ${home}/bin stay for ${found.others.join(", ")}.\n`);
    await tellWhatStays(done.leftAlone, { ...found, plugins: [] }, io);
    return 0;
  }
  await removePrograms(found, wanted, done, io);
  await tellWhatStays(done.leftAlone, found, io);
  return 0;
}

/** What there is of ccotel on this machine, and what `uninstall` would change. */
interface Installed {
  home: string;
  /** The settings file in the current configuration folder. */
  current: string;
  /** The settings files to take ccotel out of, and those that keep it. */
  paths: readonly string[];
  others: readonly string[];
  /** What would change in each of `paths`. */
  plans: readonly (Plan & { path: string; kept: readonly string[] })[];
  installation: Awaited<ReturnType<typeof readInstallation>>;
  /** Ids of the plugins that are ccotel's. */
  plugins: readonly string[];
  /** Other settings files with hooks of ccotel, such as the administrator's. */
  foreign: readonly string[];
  /** Whether there is anything to remove. */
  isThere: boolean;
}

/** Plans all files before any is changed: if one cannot be edited, none is. */
async function findInstalled(home: string, wanted: Wanted, machine: Machine): Promise<Installed> {
  const current = userSettingsPath(machine);
  const all = await configuredPaths({ path: current, home });
  const paths = wanted.onlyHere ? [current] : all;
  const installation = await readInstallation(home);
  const facts = await gatherFacts(machine);
  const { plugins } = facts;
  const plans = await Promise.all(
    paths.map(async (path) => ({ path, ...(await planUninstall({ path, home })) })),
  );
  return {
    home,
    current,
    paths,
    others: all.filter((path) => !paths.includes(path)),
    plans,
    installation,
    plugins: plugins.map(({ id }) => id),
    foreign: installedForms(facts).flatMap((form) =>
      form.form === "settings" && !all.includes(form.path) ? [form.path] : [],
    ),
    isThere: hasChange(plans) || installation?.version !== undefined || plugins.length > 0,
  };
}

function hasChange(plans: Installed["plans"]): boolean {
  return plans.some(({ diff }) => diff !== "");
}

async function showPlan({ paths, plans, current }: Installed, io: Io): Promise<void> {
  await write(io.stdout, plans.map(({ diff }) => diff).join(""));
  if (paths.length < 2) return;
  await write(
    io.stdout,
    `ccotel is set up in ${paths.length} folders of Claude Code, and leaves all of them: ${paths.join(", ")}. --only-here takes it out of ${current} alone.\n`,
  );
}

/** Removes hooks, settings and plugins of ccotel, and waits until no running session uses them. */
async function takeOutOfSettings(found: Installed, machine: Machine, done: Done, io: Io): Promise<void> {
  const { home, paths, plans } = found;
  for (const { path, diff } of plans) if (diff !== "") await requireWritable(path);
  await restoreSettings(paths, home, done, io);
  const removed = await removeSkillsPlugins(paths);
  done.removed.push(...removed);
  for (const folder of removed) await write(io.stdout, `Removed:  ${folder}\n`);
  // A running session that still has the hook entry in memory would show an error for the missing script.
  if ((hasChange(plans) || removed.length > 0) && (await mayClientRun(machine))) await waitForReload(io);
}

/** Removes the programs of the hook, and with --purge the rest of the state folder. */
async function removePrograms(found: Installed, wanted: Wanted, done: Done, io: Io): Promise<void> {
  const { home, paths, installation } = found;
  await removeHeadersFiles(home, installation);
  await noteMovedHome(io.homeDir, undefined);
  await removeFiles(home);
  if (installation?.version !== undefined) {
    done.removed.push(wanted.purge ? home : `${home}/bin`);
    await write(io.stdout, `Removed:  the programs in ${home}/bin\n`);
  }
  if (wanted.purge) await purge(homeAt(home), paths, io);
  else await write(io.stdout, `Positions, counters and log stay in ${home}; --purge removes them, too.\n`);
}

/** Takes ccotel out of settings files. Notes in `done` which have changed, and what was left in them. */
async function restoreSettings(paths: readonly string[], home: string, done: Done, io: Io): Promise<void> {
  for (const path of paths) {
    const { result, before, after } = await applyUninstall({ path, home });
    done.leftAlone.push(...result.map((key) => `${key} in ${path}`));
    if (before === after) continue;
    done.restored.push(path);
    await write(io.stdout, `Restored: ${path}${after === null ? " (removed)" : ""}\n`);
  }
}

interface Wanted {
  readonly yes: boolean;
  readonly dryRun: boolean;
  readonly purge: boolean;
  /** Whether to change only the settings in the current `CLAUDE_CONFIG_DIR`. */
  readonly onlyHere: boolean;
}

function readFlags({ flags }: Input): Wanted {
  if (flags.purge === true && flags["only-here"] === true) {
    throw new UserError("--only-here leaves the other folders their programs, which --purge would remove.", {
      hint: "Leave one of them out.",
    });
  }
  if (flags.purge === true && flags["keep-state"] === true) {
    throw new UserError("--keep-state and --purge say the opposite of each other.", {
      hint: "Leave one of them out; without either, the state is kept.",
    });
  }
  return {
    yes: flags.yes === true,
    dryRun: flags["dry-run"] === true,
    purge: flags.purge === true,
    onlyHere: flags["only-here"] === true,
  };
}

function hasTerminal({ isTerminal }: Io): boolean {
  return isTerminal.stdin && isTerminal.stderr;
}

function needsYes(): UserError {
  return new UserError(
    "uninstall asks before it changes your settings, and there is no terminal to ask at.",
    {
      hint: "Pass --yes to confirm, or --dry-run to see the change without writing it.",
    },
  );
}

async function tellWhatStays(
  kept: readonly string[],
  { plugins, foreign }: Pick<Installed, "plugins" | "foreign">,
  io: Io,
): Promise<void> {
  if (kept.length > 0) {
    await write(io.stderr, `Not ours, or changed since, and left alone: ${kept.join(", ")}.\n`);
  }
  for (const path of foreign) {
    await write(
      io.stderr,
      `Hooks of ccotel stay in ${path}, which configure did not write: sessions may still be sent.\n`,
    );
  }
  for (const id of plugins.filter((plugin) => plugin !== "ccotel@skills-dir")) {
    await write(io.stderr, `The plugin is Claude Code's to remove: claude plugin uninstall ${id}\n`);
  }
}
