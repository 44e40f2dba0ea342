import { envNames, type Option } from "./options/option.ts";
import type { Signal } from "./signals.ts";

/** Where a value comes from. Headers may be merged from several places. */
export type Source =
  | { kind: "flag"; name: string }
  | { kind: "env"; name: string }
  | { kind: "managed"; name: string }
  | { kind: "settings"; name: string }
  | { kind: "merged"; parts: readonly Source[] }
  | { kind: "default" };

export type Env = Readonly<Record<string, string | undefined>>;
export type Flags = Readonly<Record<string, string | boolean | readonly string[] | undefined>>;

/**
 * A place that holds values. The list of layers is in order of precedence. An environment layer holds the variables of
 * one family: ccotel's own take precedence over OpenTelemetry's.
 */
export interface Layer {
  readonly kind: "flag" | "env" | "managed" | "settings";
  readonly values: Flags;
}

/** A value found: its text as written (several for a repeated flag), its source and the index of its layer. */
export interface Finding {
  readonly texts: readonly string[];
  readonly source: Exclude<Source, { kind: "merged" | "default" }>;
  readonly layer: number;
}

/** Returns whether a name is one of OpenTelemetry's variables, which Claude Code's native telemetry reads as well. */
export function isOtelName(name: string): boolean {
  return name.startsWith("OTEL_");
}

/**
 * Returns the layers in order of precedence: flags, environment (ccotel's variables, OpenTelemetry's in manual runs,
 * others), the administrator's settings, the user's settings (with the same families). Layers without values are left
 * out.
 */
export function layersOf(input: {
  flags: Flags;
  env: Env;
  managedEnv: Env;
  settingsEnv: Env;
  otelFromEnvironment: boolean;
}): readonly Layer[] {
  const layers: readonly Layer[] = [
    { kind: "flag", values: input.flags },
    ...layersOfEnv("env", input.env, input.otelFromEnvironment),
    ...layersOfEnv("managed", input.managedEnv),
    ...layersOfEnv("settings", input.settingsEnv),
  ];
  return layers.filter(({ values }) => Object.keys(values).length > 0);
}

function layersOfEnv(kind: Layer["kind"], env: Env, withOtel = true): readonly Layer[] {
  const own: Record<string, string | undefined> = {};
  const otel: Record<string, string | undefined> = {};
  const others: Record<string, string | undefined> = {};
  for (const name of Object.keys(env)) {
    const family = name.startsWith("CCOTEL_") ? own : isOtelName(name) ? otel : others;
    family[name] = env[name];
  }
  return (withOtel ? [own, otel, others] : [own, others]).map((values) => ({ kind, values }));
}

/**
 * Returns every place that sets an option, highest precedence first. An empty value counts as not set, as
 * OpenTelemetry's specification demands.
 */
export function findAll(
  layers: readonly Layer[],
  option: Pick<Option<unknown>, "env" | "flag">,
  signal?: Signal,
): readonly Finding[] {
  const inEnv = envNames(option, signal);
  const inFlags = option.flag === undefined ? [] : [option.flag];
  const findings: Finding[] = [];
  layers.forEach(({ kind, values }, layer) => {
    for (const name of kind === "flag" ? inFlags : inEnv) {
      const { [name]: value } = values;
      if (value === undefined) continue;
      const texts = textsOf(value);
      const shown = kind === "flag" ? `--${name}` : name;
      if (texts.length > 0) findings.push({ texts, source: { kind, name: shown }, layer });
    }
  });
  return findings;
}

/** Describes a source: `--endpoint`, `CCOTEL_ENDPOINT (environment)`, `CCOTEL_ENDPOINT (settings.json)`, `default`. */
export function describeSource(source: Source): string {
  switch (source.kind) {
    case "flag":
      return source.name;
    case "env":
      return `${source.name} (environment)`;
    case "managed":
      return `${source.name} (managed settings)`;
    case "settings":
      return `${source.name} (settings.json)`;
    case "merged":
      return source.parts.map(describeSource).join(" + ");
    case "default":
      return "default";
  }
}

function textsOf(value: NonNullable<Flags[string]>): readonly string[] {
  if (typeof value === "boolean") return [value ? "on" : "off"];
  return (typeof value === "string" ? [value] : value)
    .map((item) => item.trim())
    .filter((item) => item !== "");
}
