/** Checks the user's values for a preset against its fields. */

import type { ContentLevel, TraceScope } from "../../choices.ts";
import { resolveEndpoint } from "../../config/text/endpoint.ts";
import { nearest } from "../../config/text/nearest.ts";
import { maskUrl } from "../../config/text/secret.ts";
import type { Field, Preset, PresetSignal } from "./preset.ts";
import { fieldsOf, fill } from "./template.ts";

/** Where to store headers with a secret. */
export type SecretPlace =
  /** In the `env` block, as plain text. Every process that Claude Code starts can read them there. */
  | { readonly kind: "settings" }
  /**
   * In a file of mode 0600 that only ccotel reads. `isNamed`: the user named it, so it is used even if ccotel knows of
   * no secret: the user may have put headers there.
   */
  | { readonly kind: "file"; readonly path: string; readonly isNamed?: boolean }
  /** Not stored: the shell that starts Claude Code exports them. */
  | { readonly kind: "environment" }
  /** A command that prints them as a JSON object (`otelHeadersHelper`). */
  | { readonly kind: "helper"; readonly command: string };

export interface Answers {
  /** Values by the names of the preset's fields. */
  readonly fields?: Readonly<Record<string, string>>;
  /** Replaces the preset's own address. */
  readonly endpoint?: string;
  /** More headers. ccotel treats all of them as secret, since it does not know their content. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Default: in the settings. With any other place, secret fields may have no value. */
  readonly secrets?: SecretPlace;
  /** The signals that native telemetry should send. Default: none. */
  readonly native?: readonly PresetSignal[];
  readonly content?: ContentLevel;
  readonly redact?: string;
  readonly traceScope?: TraceScope;
  readonly metrics?: boolean;
  readonly logs?: boolean;
  readonly findings?: boolean;
  /** The current `env` block, for lists to which values are added. */
  readonly env?: Readonly<Record<string, string | undefined>>;
}

export interface WrongAnswer {
  /** An error means that nothing is written. A warning says what will not work. A note is information. */
  readonly severity: "error" | "warning" | "note";
  readonly code:
    | "unknown-field"
    | "missing-answer"
    | "bad-answer"
    | "bad-endpoint"
    | "bad-header"
    | "plain-text-secret"
    | "export-yourself"
    | "native-not-taken"
    | "native-without-headers"
    | "native-and-own-traces"
    | "metrics-not-taken"
    | "logs-not-taken"
    | "trace-scope";
  readonly message: string;
}

export type Report = (severity: WrongAnswer["severity"], code: WrongAnswer["code"], message: string) => void;

/** Returns the value of each field that has one: the user's, else the default. */
export function readFields(preset: Preset, answers: Answers, report: Report): ReadonlyMap<string, string> {
  const given = answers.fields ?? {};
  reportUnknown(preset, Object.keys(given), report);
  const needed = neededFields(preset, answers);
  const values = new Map<string, string>();
  for (const [name, field] of Object.entries(preset.fields)) {
    const value = ownAnswer(given[name], field, name) || field.default;
    if (value === undefined) {
      if (!needed.has(name)) continue;
      const message = `${preset.title} needs the ${field.ask} (--field ${name}=…): ${field.where}.`;
      report("error", "missing-answer", message);
    } else if (isInHostName(preset, name) && /[/:]/.test(value)) {
      const message = `The ${field.ask} of ${preset.title} is only a part of the address${field.example ? `, such as ${field.example}` : ""}, not "${value}".`;
      report("error", "bad-answer", message);
    } else if (field.oneOf && !field.oneOf.includes(value)) {
      const message = `The ${field.ask} of ${preset.title} is one of ${field.oneOf.join(", ")}, not "${value}".`;
      report("error", "bad-answer", message);
    } else {
      values.set(name, value);
    }
  }
  return values;
}

/** Returns the base address without a final slash, or undefined if it is missing or wrong. */
export function readEndpoint(
  preset: Preset,
  answers: Answers,
  fields: ReadonlyMap<string, string>,
  report: Report,
): string | undefined {
  const filled = (answers.endpoint ?? fill(preset.endpoint, fields))?.trim().replace(/\/+$/, "");
  // A host that was given with its own scheme.
  const text = filled?.replace(/^https?:\/\/(?=https?:\/\/)/i, "");
  if (text === undefined) return undefined;
  const resolved = resolveEndpoint(text, { signal: "traces", verbatim: false });
  if (resolved.ok) return text;
  report("error", "bad-endpoint", `The address "${maskUrl(text)}" ${resolved.expected}.`);
  return undefined;
}

/** The user's value. A host may be a whole address, as vendors' variables have it: `https://cloud.langfuse.com/`. */
function ownAnswer(given: string | undefined, { oneOf }: Field, name: string): string | undefined {
  const value = given?.trim();
  if (name !== "host") return value;
  const host = value?.replace(/\/+$/, "");
  return oneOf === undefined ? host : host?.replace(/^https:\/\//i, "");
}

/** Whether the field is a part of the address's host name, such as a region, and not the whole of it. */
function isInHostName({ endpoint }: Preset, name: string): boolean {
  const [, host = ""] = /^https:\/\/([^/]*)/.exec(endpoint) ?? [];
  return host !== `{${name}}` && fieldsOf(host).includes(name);
}

function reportUnknown(preset: Preset, given: readonly string[], report: Report): void {
  const names = Object.keys(preset.fields);
  for (const name of given.filter((key) => !names.includes(key))) {
    const meant = nearest(name, names);
    const rest = meant ? `did you mean ${meant}?` : `it has ${names.join(", ")}.`;
    report("error", "unknown-field", `${preset.title} has no field "${name}": ${rest}`);
  }
}

/**
 * With the user's own address, only the headers still need values. A secret that ccotel does not write may be missing.
 */
function neededFields(preset: Preset, answers: Answers): ReadonlySet<string> {
  const templates = [
    ...(answers.endpoint === undefined ? [preset.endpoint] : []),
    ...preset.headers.map(({ value }) => value),
    ...Object.values(preset.resource ?? {}),
  ];
  const written = (answers.secrets?.kind ?? "settings") === "settings";
  const names = templates.flatMap(fieldsOf).filter((name) => {
    const field = preset.fields[name];
    return !field?.optional && (written || !isBesideSecret(preset, name));
  });
  return new Set(names);
}

/** `{base64:publicKey:secretKey}` is one secret: without the second part, the first is useless. */
function isBesideSecret(preset: Preset, name: string): boolean {
  return preset.headers.some(({ value }) => {
    const fields = fieldsOf(value);
    return fields.includes(name) && fields.some((field) => preset.fields[field]?.secret);
  });
}
