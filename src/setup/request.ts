import type { ContentLevel, TraceScope } from "../choices.ts";
import { type Input, textFlag } from "../cli/command.ts";
import { fromFile, pathOf, withValuesFromFiles } from "../cli/from-file.ts";
import type { Io } from "../cli/io.ts";
import { type Option, type OptionKey, options } from "../config/options/options.ts";
import { parseHeaderFlags } from "../config/text/headers.ts";
import { UserError } from "../config/user-error.ts";
import { defined } from "../objects.ts";
import { GUARD_NAMES, type Guard, parseGuards } from "../settings/guards.ts";
import type { Answers } from "../settings/presets/answers.ts";
import { parseNative } from "../settings/presets/native.ts";
import type { Preset, PresetSignal } from "../settings/presets/preset.ts";
import { findPreset, PRESET_NAMES, PRESETS, presetOfEndpoint } from "../settings/presets/presets.ts";

/** The checked arguments of `configure`, without any facts about the machine. */
export interface Request extends Omit<Answers, "fields" | "headers" | "secrets" | "env"> {
  /** The backend. Undefined if neither it nor an endpoint was named. */
  readonly preset?: Preset;
  readonly fields: Readonly<Record<string, string>>;
  readonly headers: Readonly<Record<string, string>>;
  readonly secrets?: SecretsFlag;
  readonly plugin: boolean;
  /** The groups of Claude Code's deny rules to write. Undefined: keep the current ones. */
  readonly deny?: readonly Guard[];
  /** Whether ccotel draws the status line. Undefined: no change. */
  readonly statusLine?: boolean;
  /** Set if the user wants only alerts and pings. These need the hooks but no backend. */
  readonly needsNoBackend?: true;
}

/** Where to store headers with a secret. A file without a path is one in ccotel's folder. */
type SecretsFlag =
  | { readonly kind: "settings" }
  | { readonly kind: "environment" }
  | { readonly kind: "file"; readonly path?: string }
  | { readonly kind: "helper"; readonly command: string };

/** Parses the arguments of `configure`. Throws a `UserError` for a bad value or an unknown preset. */
export function readRequest(input: Input, io: Io): Request {
  const { flags } = input;
  const endpoint = textFlag(input, "endpoint");
  return defined({
    plugin: flags.plugin === true,
    statusLine: flags["no-statusline"] === true ? false : flags.statusline === true ? true : undefined,
    preset: presetOf(textFlag(input, "preset"), endpoint),
    endpoint,
    secrets: secretsOf(textFlag(input, "secrets"), io),
    native: nativeOf(textFlag(input, "native")),
    content: optionFlag<ContentLevel>(input, "content"),
    redact: rulesPath(optionFlag<string>(input, "redact"), io),
    traceScope: optionFlag<TraceScope>(input, "traceScope"),
    metrics: optionFlag<boolean>(input, "metrics"),
    logs: optionFlag<boolean>(input, "logs"),
    deny: denyOf(textFlag(input, "deny")),
    findings: optionFlag<boolean>(input, "findings"),
    fields: fieldsOf(listFlag(input, "field"), io),
    headers: headersOf(listFlag(input, "header"), io),
  });
}

/** Finds the preset by name or by the address, which identifies a hosted backend. */
function presetOf(name: string | undefined, endpoint: string | undefined): Preset | undefined {
  if (name === undefined) {
    if (endpoint === undefined) return undefined;
    return presetOfEndpoint(endpoint) ?? PRESETS.find((preset) => preset.name === "generic");
  }
  const found = findPreset(name);
  if (found.kind === "found") return found.preset;
  const all = `There are ${PRESET_NAMES.join(", ")}.`;
  throw new UserError(`There is no preset "${name}".`, {
    hint: found.suggestion === undefined ? all : `Did you mean ${found.suggestion}? ${all}`,
  });
}

function fieldsOf(flags: readonly string[], io: Io): Record<string, string> {
  return Object.fromEntries(
    flags.map((flag) => {
      const at = flag.indexOf("=");
      if (at < 1)
        throw new UserError(`--field is "${flag}", but must be name=value, such as zone=prod-eu-west-2.`);
      return [flag.slice(0, at).trim(), fromFile(flag.slice(at + 1), io)];
    }),
  );
}

function headersOf(flags: readonly string[], io: Io): Readonly<Record<string, string>> {
  const parsed = parseHeaderFlags(withValuesFromFiles(flags, io));
  if (parsed.ok) return parsed.value;
  throw new UserError(`--header cannot be read: it ${parsed.expected}.`);
}

function secretsOf(text: string | undefined, io: Io): SecretsFlag | undefined {
  if (text === undefined) return undefined;
  const [, kind = "", rest] = /^(\w+)(?::(.+))?$/s.exec(text) ?? [];
  if (kind === "settings" && rest === undefined) return { kind };
  if (/^env(?:ironment)?$/.test(kind) && rest === undefined) return { kind: "environment" };
  if (kind === "file") return rest === undefined ? { kind } : { kind, path: pathOf(rest, io) };
  if (kind === "helper" && rest !== undefined) return { kind, command: rest };
  throw new UserError(
    `--secrets is "${text}", but must be file, file:PATH, settings, env or helper:COMMAND.`,
  );
}

function nativeOf(text: string | undefined): readonly PresetSignal[] | undefined {
  if (text === undefined) return undefined;
  const signals = parseNative(text);
  if (signals !== undefined) return signals;
  throw new UserError(
    `--native is "${text}", but must be off, or some of metrics, logs and traces with commas between.`,
  );
}

function denyOf(text: string | undefined): readonly Guard[] | undefined {
  if (text === undefined) return undefined;
  const guards = parseGuards(text);
  if (guards !== undefined) return guards;
  throw new UserError(
    `--deny is "${text}", but must be off, or some of ${GUARD_NAMES.join(" and ")} with commas between.`,
  );
}

/** Returns the value of a flag from the option table, parsed by the table's parser. */
function optionFlag<T>(input: Input, key: OptionKey): T | undefined {
  const option = options[key] as Option<unknown>;
  const name = option.flag ?? key;
  const text = textFlag(input, name);
  if (text === undefined) return undefined;
  const parsed = option.parse(text.trim());
  if (parsed.ok) return parsed.value as T;
  throw new UserError(`--${name} is "${text}", but ${parsed.expected}.`);
}

/** Resolves the path of a rules file, since hooks use it from other folders. */
function rulesPath(redact: string | undefined, io: Io): string | undefined {
  return redact === undefined || redact === "on" || redact === "off" ? redact : pathOf(redact, io);
}

function listFlag(input: Input, name: string): readonly string[] {
  const value = input.flags[name];
  return Array.isArray(value) ? value : [];
}
