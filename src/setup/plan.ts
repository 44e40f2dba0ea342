import { join } from "node:path";
import { managedSettingsPaths } from "../config/claude/managed.ts";
import { readManagedEnv } from "../config/claude/settings-env.ts";
import type { Env } from "../config/source.ts";
import { UserError } from "../config/user-error.ts";
import { defined } from "../objects.ts";
import { SKILLS_PLUGINS_SINCE } from "../settings/client-version.ts";
import type { Change } from "../settings/edit.ts";
import { rulesOf } from "../settings/guards.ts";
import { hookRegistrations } from "../settings/hooks/hook-entry.ts";
import { stableNode } from "../settings/hooks/stable-node.ts";
import type { Answers } from "../settings/presets/answers.ts";
import { type Preset, type PresetSignal, pageOf } from "../settings/presets/preset.ts";
import { type ResolvedPreset, resolvePreset } from "../settings/presets/resolve.ts";
import { listed } from "../units.ts";
import { atLeast, formatVersion } from "../versions.ts";
import type { CurrentSetup } from "./current.ts";
import { keepBackend } from "./keep-backend.ts";
import type { Request } from "./request.ts";
import { holdsSecrets, secretsFor, wantsSecret } from "./secrets.ts";
import { type StatusLine, statusLineOf } from "./status-line.ts";
import { certificatesFor, type HeadersFromEnv, unseenVariables } from "./worker-env.ts";

/** A message about the planned setup. */
interface Remark {
  readonly severity: "error" | "warning" | "note";
  readonly code: string;
  readonly message: string;
}

/** What `configure` will write. */
export interface Setup {
  readonly change: Change;
  readonly preset?: Preset;
  /** Headers with secrets, for a file that only ccotel reads. */
  readonly headersFile?: { readonly path: string; readonly text: string };
  /**
   * Whether to install the plugin in the skills folder. False if a marketplace plugin is enabled or no plugin is
   * wanted.
   */
  readonly skillsPlugin: boolean;
  readonly headersFromEnv: HeadersFromEnv;
  /** What draws the status line. Undefined if ccotel does not. */
  readonly statusLine?: StatusLine;
  readonly problems: readonly Remark[];
}

/** Plans what to write for a request. Throws one `UserError` with everything that the user has to correct. */
export function setupOf(request: Request, current: CurrentSetup): Setup {
  const { home, place } = current;
  const { preset } = request;
  const managed = readManagedEnv(place.managed ?? managedSettingsPaths(place.platform)).env;
  const { env, otelHeadersHelper, headersFile, problems } = wantedOf(request, current);
  const isPlugin = request.plugin || (preset === undefined && isPluginForm(current));
  const bin = join(home, "bin");
  const statusLine = statusLineOf(request, current);
  const headersFromEnv: HeadersFromEnv =
    preset === undefined ? "as-before" : request.secrets?.kind === "environment" ? "now" : "none";
  const change: Change = defined({
    // Only with CCOTEL_HOME do the plugin's hooks and manual commands find a moved folder.
    env: { ...env, ...certificatesFor(current), ...(place.env.CCOTEL_HOME ? { CCOTEL_HOME: home } : {}) },
    hooks: isPlugin ? [] : hookRegistrations({ bin, node: nodeFor(place), ...placeOf(current) }),
    bin,
    deny: request.deny && rulesOf(request.deny),
    otelHeadersHelper,
    statusLine: statusLine?.command,
  });
  return defined({
    change,
    skillsPlugin: isPlugin && needsSkillsPlugin(current),
    headersFromEnv,
    statusLine,
    problems: [
      ...problems,
      ...unseen({ headersFromEnv }, change, managed, current),
      ...overruled(request, change, managed),
    ],
    preset,
    headersFile,
  });
}

function unseen(
  stored: { headersFromEnv: HeadersFromEnv },
  { env }: Change,
  managed: Env,
  current: CurrentSetup,
): Remark[] {
  // Claude Code gives its own shells the administrator's variables, too.
  const message = unseenVariables(stored, current, { ...current.env, ...env, ...managed });
  return message === undefined ? [] : [{ severity: "warning", code: "shell-only", message }];
}

/** Returns a warning if the administrator has set another value for something that the user asks for. */
function overruled(request: Request, { env }: Change, managed: Env): Remark[] {
  const wanted: Env = { ...askedValues(request), ...env };
  const names = Object.keys(managed).filter(
    (name) => wanted[name] !== undefined && wanted[name] !== managed[name],
  );
  if (names.length === 0) return [];
  const message = `Your administrator's managed settings set ${listed(names)} to another value, which takes precedence over what you ask for here.`;
  return [{ severity: "warning", code: "managed-instead", message }];
}

