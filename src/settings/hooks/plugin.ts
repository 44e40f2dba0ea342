/**
 * The plugin form: the same hooks as a folder that Claude Code loads. `plugin/ccotel` in the repository is built from
 * these files. Claude Code loads `<config dir>/skills/ccotel` without a marketplace.
 */

import { mkdir, rm, rmdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { usualHome } from "../../config/home-folder.ts";
import { writeAtomic } from "../../disk/atomic-write.ts";
import { makeFolder } from "../../disk/owner.ts";
import { MAX_BYTES, tryReadText } from "../../disk/read.ts";
import { HOOK_EVENTS } from "./hook-entry.ts";

interface PluginFile {
  /** Path inside the plugin's folder, with slashes. */
  readonly path: string;
  readonly text: string;
  readonly executable: boolean;
}

/**
 * Returns the files of the plugin. Each hook is one shell line, which every client runs, on Windows in Git Bash. It
 * ends with `|| true`: for a missing script the shell exits with 2, and after a Stop hook that exit code sends the
 * model back to work.
 */
export function pluginFiles(version: string): PluginFile[] {
  const about = {
    name: "ccotel",
    version,
    description: "Hands finished turns to ccotel, which sends them as OpenTelemetry traces, metrics and logs",
    author: { name: "ccotel" },
    license: "Apache-2.0",
    keywords: ["opentelemetry", "otlp", "tracing", "observability"],
  };
  const hooks = Object.fromEntries(
    HOOK_EVENTS.map((event) => {
      const command = `/bin/sh "\${CLAUDE_PLUGIN_ROOT}/hooks/hook.sh" ${event} || true`;
      return [event, [{ hooks: [{ type: "command", command, timeout: 10 }] }]];
    }),
  );
  const description = "Tells ccotel that a turn or a session has ended or begun";
  return [
    { path: ".claude-plugin/plugin.json", text: json(about), executable: false },
    { path: "hooks/hooks.json", text: json({ description, hooks }), executable: false },
    { path: "hooks/hook.sh", text: FRONT, executable: true },
  ];
}

/** Returns the folder that Claude Code loads as `ccotel@skills-dir`. */
export function skillsPluginFolder(configDir: string): string {
  return join(configDir, "skills", "ccotel");
}

/** Writes the plugin to the folder where Claude Code finds it without a marketplace. */
export async function installSkillsPlugin(configDir: string, version: string): Promise<void> {
  const folder = skillsPluginFolder(configDir);
  for (const { path, text, executable } of pluginFiles(version)) {
    await makeFolder(dirname(join(folder, path)), 0o755);
    const mode = executable ? 0o755 : 0o644;
    writeAtomic(join(folder, path), text, { mode, owner: "of the folder" });
  }
}

/** Removes that folder if it holds our plugin. Returns whether it did. */
export async function removeSkillsPlugin(configDir: string): Promise<boolean> {
  const folder = skillsPluginFolder(configDir);
  const text = tryReadText(join(folder, ".claude-plugin", "plugin.json"), MAX_BYTES.note) ?? "";
  if (!/"name":\s*"ccotel"/.test(text)) return false;
  await rm(folder, { recursive: true, force: true });
  // Also remove the parent folder if it is empty now.
  await rmdir(dirname(folder)).catch(() => undefined);
  return true;
}

/**
 * Writes the path of ccotel's folder to `moved-to` in the usual folder, since the plugin's hooks have no other way to
 * learn it. Removes the note if ccotel's folder is in its usual place or `home` is undefined.
 */
export async function noteMovedHome(homeDir: string, home: string | undefined): Promise<void> {
  const usual = usualHome(homeDir);
  const note = join(usual, "moved-to");
  if (home === undefined || home === usual) return rm(note, { force: true });
  await mkdir(usual, { recursive: true, mode: 0o700 });
  writeAtomic(note, `${home}\n`, { owner: "of the folder" });
}

function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

const FRONT = `#!/bin/sh
# Hands an event to the ccotel that \`ccotel configure\` has put into its own folder, and is silent where there is none.
# The settings of a cloned repository may fill the environment (SECURITY.md), with old clients HOME as well: a home that
# is another user's, or lies in the project without being the user's own, is none.
PATH=/usr/bin:/bin:/usr/local/bin:/run/current-system/sw/bin
[ -O "$HOME/" ] || [ "$(id -u)" = 0 ] || exit 0
case $HOME/ in "\${CLAUDE_PROJECT_DIR:-/?}"/* | "$(pwd -P)"/*)
  [ "$HOME" = "$(eval "echo ~$(id -un)")" ] || exit 0 ;;
esac
home=$HOME/.ccotel
[ -r "$home/moved-to" ] && read -r home <"$home/moved-to"
if [ -x "$home/bin/hook.sh" ]; then
  exec "$home/bin/hook.sh" "$@"
elif [ -f "$home/bin/hook.cjs" ] && read -r node <"$home/bin/node-path" && [ -x "$node" ]; then
  exec "$node" "$home/bin/hook.cjs" "$@"
fi
exit 0
`;
