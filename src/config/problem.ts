import { type Option, showValue } from "./options/option.ts";
import type { Signal } from "./signals.ts";
import { describeSource, type Finding, isOtelName, type Source } from "./source.ts";
import { maskUrl } from "./text/secret.ts";

/**
 * Something about the configuration that the user should know. An `error` must be repaired before anything is sent
 * (of the one signal, when it names one), a `warning` was worked around, a `note` explains a choice.
 */
export interface Problem {
  readonly severity: "error" | "warning" | "note";
  /** The option's key in the table. */
  readonly key: string;
  readonly signal?: Signal;
  readonly source: Source;
  /** One sentence: what is wrong, where it stands, what would be right. Secrets are masked. */
  readonly message: string;
}

/**
 * Parses what was found for an option. Bad text becomes a problem and the default: an error where the user spoke
 * to us, a warning in an `OTEL_*` variable, which the specification wants ignored and native telemetry may like.
 */
export function report<T>(
  option: Option<T>,
  finding: Finding | undefined,
  key: string,
  problems: Problem[],
): { value: T; source: Source } {
  if (!finding) return { value: option.default, source: { kind: "default" } };
  const parsed = option.parse(finding.texts.at(-1) ?? "");
  if (parsed.ok) return { value: parsed.value as T, source: finding.source };
  const lenient = isOtelName(finding.source.name);
  const message = badValue(option, finding, parsed.expected);
  problems.push({
    severity: lenient ? "warning" : "error",
    key,
    source: finding.source,
    message: lenient
      ? `${message.slice(0, -1)}; ${showValue(option, option.default)} is used instead.`
      : message,
  });
  return { value: option.default, source: { kind: "default" } };
}

/** `CCOTEL_CONTENT (environment) is "ful", but must be none, details or full.` */
export function badValue(option: { readonly secret: boolean }, finding: Finding, expected: string): string {
  const where = describeSource(finding.source);
  if (option.secret) return `${where} cannot be read: it ${expected}.`;
  return `${where} is "${maskUrl(finding.texts.join(", "))}", but ${expected}.`;
}

/** One sentence is enough for a fault that both signals share; it then belongs to neither alone. */
export function distinctProblems(problems: readonly Problem[]): readonly Problem[] {
  const byMessage = new Map<string, Problem>();
  for (const problem of problems) {
    const { signal: _, ...shared } = problem;
    byMessage.set(problem.message, byMessage.has(problem.message) ? shared : problem);
  }
  return [...byMessage.values()];
}
