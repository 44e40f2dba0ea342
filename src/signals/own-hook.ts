/**
 * The guard that `configure`, the plugin and the page for administrators write before the script, or once did
 * (settings/hooks/hook-entry.ts).
 */
const GUARD =
  /^(?:\/bin\/sh -c '?if \[ -x "\$0" \]; then (?:\. "\$0"|exec "\$0" "\$[1@]"); fi'?|\S.*?node(?:\.exe)?["']? -e '?require\("fs"\)\.existsSync\(process\.argv\[1\]\) && require\(process\.argv\[1\]\)'?) /;

/** The script alone, with optional arguments. */
const SCRIPT = /^["']?[^"'`;&|<>()\n]*[/\\]bin[/\\]hook\.(?:sh|cjs)["']?(?: [^`;&|<>()\n]*)?$/;
const SCRIPT_IN_OWN_FOLDER =
  /^(?:"?\$\{?HOME\}?"?)?["']?[^\s"'`;&|<>()$]*[/\\]\.?ccotel[/\\]bin[/\\]hook\.(?:sh|cjs)["']?(?: [^`;&|<>()\n]*)?$/;
const OF_PLUGIN = /^\/bin\/sh "\$\{CLAUDE_PLUGIN_ROOT\}\/hooks\/hook\.sh" \w+ \|\| true$/;

/**
 * Whether a hook's command line is one that ccotel writes. False for a line that also runs something else or only names
 * ccotel.
 */
export function isOwnHook(command: string): boolean {
  const guard = GUARD.exec(command)?.[0];
  if (guard !== undefined) return SCRIPT.test(command.slice(guard.length));
  return SCRIPT_IN_OWN_FOLDER.test(command) || OF_PLUGIN.test(command);
}
