import type { Code, MessageTable } from "./finding.ts";
import { listed } from "./words.ts";

const SCOPES = {
  managed: "Your administrator's",
  local: "The project's local",
  project: "The project's",
  user: "Your",
};

/** Settings files, hook entries and the files that they run. */
export const installationMessages = {
  "settings-unreadable": {
    say: ({ path, line, column, reason }) =>
      `${path}${line === undefined ? "" : `:${line}:${column}`} is not in effect, nothing in it: ${reason}.`,
    do: () => "Repair the file; Claude Code itself does not load it either, and says so in `claude doctor`.",
  },
  "hooks-disabled": {
    say: ({ path, scope }) =>
      `${SCOPES[scope]} settings switch all hooks off: "disableAllHooks": true in ${path}.`,
    do: ({ scope }) =>
      scope === "managed"
        ? "Ask your administrator; without hooks nothing is sent by itself."
        : "Remove that line.",
  },
  "managed-hooks-only": {
    say: ({ path }) => `Only your administrator's own hooks run: "allowManagedHooksOnly" in ${path}.`,
    do: () =>
      "Ask for ccotel's hook entries in the managed settings (docs/operate/rollout.md), or for its plugin to be enabled there.",
  },
  "hooks-outside": {
    say: ({ path, key }) =>
      `${path} holds hooks under "${key}", outside "hooks", and Claude Code then ignores the whole file.`,
    do: ({ key }) => `Move or remove "${key}".`,
  },
  "event-unknown": {
    say: ({ path, event, version, fatal }) =>
      `${path} registers the hook event ${event}, which Claude Code ${version} does not know${fatal ? ", and this version then runs no hook at all" : ""}.`,
    do: ({ event }) => `Update Claude Code, or remove "${event}" from the file.`,
  },
  "env-ignored": {
    say: ({ path, keys }) =>
      `Claude Code ignores ${listed(keys)} in ${path}: a project may not say where telemetry goes.`,
    do: () => "Put these keys into your own settings (`ccotel configure`) or the managed ones.",
  },
  "env-value-dropped": {
    say: ({ path, keys }) =>
      `${listed(keys)} in the env block of ${path} is no text, so Claude Code drops it without a word.`,
    do: () => 'Write the value as a text in "quotes".',
  },
  "ccotel-env-in-project": {
    say: ({ path, keys }) => `${path} sets ${listed(keys)} for everyone who works in this project.`,
    do: () => "Look whether you want that; ccotel's settings belong into your own settings file.",
  },
  "managed-telemetry": {
    say: ({ path, keys }) =>
      `Your administrator sets ${listed(keys)} in ${path}; what you set for native telemetry yourself does not count.`,
    do: () => "Nothing needs doing. ccotel's own settings (CCOTEL_*) are not affected.",
  },
  "settings-exposed": {
    say: ({ path, mode, keys }) =>
      `Other users of this machine can read ${path} (mode ${mode}), with the token in ${listed(keys)}.`,
    do: ({ path }) =>
      `chmod 600 ${path}, or keep the token elsewhere: CCOTEL_HEADERS_FILE, otelHeadersHelper.`,
  },
  "secret-in-settings": {
    say: ({ path, keys }) =>
      `The token in ${listed(keys)} stands in ${path} in plain text, and every process that Claude Code starts can read it.`,
    do: () => "Use CCOTEL_HEADERS_FILE or otelHeadersHelper where that matters.",
  },
  "config-dir-differs": {
    say: ({ installed, current }) =>
      `ccotel is configured in ${listed(installed)}, but Claude Code reads ${current} here.`,
    do: () => "Run `ccotel configure` with the same CLAUDE_CONFIG_DIR that Claude Code has.",
  },
  "not-installed": {
    say: ({ path }) => `No hook of ccotel is in ${path}, and no plugin of it is installed.`,
    do: () => "Run `ccotel configure`.",
  },
  "plugin-disabled": {
    say: ({ plugin }) =>
      `The plugin ${plugin} is installed but disabled, and there are no hook entries in your settings.`,
    do: ({ plugin }) => `claude plugin enable ${plugin}, or run \`ccotel configure\`.`,
  },
  "hook-missing": {
    say: ({ path, events }) => `The hook entry for ${listed(events)} is missing in ${path}.`,
    do: () => "Run `ccotel configure` again.",
  },
  "hook-entry-wrong": {
    say: ({ path, event, reason }) => `The hook entry for ${event} in ${path} was changed: ${reason}.`,
    do: () => "Run `ccotel configure` again.",
  },
  "hook-form-too-new": {
    say: ({ version }) =>
      `The hook entries name their arguments apart from the command, which Claude Code ${version} does not understand (2.1.139 does).`,
    do: () =>
      "Run `ccotel configure` again, which writes them as a shell line for this version, or update Claude Code.",
  },
  "hooks-in-project": {
    say: ({ path }) =>
      `${path} holds hook entries of ccotel: they run in this project only, beside those of your own settings.`,
    do: () => "Remove them there; `ccotel configure` writes your own settings.",
  },
  "script-missing": {
    say: ({ script }) => `A hook entry runs ${script}, which is not there: no turn is sent when it is over.`,
    do: () => "Run `ccotel configure` again, or `ccotel uninstall` to remove the entries.",
  },
  "script-not-executable": {
    say: ({ script }) => `${script} may not be executed: no turn is sent when it is over.`,
    do: ({ script }) => `chmod u+x ${script}, or look whether its file system is mounted noexec.`,
  },
  "node-missing": {
    say: ({ node }) => `The hook runs ${node}, which is not there any more.`,
    do: () => "Run `ccotel configure` again with the Node that you use now.",
  },
  "node-broken": {
    say: ({ node }) =>
      `The hook runs ${node}, which does not start: perhaps an upgrade has taken a library away. Hooks then look for node in the PATH that configure noted.`,
    do: () => "Run `ccotel configure` again with the Node that you use now.",
  },
  "node-too-old": {
    say: ({ node, version }) =>
      `The hook runs ${node}, which is Node ${version}; ccotel needs 20.6 or newer.`,
    do: () => "Run `ccotel configure` again with a newer Node.",
  },
  "installed-twice": {
    say: ({ plugin }) =>
      `The hooks are in your settings and in the plugin ${plugin}. Nothing is sent twice, but each turn starts two hooks.`,
    do: () => "Remove one of them: `ccotel configure --plugin` takes the entries out of the settings.",
  },
  "files-outdated": {
    say: ({ installed, current }) =>
      installed === current
        ? `The hook runs an earlier ccotel ${installed}, which a project's settings can send elsewhere.`
        : `The hook runs ccotel ${installed}; this is ${current}.`,
    do: () => "Run `ccotel configure` to copy this version.",
  },
  "manifest-missing": {
    say: ({ path }) =>
      `What ccotel wrote to ${path} is recorded nowhere, so \`uninstall\` can remove only what carries its name.`,
    do: () => "Run `ccotel configure` again; it takes the entries over.",
  },
  "home-not-writable": {
    say: ({ path }) => `${path} cannot be written, so no hook can leave anything there.`,
    do: () => "Check its owner and permissions, or set CCOTEL_HOME to another folder.",
  },
  "home-foreign": {
    say: ({ path, uid }) =>
      `${path} belongs to ${uid === 0 ? "root" : `user ${uid}`}, so hooks of yours can leave nothing there and ccotel cannot look into it: perhaps configure was run with sudo.`,
    do: ({ path }) => `Run \`sudo chown -R $(id -un) ${path}\`, and ccotel without sudo from now on.`,
  },
  "home-exposed": {
    say: ({ path, mode }) => `Other users of this machine can look into ${path} (mode ${mode}).`,
    do: ({ path }) => `chmod 700 ${path}`,
  },
  "session-end-budget": {
    say: ({ ms }) =>
      `CLAUDE_CODE_SESSIONEND_HOOKS_TIMEOUT_MS leaves the hooks at a session's end ${ms} ms, and shows an error when that is too little.`,
    do: () => "Set it to 1500 or more, or remove it.",
  },
} satisfies Partial<MessageTable<Code>>;