/** The variables of flags whose usual value is not written. */
function askedValues({ content, traceScope, metrics, logs, findings, redact }: Request): Env {
  const onOff = (value: boolean | undefined) => (value === undefined ? undefined : value ? "on" : "off");
  return {
    CCOTEL_CONTENT: content,
    CCOTEL_TRACE_SCOPE: traceScope,
    CCOTEL_METRICS: onOff(metrics),
    CCOTEL_LOGS: onOff(logs),
    CCOTEL_FINDINGS: onOff(findings),
    CCOTEL_REDACT: redact,
  };
}

type Wanted = Omit<ResolvedPreset, "problems"> & { readonly problems: readonly Remark[] };

function wantedOf(request: Request, current: CurrentSetup): Wanted {
  const { preset, endpoint, content, redact, traceScope, metrics, logs, findings } = request;
  if (preset === undefined) return { ...keepBackend(request, current), problems: [] };
  const native = nativeFor(request, preset, current);
  const answers: Answers = {
    fields: request.fields,
    headers: request.headers,
    native: native.signals,
    secrets: secretsFor(request, native.signals, current),
    env: current.env,
    ...defined({ endpoint, content, redact, traceScope, metrics, logs, findings }),
  };
  const resolved = resolvePreset(preset, answers);
  const { problems } = resolved;
  const errors = [...new Set([...untold(preset, answers, resolved), ...errorsOf(problems)])];
  if (errors.length > 0) {
    throw new UserError(errors.join("\n"), {
      hint: `Nothing was changed. About ${preset.title}: ${pageOf(preset)}`,
    });
  }
  return { ...resolved, problems: [...problems, ...native.problems] };
}

/**
 * Chooses the signals of native telemetry if no flag does: Claude Code's own metrics, if the backend accepts them
 * (`--metrics off` says that it does not) and needs no secret, since native telemetry can read a token only from the
 * settings. Does not change native telemetry that the user has already set up.
 */
function nativeFor(
  request: Request,
  preset: Preset,
  current: CurrentSetup,
): { signals: readonly PresetSignal[]; problems: readonly Remark[] } {
  if (request.native !== undefined) return { signals: request.native, problems: [] };
  const none = (message: string) => ({
    signals: [],
    problems: [{ severity: "note", code: "native-as-it-was", message } as const],
  });
  if (current.nativeIsForeign) {
    return none("Your settings already set up Claude Code's own telemetry; it stays as it is.");
  }
  if (!preset.signals.includes("metrics") || request.metrics === false) return { signals: [], problems: [] };
  if (!wantsSecret(request, preset)) return { signals: ["metrics"], problems: [] };
  return none(
    "Claude Code's own metrics and logs stay off, because they can read a token only from settings.json or otelHeadersHelper. To turn them on, pass --native metrics,logs.",
  );
}

/** If the secrets are missing and the headers file does not hold them, returns everything that is missing or wrong. */
function untold(preset: Preset, answers: Answers, { headersFile }: ResolvedPreset): readonly string[] {
  const { secrets } = answers;
  if (secrets?.kind !== "file" || headersFile !== undefined || holdsSecrets(secrets.path, preset)) return [];
  return errorsOf(resolvePreset(preset, { ...answers, secrets: { kind: "settings" } }).problems);
}

function errorsOf(problems: readonly Remark[]): string[] {
  return problems.filter(({ severity }) => severity === "error").map(({ message }) => message);
}

/** A setup with the plugin's hooks keeps that form when it is repeated. */
function isPluginForm({ installation, settingsPath, plugins }: CurrentSetup): boolean {
  return installation?.settings[settingsPath]?.hooks.length === 0 && plugins.some(({ enabled }) => enabled);
}

function needsSkillsPlugin({ client, plugins }: CurrentSetup): boolean {
  if (plugins.some(({ id, enabled }) => enabled && id !== "ccotel@skills-dir")) return false;
  if (client === undefined || atLeast(client, SKILLS_PLUGINS_SINCE)) return true;
  throw new UserError(
    `Claude Code ${formatVersion(client)} does not load plugins from its skills folder; ${formatVersion(SKILLS_PLUGINS_SINCE)} does.`,
    { hint: "Remove --plugin, or install the plugin from its marketplace first (docs/use/configure.md)." },
  );
}

function placeOf({ place, client }: CurrentSetup) {
  return { platform: place.platform, client };
}

/** Returns the path of the Node that hooks run. */
export function nodeFor({ env, platform }: CurrentSetup["place"]): string {
  return stableNode(process.execPath, env.PATH ?? env.Path, platform);
}
