import { listed } from "../../units.ts";
import type { MessageTable } from "../message-table.ts";

/** Findings about hook entries and the files that they run. */
export interface HookFindings {
  "not-installed": { path: string };
  "plugin-disabled": { plugin: string };
  "hook-missing": { path: string; events: readonly string[] };
  "hook-entry-wrong": { path: string; event: string; reason: string };
  "hook-form-too-new": { version: string };
  "hooks-in-project": { path: string };
  "script-missing": { script: string };
  "script-not-executable": { script: string };
  "node-missing": { node: string };
  "node-broken": { node: string };
  "node-too-old": { node: string; version: string };
  "installed-twice": { plugin: string };
  "files-outdated": { installed: string; current: string };
  "manifest-missing": { path: string };
  "home-not-writable": { path: string };
  "disk-full": { path: string; freeBytes: number };
  "home-foreign": { path: string; uid: number };
  "home-exposed": { path: string; mode: string };
  "session-end-budget": { ms: number };
}

export const hooksMessages: MessageTable<HookFindings> = {
  "not-installed": {
    say: ({ path }) => `ccotel is not installed: ${path} has no ccotel hooks, and the plugin is missing.`,
    do: () => "Run `ccotel configure`.",
  },
  "plugin-disabled": {
    say: ({ plugin }) => `The plugin ${plugin} is disabled, and your settings have no ccotel hooks.`,
    do: ({ plugin }) => `Run \`claude plugin enable ${plugin}\` or \`ccotel configure\`.`,
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
      `The hook entries list their arguments separately, which Claude Code understands from 2.1.139 on; this is ${version}.`,
    do: () =>
      "Update Claude Code, or run `ccotel configure` again: it writes a shell command for this version.",
  },
  "hooks-in-project": {
    say: ({ path }) =>
      `${path} has ccotel hooks. They run in this project only, in addition to the hooks in your user settings.`,
    do: () => "Remove them from the project. `ccotel configure` writes to your user settings.",
  },
  "script-missing": {
    say: ({ script }) =>
      `A hook entry runs ${script}, which does not exist, so turns are not sent when they end.`,
    do: () => "Run `ccotel configure` again, or `ccotel uninstall` to remove the entries.",
  },
  "script-not-executable": {
    say: ({ script }) => `${script} is not executable, so turns are not sent when they end.`,
    do: ({ script }) => `Run \`chmod u+x ${script}\`, and check that its file system is not mounted noexec.`,
  },
  "node-missing": {
    say: ({ node }) => `The hook runs ${node}, which no longer exists.`,
    do: () => "Run `ccotel configure` again with the Node that you use now.",
  },
  "node-broken": {
    say: ({ node }) =>
      `The hook runs ${node}, which does not start; an upgrade may have removed a library it needs. Hooks fall back to \`node\` in the PATH that \`configure\` recorded.`,
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
    do: () => "Keep one of them: `ccotel configure --plugin` removes the entries from your settings.",
  },
  "files-outdated": {
    say: ({ installed, current }) =>
      installed === current
        ? `The hook runs an earlier build of ccotel ${installed}, which a project's settings can redirect.`
        : `The hook runs ccotel ${installed}; this is ${current}.`,
    do: () => "Run `ccotel configure` to copy this version.",
  },
  "manifest-missing": {
    say: ({ path }) =>
      `There is no record of what ccotel wrote to ${path}, so \`uninstall\` can remove only entries that carry ccotel's name.`,
    do: () => "Run `ccotel configure` again to record the entries.",
  },
  "home-not-writable": {
    say: ({ path }) => `${path} is not writable, so hooks cannot leave their events there.`,
    do: () => "Check its owner and permissions, or set CCOTEL_HOME to another folder.",
  },
  "disk-full": {
    say: ({ path, freeBytes }) =>
      `The disk of ${path} is full (${Math.floor(freeBytes / 1024)} KB free), so ccotel cannot record what it sends, and sends nothing.`,
    do: () =>
      "Make room on it, or set CCOTEL_HOME to a folder on another disk. Nothing is lost as long as Claude Code keeps the transcripts.",
  },
  "home-foreign": {
    say: ({ path, uid }) =>
      `${path} belongs to ${uid === 0 ? "root" : `user ${uid}`}, so your hooks cannot write there and ccotel cannot read it. \`configure\` may have run with sudo.`,
    do: ({ path }) => `Run \`sudo chown -R $(id -un) ${path}\`, and run ccotel without sudo from now on.`,
  },
  "home-exposed": {
    say: ({ path, mode }) => `Other users of this machine can read ${path} (mode ${mode}).`,
    do: ({ path }) => `Run \`chmod 700 ${path}\`.`,
  },
  "session-end-budget": {
    say: ({ ms }) =>
      `CLAUDE_CODE_SESSIONEND_HOOKS_TIMEOUT_MS gives SessionEnd hooks ${ms} ms; Claude Code shows an error if they take longer.`,
    do: () => "Set it to 1500 or more, or remove it.",
  },
};
