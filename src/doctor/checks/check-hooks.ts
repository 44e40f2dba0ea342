/** Faults of our hook entries and of the files that they run. */

import { EXEC_FORM_SINCE, knowsEvent } from "../../settings/client-version.ts";
import { HOOK_EVENTS } from "../../settings/hooks/hook-entry.ts";
import { atLeast, formatVersion, OLDEST_NODE, parseVersion } from "../../versions.ts";
import type { Facts } from "../facts/facts.ts";
import { type HookEntry, nativeValue, ownEntries, readable } from "../facts/settings-facts.ts";
import { type Finding, finding } from "../finding.ts";

/** Checks the hook entries in all settings files, and the files that they run. */
export function checkHooks(facts: Facts): Finding[] {
  // ccotel cannot look into another user's folder, so do not report its files as missing.
  const { path, writable, ownerUid } = facts.home;
  if (!writable && ownerUid !== undefined) return [finding("error", "home-foreign", { path, uid: ownerUid })];
  // If the file cannot be read, its content is unknown.
  const broken = facts.settings.some(
    ({ scope, content }) => scope === "user" && content.kind === "unreadable",
  );
  return [
    ...(broken ? [] : installed(facts)),
    ...readable(facts, "user", "managed").flatMap((file) =>
      ownEntries(facts, file.settings).flatMap((entry) => wrongEntry(file.path, entry)),
    ),
    ...readable(facts, "project", "local")
      .filter(({ settings }) => ownEntries(facts, settings).length > 0)
      .map(({ path }) => finding("warning", "hooks-in-project", { path })),
    ...form(facts),
    ...scripts(facts),
    ...node(facts),
    ...files(facts),
    ...sessionEndBudget(facts),
  ];
}

function installed(facts: Facts): Finding[] {
  const files = readable(facts, "user", "managed");
  const events = files.flatMap(({ settings }) => ownEntries(facts, settings).map(({ event }) => event));
  const plugin = facts.plugins.find(({ enabled }) => enabled);
  const path = facts.userSettingsPath;
  if (events.length === 0) {
    if (plugin) return [];
    const off = facts.plugins[0];
    return [
      off
        ? finding("error", "plugin-disabled", { plugin: off.id })
        : finding("error", "not-installed", { path }),
    ];
  }
  const { client } = facts;
  const missing = HOOK_EVENTS.filter(
    (event) => !events.includes(event) && (!client || knowsEvent(client, event)),
  );
  return [
    ...(plugin ? [finding("warning", "installed-twice", { plugin: plugin.id })] : []),
    ...(missing.length > 0 && !plugin ? [finding("error", "hook-missing", { path, events: missing })] : []),
    ...(facts.installation?.settings[path] ||
    !files.some((file) => file.path === path && ownEntries(facts, file.settings).length > 0)
      ? []
      : [finding("warning", "manifest-missing", { path })]),
  ];
}

function wrongEntry(path: string, { event, handler }: HookEntry): Finding[] {
  const reasons = [
    handler.timeout !== undefined &&
      typeof handler.timeout !== "number" &&
      "its timeout is not a number, so Claude Code skips it",
    handler.async === true && "it is async, so Claude Code ends it together with a -p run",
    handler.asyncRewake === true && "it is asyncRewake, which can wake the model",
    handler.if !== undefined && "it has an `if`, so it never runs for this event",
  ].filter((reason) => reason !== false);
  return reasons.map((reason) => finding("error", "hook-entry-wrong", { path, event, reason }));
}

function form(facts: Facts): Finding[] {
  const { client } = facts;
  if (!client || atLeast(client, EXEC_FORM_SINCE)) return [];
  const exec = readable(facts, "user").some(({ settings }) =>
    ownEntries(facts, settings).some(({ handler }) => Array.isArray(handler.args)),
  );
  return exec ? [finding("error", "hook-form-too-new", { version: formatVersion(client) })] : [];
}

function scripts(facts: Facts): Finding[] {
  const entries = readable(facts).flatMap(({ settings }) => ownEntries(facts, settings));
  return [...new Set(entries.map(({ script }) => script))].flatMap((script) => {
    const state = facts.paths.get(script);
    if (state === "missing") return [finding("error", "script-missing", { script })];
    const runsItself = script.endsWith(".sh") && facts.platform !== "win32";
    return state === "file" && runsItself ? [finding("error", "script-not-executable", { script })] : [];
  });
}

function node(facts: Facts): Finding[] {
  const path = facts.installation?.node;
  if (path === undefined || facts.installation?.version === undefined) return [];
  if (facts.paths.get(path) === "missing") return [finding("error", "node-missing", { node: path })];
  if (facts.nodeVersion === undefined) return [finding("error", "node-broken", { node: path })];
  const version = parseVersion(facts.nodeVersion);
  if (!version || atLeast(version, OLDEST_NODE)) return [];
  return [finding("error", "node-too-old", { node: path, version: formatVersion(version) })];
}

/** A worker checks for at least half of this before each request. */
const LEAST_FREE_BYTES = 131_072;

function files({ home, installation, version, platform }: Facts): Finding[] {
  const open = platform !== "win32" && home.mode !== undefined && (home.mode & 0o077) !== 0;
  const old = installation?.version;
  return [
    ...(home.writable ? [] : [finding("error", "home-not-writable", { path: home.path })]),
    ...((home.freeBytes ?? LEAST_FREE_BYTES) < LEAST_FREE_BYTES
      ? [finding("error", "disk-full", { path: home.path, freeBytes: home.freeBytes ?? 0 })]
      : []),
    ...(open
      ? [
          finding("warning", "home-exposed", {
            path: home.path,
            mode: ((home.mode ?? 0) & 0o777).toString(8),
          }),
        ]
      : []),
    ...(old !== undefined && (old !== version || home.hasOldHook)
      ? [finding("warning", "files-outdated", { installed: old, current: version })]
      : []),
  ];
}

/** All SessionEnd hooks share 1.5 s by default. Ours needs about ten milliseconds. */
function sessionEndBudget(facts: Facts): Finding[] {
  const found = nativeValue(facts, "CLAUDE_CODE_SESSIONEND_HOOKS_TIMEOUT_MS");
  const ms = Number(found?.value);
  return found && ms < 500 ? [finding("warning", "session-end-budget", { ms })] : [];
}
