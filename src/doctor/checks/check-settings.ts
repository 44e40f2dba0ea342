/** Faults in settings files: why a file, or a key in it, has no effect. */

import { secretQueryNames, splitCredentials } from "../../config/text/percent.ts";
import { hasKeyInPath } from "../../config/text/secret.ts";
import { EVENT_SINCE, knowsEvent, UNKNOWN_EVENTS_TOLERATED_SINCE } from "../../settings/client-version.ts";
import { isTelemetryKey } from "../../settings/edit.ts";
import { object } from "../../transcript/fields.ts";
import { atLeast, formatVersion } from "../../versions.ts";
import type { Facts } from "../facts/facts.ts";
import { envOf, ownEntries, type ReadSettings, readable } from "../facts/settings-facts.ts";
import { type Finding, finding } from "../finding.ts";

export function checkSettings(facts: Facts): Finding[] {
  return [
    ...unreadable(facts),
    ...disabled(facts),
    ...readable(facts).flatMap((file) => [
      ...hooksOutside(file),
      ...unknownEvents(facts, file),
      ...droppedValues(file),
    ]),
    ...readable(facts, "project", "local").flatMap(ignoredKeys),
    ...readable(facts, "managed").flatMap(managedTelemetry),
    ...readable(facts, "user").flatMap(secrets),
    ...configDir(facts),
  ];
}

function unreadable(facts: Facts): Finding[] {
  return facts.settings.flatMap(({ scope, path, content }) => {
    if (content.kind !== "unreadable") return [];
    const severity = scope === "user" || scope === "managed" ? "error" : "warning";
    return [finding(severity, "settings-unreadable", { path, ...content.problem })];
  });
}

/**
 * `disableAllHooks` follows the precedence of scopes: a project's true turns the user's hooks off, and its false turns
 * them on again. An administrator's true applies to everyone. An administrator's false does not override a user's true,
 * because the stricter value counts.
 */
function disabled(facts: Facts): Finding[] {
  const order = ["local", "project", "user"] as const;
  const files = order.flatMap((scope) => readable(facts, scope));
  const managed = readable(facts, "managed");
  const ofManaged = deciding(managed, "disableAllHooks");
  const decisive =
    ofManaged?.settings.disableAllHooks === true ? ofManaged : deciding(files, "disableAllHooks");
  const findings: Finding[] = [];
  if (decisive?.settings.disableAllHooks === true) {
    findings.push(finding("error", "hooks-disabled", { path: decisive.path, scope: decisive.scope }));
  }
  const isManaged = managed.some(({ settings }) => ownEntries(facts, settings).length > 0);
  const only = isManaged ? undefined : deciding(managed, "allowManagedHooksOnly");
  if (only?.settings.allowManagedHooksOnly === true) {
    findings.push(finding("error", "managed-hooks-only", { path: only.path }));
  }
  return findings;
}

/** The first of the files, highest precedence first, that sets a switch. */
function deciding(files: readonly ReadSettings[], key: string): ReadSettings | undefined {
  return files.find(({ settings }) => typeof settings[key] === "boolean");
}

/** The client rejects the whole file if it finds hooks in a place where a policy would not see them. */
function hooksOutside({ path, settings }: ReadSettings): Finding[] {
  const keys = Object.keys(settings).filter(
    (key) => key !== "hooks" && (EVENT_SINCE.has(key) || Array.isArray(object(settings[key])?.hooks)),
  );
  return keys.map((key) => finding("error", "hooks-outside", { path, key }));
}

function unknownEvents(facts: Facts, { path, settings }: ReadSettings): Finding[] {
  const { client } = facts;
  if (!client) return [];
  const fatal = !atLeast(client, UNKNOWN_EVENTS_TOLERATED_SINCE);
  return (
    Object.keys(object(settings.hooks) ?? {})
      // A client newer than our table may know more events.
      .filter((event) => !knowsEvent(client, event) && (EVENT_SINCE.has(event) || fatal))
      .map((event) =>
        finding(fatal ? "error" : "warning", "event-unknown", {
          path,
          event,
          version: formatVersion(client),
          fatal,
        }),
      )
  );
}

