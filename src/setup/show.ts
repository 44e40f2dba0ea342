import { CONTENT_LEVEL_WORDS } from "../choices.ts";
import type { Io } from "../cli/io.ts";
import { styleOf } from "../cli/paint.ts";
import { alignRows } from "../cli/rows.ts";
import { type LoadedConfig, readiness } from "../config/load.ts";
import { settingRows } from "../config/show.ts";
import type { Signal } from "../config/signals.ts";
import { guardsOf } from "../settings/guards.ts";
import { PRESETS } from "../settings/presets/presets.ts";
import { formatVersion } from "../versions.ts";
import type { Written } from "./apply.ts";
import type { CurrentSetup } from "./current.ts";
import type { Setup } from "./plan.ts";

/** Describes the new setup in a few lines, for users who do not read JSON diffs. */
export function describeSetup(setup: Setup, loaded: LoadedConfig, current: CurrentSetup): string {
  const rows = [
    ...(hasBackend(loaded)
      ? sendingRows(setup, loaded, current)
      : [row("Backend", "none: sessions are not sent")]),
    ...denyRows(setup, current),
    ...statusLineRows(setup),
    row("Hooks", hooksOf(setup, current)),
  ];
  return `${alignRows(rows).join("\n")}\n`;
}

type Row = [label: string, text: string];

function row(label: string, text: string): Row {
  return [label, text];
}

function sendingRows(setup: Setup, loaded: LoadedConfig, current: CurrentSetup): Row[] {
  const { config } = loaded;
  const shown = (key: string) => settingRows(loaded).find((setting) => setting.key === key)?.value;
  const url = (signal: Signal) => shown(`${signal}.endpoint`) ?? shown("endpoint") ?? "nowhere";
  const isOn = (signal: Signal) => config[signal].enabled;
  const scope = config.traceScope === "session" ? "one for each run of a session" : "one for each turn";
  const headers = shown("headers") ?? shown("traces.headers") ?? "none";
  return [
    row("Backend", setup.preset?.title ?? `as before${presetBefore(current)}`),
    row("Traces", isOn("traces") ? `${url("traces")}, ${scope}` : "off"),
    row("Metrics", isOn("metrics") ? `${url("metrics")}, ${config.temporality}` : "off"),
    row("Logs", isOn("logs") ? `${url("logs")}${config.findings ? ", with findings" : ""}` : "off"),
    ...current.facts.further.map(({ preset, endpoint }) =>
      row("Also to", `${endpoint ?? "no endpoint"} (${preset}), as before`),
    ),
    row("Headers", [...(headers === "none" ? [] : [headers]), ...headerPlaces(setup)].join("; ") || "none"),
    row("Content", `${config.content}: ${CONTENT_LEVEL_WORDS[config.content]}`),
    row("Native", nativeOf(setup.change.env) ?? "nothing is changed about Claude Code's own telemetry"),
  ];
}

function statusLineRows({ statusLine }: Setup): Row[] {
  if (statusLine === undefined) return [];
  const { theirs } = statusLine;
  return [
    row("Statusline", theirs === undefined ? "drawn by ccotel" : `${theirs} (through ccotel, unchanged)`),
  ];
}

function hooksOf({ change: { hooks } }: Setup, { client }: CurrentSetup): string {
  if (hooks.length === 0) return "those of the plugin";
  const events = hooks.map(({ event }) => event).join(", ");
  const how = hooks[0]?.handler.args ? "without" : "through";
  return `${events}, ${how} a shell${client ? ` for Claude Code ${formatVersion(client)}` : ""}`;
}

function hasBackend(loaded: LoadedConfig): boolean {
  return readiness(loaded) !== "unconfigured";
}

/** Describes what was written and what to do next. `isStopped`: something that is named below stops the hooks. */
export function describeWritten(
  written: Written,
  setup: Setup,
  loaded: LoadedConfig,
  isStopped: boolean,
  io: Io,
): string {
  const { paint } = styleOf(io);
  const settings =
    written.settings === undefined
      ? "Your settings are already up to date."
      : `Written: ${written.settings}${written.backup ? `\nBackup:  ${written.backup}` : ""}`;
  return [
    settings,
    `Programs: ${written.bin} (${written.files.join(", ")})`,
    ...(setup.headersFile === undefined ? [] : [`Headers: ${setup.headersFile.path}, readable by you alone`]),
    ...(setup.skillsPlugin ? ["Plugin:  ccotel@skills-dir"] : []),
    "",
    paint(
      "bold",
      isStopped
        ? "The error below keeps sessions from being sent."
        : "Next: send Claude Code a prompt. Running sessions pick up the change within seconds.",
    ),
    "ccotel status shows what was delivered; ccotel doctor finds what prevents delivery.",
    // Without traces there is nothing to send later: metrics are not sent for the past.
    setup.change.env.CCOTEL_TRACES === "off" || !hasBackend(loaded)
      ? "ccotel uninstall undoes the setup."
      : "ccotel export --all --since 7d sends earlier sessions; ccotel uninstall undoes the setup.",
    "",
  ].join("\n");
}

/** Returns a row only if there are deny rules or some are removed. */
function denyRows({ change }: Setup, { installation, settingsPath }: CurrentSetup): Row[] {
  const before = installation?.settings[settingsPath]?.denied ?? [];
  if (change.deny === undefined && before.length === 0) return [];
  const guards = guardsOf(change.deny ?? before);
  return [["Denied", guards.length > 0 ? `${guards.join(" and ")} (permissions.deny)` : "nothing by ccotel"]];
}

function presetBefore({ installation }: CurrentSetup): string {
  const title = PRESETS.find(({ name }) => name === installation?.preset)?.title;
  return title === undefined ? "" : ` (${title})`;
}

function headerPlaces({ change, headersFile }: Setup): string[] {
  const { CCOTEL_HEADERS_FILE } = change.env;
  return [
    ...(headersFile === undefined && CCOTEL_HEADERS_FILE === undefined
      ? []
      : [`secret ones in ${CCOTEL_HEADERS_FILE ?? headersFile?.path} (mode 0600)`]),
    ...(change.otelHeadersHelper === undefined ? [] : [`secret ones from ${change.otelHeadersHelper}`]),
  ];
}

/** Names the signals of native telemetry that the new settings turn on. */
function nativeOf(env: Readonly<Record<string, string>>): string | undefined {
  if (env.CLAUDE_CODE_ENABLE_TELEMETRY === undefined) return undefined;
  const on = ["METRICS", "LOGS", "TRACES"].filter((signal) => env[`OTEL_${signal}_EXPORTER`] === "otlp");
  return `Claude Code's own ${on.join(" and ").toLowerCase()} go there, too`;
}
