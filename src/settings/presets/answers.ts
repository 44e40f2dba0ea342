/** What someone answered to a preset's questions, checked against what it asks. */

import type { ContentLevel, TraceScope } from "../../choices.ts";
import { resolveEndpoint } from "../../config/text/endpoint.ts";
import { nearest } from "../../config/text/nearest.ts";
import { maskUrl } from "../../config/text/secret.ts";
import type { Preset, PresetSignal } from "./preset.ts";
import { fieldsOf, fill } from "./template.ts";

/** Where headers with a secret go. */
export type SecretPlace =
  /** Into the `env` block, in plain text, where every process that Claude Code starts can read them. */
  | { readonly kind: "settings" }
  /** Into a file of mode 0600 that only ccotel reads. */
  | { readonly kind: "file"; readonly path: string }
  /** Nowhere: the shell that starts Claude Code exports them. */
  | { readonly kind: "environment" }
  /** A command that prints them as a JSON object, `otelHeadersHelper`. */
  | { readonly kind: "helper"; readonly command: string };

export interface Answers {
  /** By the names of the preset's fields. */
  readonly fields?: Readonly<Record<string, string>>;
  /** Instead of the preset's own address. */
  readonly endpoint?: string;
  /** Further headers; secret as a whole, since nobody says what is in them. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Into the settings when not said. Anywhere else, fields that are secret may stay unanswered. */
  readonly secrets?: SecretPlace;
  /** What native telemetry shall send; nothing when not said. */
  readonly native?: readonly PresetSignal[];
  readonly content?: ContentLevel;
  readonly redact?: string;
  readonly traceScope?: TraceScope;
  readonly metrics?: boolean;
  readonly logs?: boolean;
  readonly findings?: boolean;
  /** The `env` block as it stands, for lists that are added to rather than replaced. */
  readonly env?: Readonly<Record<string, string | undefined>>;
}

export interface WrongAnswer {
  /** An error leaves nothing to write, a warning says what will not work, a note what to know. */
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

/** The value of each field that has one: the answer, else the default. */
export function readFields(preset: Preset, answers: Answers, report: Report): ReadonlyMap<string, string> {
  const given = answers.fields ?? {};
  reportUnknown(preset, Object.keys(given), report);
  const needed = neededFields(preset, answers);
  const values = new Map<string, string>();
  for (const [name, field] of Object.entries(preset.fields)) {
    const value = given[name]?.trim() || field.default;
    if (value === undefined) {
      if (!needed.has(name)) continue;
      const message = `${preset.title} needs the ${field.ask} (--field ${name}=…): ${field.where}.`;
      report("error", "missing-answer", message);
    } else if (field.oneOf && !field.oneOf.includes(value)) {
      const message = `The ${field.ask} of ${preset.title} is one of ${field.oneOf.join(", ")}, not "${value}".`;
      report("error", "bad-answer", message);
    } else {
      values.set(name, value);
    }
  }
  return values;
}

/** The base address to send to, without a slash at its end; undefined when there is none or it is wrong. */
export function readEndpoint(
  preset: Preset,
  answers: Answers,
  fields: ReadonlyMap<string, string>,
  report: Report,
): string | undefined {
  const text = (answers.endpoint ?? fill(preset.endpoint, fields))?.trim().replace(/\/+$/, "");
  if (text === undefined) return undefined;
  const resolved = resolveEndpoint(text, { signal: "traces", verbatim: false });
  if (resolved.ok) return text;
  report("error", "bad-endpoint", `The address "${maskUrl(text)}" ${resolved.expected}.`);
  return undefined;
}

function reportUnknown(preset: Preset, given: readonly string[], report: Report): void {
  const names = Object.keys(preset.fields);
  for (const name of given.filter((key) => !names.includes(key))) {
    const meant = nearest(name, names);
    const rest = meant ? `did you mean ${meant}?` : `it has ${names.join(", ")}.`;
    report("error", "unknown-field", `${preset.title} has no field "${name}": ${rest}`);
  }
}

// With an address of one's own only the headers still need answers, and a secret that we do not write need not be
// told to us.
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

// `{base64:publicKey:secretKey}` is one secret: with the second part untold, the first is of no use.
function isBesideSecret(preset: Preset, name: string): boolean {
  return preset.headers.some(({ value }) => {
    const fields = fieldsOf(value);
    return fields.includes(name) && fields.some((field) => preset.fields[field]?.secret);
  });
}
