import { listed } from "../../units.ts";
import type { Scope } from "../facts/facts.ts";
import type { MessageTable } from "../message-table.ts";

const SCOPES = {
  managed: "Your administrator's",
  local: "The project's local",
  project: "The project's",
  user: "Your",
};

/** What the user can do where a policy forbids hooks. */
const WITHOUT_HOOKS =
  "Until then nothing is sent by itself: run `ccotel export --all` from a timer (docs/operate/rollout.md#where-hooks-are-forbidden).";

/** Findings about settings files. */
export interface SettingsFindings {
  "settings-unreadable": { path: string; line?: number; column?: number; reason: string };
  "hooks-disabled": { path: string; scope: Scope };
  "managed-hooks-only": { path: string };
  "hooks-outside": { path: string; key: string };
  "event-unknown": { path: string; event: string; version: string; fatal: boolean };
  "env-ignored": { path: string; keys: readonly string[] };
  "env-value-dropped": { path: string; keys: readonly string[] };
  "ccotel-env-in-project": { path: string; keys: readonly string[] };
  "managed-telemetry": { path: string; keys: readonly string[] };
  "settings-exposed": { path: string; mode: string; keys: readonly string[] };
  "secret-in-settings": { path: string; keys: readonly string[] };
  "config-dir-differs": { installed: readonly string[]; current: string };
  "config-dir-empty": Record<string, never>;
}

export const settingsMessages: MessageTable<SettingsFindings> = {
  "settings-unreadable": {
    say: ({ path, line, column, reason }) =>
      `${path}${line === undefined ? "" : `:${line}:${column}`} is invalid, so none of its settings take effect: ${reason}.`,
    do: () => "Repair the file. Claude Code does not load it either; `claude doctor` reports the same.",
  },
  "hooks-disabled": {
    say: ({ path, scope }) =>
      `${SCOPES[scope]} settings disable all hooks: "disableAllHooks": true in ${path}.`,
    do: ({ scope }) =>
      scope === "managed" ? `Ask your administrator. ${WITHOUT_HOOKS}` : "Remove that line.",
  },
  "managed-hooks-only": {
    say: ({ path }) => `Your administrator allows managed hooks only: "allowManagedHooksOnly" in ${path}.`,
    do: () =>
      `Ask your administrator to add ccotel's hook entries to the managed settings, or to enable its plugin there. ${WITHOUT_HOOKS}`,
  },
  "hooks-outside": {
    say: ({ path, key }) =>
      `${path} has hooks under "${key}" instead of "hooks", so Claude Code ignores the whole file.`,
    do: ({ key }) => `Move or remove "${key}".`,
  },
  "event-unknown": {
    say: ({ path, event, version, fatal }) =>
      `${path} registers the hook event ${event}, which Claude Code ${version} does not know${fatal ? "; this version then runs no hooks at all" : ""}.`,
    do: ({ event }) => `Update Claude Code, or remove "${event}" from the file.`,
  },
  "env-ignored": {
    say: ({ path, keys }) =>
      `Claude Code ignores ${listed(keys)} in ${path}: project settings must not redirect telemetry.`,
    do: () => "Put these keys into your own settings (`ccotel configure`) or the managed ones.",
  },
  "env-value-dropped": {
    say: ({ path, keys }) =>
      `${listed(keys)} in the env block of ${path} is not a string, so Claude Code silently ignores it.`,
    do: () => 'Put the value in "quotes".',
  },
  "ccotel-env-in-project": {
    say: ({ path, keys }) => `${path} sets ${listed(keys)} for everyone who works in this project.`,
    do: () => "Check that this is intended. ccotel settings belong in your user settings.",
  },
  "managed-telemetry": {
    say: ({ path, keys }) =>
      `Your administrator sets ${listed(keys)} in ${path}; your own values for native telemetry have no effect.`,
    do: () => "No action is needed. ccotel's own settings (CCOTEL_*) are not affected.",
  },
  "settings-exposed": {
    say: ({ path, mode, keys }) =>
      `Other users of this machine can read the token in ${listed(keys)}: ${path} has mode ${mode}.`,
    do: ({ path }) =>
      `Run \`chmod 600 ${path}\`, or keep the token elsewhere: CCOTEL_HEADERS_FILE, otelHeadersHelper.`,
  },
  "secret-in-settings": {
    say: ({ path, keys }) =>
      `The token in ${listed(keys)} is in plain text in ${path}, where every process that Claude Code starts can read it.`,
    do: () => "To keep it from those processes, use CCOTEL_HEADERS_FILE or otelHeadersHelper.",
  },
  "config-dir-differs": {
    say: ({ installed, current }) =>
      `ccotel is configured in ${listed(installed)}, but Claude Code reads ${current} here.`,
    do: () => "Run `ccotel configure` with the same CLAUDE_CONFIG_DIR that Claude Code has.",
  },
  "config-dir-empty": {
    say: () =>
      "CLAUDE_CONFIG_DIR is set to nothing: Claude Code then keeps settings and transcripts in the folder where it is started, and reads no hooks from ~/.claude.",
    do: () => "Unset CLAUDE_CONFIG_DIR where you start Claude Code.",
  },
};
