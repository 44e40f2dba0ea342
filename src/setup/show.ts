import { CONTENT_LEVEL_WORDS } from "../choices.ts";
import type { Io } from "../cli/io.ts";
import { styleOf } from "../cli/paint.ts";
import { alignRows } from "../cli/rows.ts";
import { type LoadedConfig, readiness } from "../config/load.ts";
import { settingRows } from "../config/show.ts";
import type { Signal } from "../config/signals.ts";
import type { Probe } from "../otlp/probe.ts";
import { guardsOf } from "../settings/guards.ts";
import { PRESETS } from "../settings/presets/presets.ts";
import { formatVersion } from "../versions.ts";
import type { Written } from "./apply.ts";
import type { Standing } from "./current.ts";
import { describeTest } from "./describe-test.ts";
import type { Setup } from "./plan.ts";

/** Describes the new setup in a few lines, for users who do not read JSON diffs. */
export function describeSetup(setup: Setup, loaded: LoadedConfig, standing: Standing): string {
  const { config } = loaded;
  const { env, hooks } = setup.change;
  const shown = (key: string) => settingRows(loaded).find((row) => row.key === key)?.value;
  const url = (signal: Signal) => {
    if (!config[signal].enabled) return "off";
    return shown(`${signal}.endpoint`) ?? shown("endpoint") ?? "nowhere";
  };
  const scope = config.traceScope === "session" ? "one for each run of a session" : "one for each turn";
  const headers = shown("headers") ?? shown("traces.headers") ?? "none";
  const client = standing.client ? ` for Claude Code ${formatVersion(standing.client)}` : "";
  const sending: [string, string][] = [
    ["Backend", setup.preset?.title ?? `as before${presetBefore(standing)}`],
    ["Traces", config.traces.enabled ? `${url("traces")}, ${scope}` : "off"],
    ["Metrics", config.metrics.enabled ? `${url("metrics")}, ${config.temporality}` : "off"],
    ["Logs", config.logs.enabled ? `${url("logs")}${config.findings ? ", with findings" : ""}` : "off"],
    ...standing.facts.further.map(({ preset, endpoint }): [string, string] => [
      "Also to",
      `${endpoint ?? "no endpoint"} (${preset}), as before`,
    ]),
    ["Headers", [...(headers === "none" ? [] : [headers]), ...headerPlaces(setup)].join("; ") || "none"],
    ["Content", `${config.content}: ${CONTENT_LEVEL_WORDS[config.content]}`],
    ["Native", nativeOf(env) ?? "nothing is changed about Claude Code's own telemetry"],
  ];
  const rows: [string, string][] = [
    ...(hasBackend(loaded) ? sending : [["Backend", "none: sessions are not sent"] as [string, string]]),
    ...denyRows(setup, standing),
    ...(setup.statusLine === undefined
      ? []
      : [
          [
            "Statusline",
            setup.statusLine.theirs === undefined
              ? "drawn by ccotel"
              : `${setup.statusLine.theirs} (through ccotel, unchanged)`,
          ] as [string, string],
        ]),
    [
      "Hooks",
      hooks.length > 0
        ? `${hooks.map(({ event }) => event).join(", ")}, ${hooks[0]?.handler.args ? "without" : "through"} a shell${client}`
        : "those of the plugin",
    ],
  ];
  return `${alignRows(rows).join("\n")}\n`;
}

/** Describes the backend's answer to the test. */
export function describeProbes(probes: readonly Probe[]): string {
  return probes
    .map(({ signal, url, outcome }) => `Test of ${signal}: ${describeTest(outcome, url)}\n`)
    .join("");
}

function hasBackend(loaded: LoadedConfig): boolean {
  return readiness(loaded) !== "unconfigured";
}

/** Describes what was written and what to do next. */
export function describeWritten(written: Written, setup: Setup, loaded: LoadedConfig, io: Io): string {
  const { paint } = styleOf(io);
  const settings =
    written.settings === undefined
      ? "Your settings are already up to date."
      : `Written: ${written.settings}${written.backup ? `\nBackup:  ${written.backup}` : ""}`;
  return [
    settings,
    `Programs: ${written.bin} (${written.files.join(", ")})`,
    ...(setup.headersFile === undefined ? [] : [`Headers: ${setup.headersFile.path}, for your eyes only`]),
    ...(setup.skillsPlugin ? ["Plugin:  ccotel@skills-dir"] : []),
    "",
    paint("bold", "Next: send Claude Code a prompt. Running sessions pick up the change within seconds."),
    "ccotel status shows what was delivered; ccotel doctor finds what prevents delivery.",
    // Without traces there is nothing to send later: metrics are not sent for the past.
    setup.change.env.CCOTEL_TRACES === "off" || !hasBackend(loaded)
      ? "ccotel uninstall undoes the setup."
      : "ccotel export --all --since 7d sends earlier sessions; ccotel uninstall undoes the setup.",
    "",
  ].join("\n");
}

/** Returns a row only if there are deny rules or some are removed. */
function denyRows({ change }: Setup, { installation, settingsPath }: Standing): [string, string][] {
  const before = installation?.settings[settingsPath]?.denied ?? [];
  if (change.deny === undefined && before.length === 0) return [];
  const guards = guardsOf(change.deny ?? before);
  return [["Denied", guards.length > 0 ? `${guards.join(" and ")} (permissions.deny)` : "nothing by ccotel"]];
}

function presetBefore({ installation }: Standing): string {
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
