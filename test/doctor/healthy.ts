import { loadConfig } from "../../src/config/load.ts";
import type { DeliveryFact, Facts, Scope, SettingsFact } from "../../src/doctor/facts/facts.ts";
import { configureText } from "../../src/settings/edit.ts";
import { hookRegistrations } from "../../src/settings/hooks/hook-entry.ts";
import { parseVersion } from "../../src/versions.ts";

export const userPath = "/home/ada/.claude/settings.json";
const bin = "/home/ada/.ccotel/bin";

/** Settings as `configure` writes them, with these variables in the `env` block. */
export function configured(env: Record<string, unknown> = {}, client = "2.1.329"): Record<string, unknown> {
  const version = parseVersion(client);
  const hooks = hookRegistrations({ bin, platform: "linux", node: "/usr/bin/node", client: version });
  const done = configureText(null, { env: {}, hooks, bin });
  const settings = JSON.parse(done.kind === "done" ? done.text : "{}");
  return { ...settings, env: { CCOTEL_ENDPOINT: "http://collector.example:4318", ...env } };
}

export function file(scope: Scope, settings: Record<string, unknown>, mode = 0o100600): SettingsFact {
  const paths = {
    managed: "/etc/claude-code/managed-settings.json",
    local: "/src/app/.claude/settings.local.json",
    project: "/src/app/.claude/settings.json",
    user: userPath,
  };
  return { scope, path: paths[scope], content: { kind: "read", settings, mode } };
}

export const delivered: DeliveryFact = {
  pendingSessions: 0,
  pendingBytes: 0,
  lastSuccessMs: Date.UTC(2026, 10, 21, 11, 55),
  rejectedSpans: 0,
  unpricedModels: [],
  sessionsWithoutTranscript: 0,
  troubles: [],
};

/**
 * The facts of a machine without findings, with changes. `settings`: the user's settings. `files`: more settings files.
 */
export function facts(
  patch: Partial<Omit<Facts, "settings" | "config">> & {
    settings?: Record<string, unknown>;
    files?: readonly SettingsFact[];
  } = {},
): Facts {
  const { settings = configured(), files = [], ...rest } = patch;
  const env = rest.env ?? {};
  const block = (settings.env ?? {}) as Record<string, string>;
  const headersHelper = settings.otelHeadersHelper as string | undefined;
  return {
    platform: "linux",
    nowMs: Date.UTC(2026, 10, 21, 12),
    version: "0.1.0",
    folder: "/src/app",
    folderTrusted: true,
    env,
    settings: [...files, file("user", settings)],
    userSettingsPath: userPath,
    home: { path: "/home/ada/.ccotel", writable: true, mode: 0o40700 },
    installation: {
      serviceInstanceId: "0d9c9f7e",
      version: "0.1.0",
      node: "/usr/bin/node",
      files: ["hook.sh"],
      settings: { [userPath]: { bin, values: [], containers: [], hooks: [] } },
    },
    paths: new Map([
      [`${bin}/hook.sh`, "executable"],
      ["/usr/bin/node", "executable"],
    ]),
    nodeVersion: "v20.20.2",
    plugins: [],
    client: parseVersion("2.1.329"),
    runningFlags: [],
    config: loadConfig({ env, settingsEnv: block, headersHelper, homeDir: "/home/ada" }),
    sendingProblems: [],
    further: [],
    furtherProblems: [],
    probes: [],
    delivery: delivered,
    ...rest,
  };
}