function droppedValues({ path, settings }: ReadSettings): Finding[] {
  const keys = Object.entries(envOf(settings))
    .filter(([key, value]) => isTelemetryKey(key) && (value === null || typeof value === "object"))
    .map(([key]) => key);
  return keys.length > 0 ? [finding("warning", "env-value-dropped", { path, keys })] : [];
}

/** Keys that the client rejects in any scope but the user's. It says so only in its debug log. */
const REFUSED_IN_PROJECTS =
  /^(?:CLAUDE_CODE_ENABLE_TELEMETRY|CLAUDE_CODE_ENHANCED_TELEMETRY_BETA|ENABLE_BETA_TRACING_DETAILED|BETA_TRACING_ENDPOINT|OTEL_(?:METRICS|LOGS|TRACES)_EXPORTER|OTEL_EXPORTER_OTLP_(?:\w+_)?(?:ENDPOINT|PROTOCOL|HEADERS|CERTIFICATE|KEY|INSECURE)|OTEL_LOG_\w+|OTEL_EXPORTER_PROMETHEUS_\w+|OTEL_RESOURCE_INCLUDE_HOST)$/;

function ignoredKeys({ path, settings }: ReadSettings): Finding[] {
  const keys = Object.keys(envOf(settings));
  const ignored = keys.filter((key) => REFUSED_IN_PROJECTS.test(key));
  const own = keys.filter((key) => key.startsWith("CCOTEL_"));
  return [
    ...(ignored.length > 0 ? [finding("warning", "env-ignored", { path, keys: ignored })] : []),
    ...(own.length > 0 ? [finding("warning", "ccotel-env-in-project", { path, keys: own })] : []),
  ];
}

function managedTelemetry({ path, settings }: ReadSettings): Finding[] {
  const keys = Object.keys(envOf(settings)).filter((key) =>
    /^OTEL_EXPORTER_OTLP_(?:\w+_)?(?:ENDPOINT|HEADERS)$/.test(key),
  );
  return keys.length > 0 ? [finding("note", "managed-telemetry", { path, keys })] : [];
}

function secrets({ path, settings, mode }: ReadSettings): Finding[] {
  const keys = Object.entries(envOf(settings))
    .filter(
      ([key, value]) =>
        (/^(?:CCOTEL_|OTEL_EXPORTER_OTLP_)(?:\w+_)?HEADERS$/.test(key) && hasSecret(String(value))) ||
        (/^(?:CCOTEL_|OTEL_EXPORTER_OTLP_)(?:\w+_)?ENDPOINT$/.test(key) && isSecretAddress(String(value))),
    )
    .map(([key]) => key);
  if (keys.length === 0) return [];
  const exposed = mode !== undefined && (mode & 0o077) !== 0;
  return exposed
    ? [finding("warning", "settings-exposed", { path, mode: (mode & 0o777).toString(8), keys })]
    : [finding("note", "secret-in-settings", { path, keys })];
}

function isSecretAddress(address: string): boolean {
  return (
    splitCredentials(address).authorization !== undefined ||
    secretQueryNames(address).length > 0 ||
    hasKeyInPath(address)
  );
}

/** Headers also hold names of datasets and tenants, which are not secret. */
function hasSecret(headers: string): boolean {
  return headers
    .split(",")
    .some((pair) => /auth|key|token|secret|team/i.test(pair.slice(0, pair.indexOf("="))));
}

function configDir(facts: Facts): Finding[] {
  if (facts.env.CLAUDE_CONFIG_DIR === "") return [finding("warning", "config-dir-empty", {})];
  const installed = Object.keys(facts.installation?.settings ?? {});
  if (installed.length === 0 || installed.includes(facts.userSettingsPath)) return [];
  return [finding("warning", "config-dir-differs", { installed, current: facts.userSettingsPath })];
}
