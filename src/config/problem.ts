import { type Option, showValue } from "./options/option.ts";
import type { Signal } from "./signals.ts";
import { describeSource, type Finding, isOtelName, type Source } from "./source.ts";
import { maskUrl } from "./text/secret.ts";

/**
 * A problem with the configuration. An `error` stops sending until it is fixed (only the signal that it names, if any).
 * A `warning` was worked around. A `note` explains a choice.
 */
export interface Problem {
  readonly severity: "error" | "warning" | "note";
  /** The option's key in the table. */
  readonly key: string;
  readonly signal?: Signal;
  readonly source: Source;
  /** One sentence: what is wrong, where, and what would be right. Secrets are masked. */
  readonly message: string;
}

/**
 * Parses the value found for an option. A bad value becomes a problem, and the default applies. It is an error in
 * ccotel's own settings and a warning in an `OTEL_*` variable: the specification demands to ignore it there, and it may
 * be valid for native telemetry.
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

/** Example: `CCOTEL_CONTENT (environment) is "ful", but must be none, details or full.` */
export function badValue(option: { readonly secret: boolean }, finding: Finding, expected: string): string {
  const where = describeSource(finding.source);
  if (option.secret) return `${where} cannot be read: it ${expected}.`;
  return `${where} is "${maskUrl(finding.texts.join(", "))}", but ${expected}.`;
}

/** Merges problems with the same message. The merged problem names no signal. */
export function distinctProblems(problems: readonly Problem[]): readonly Problem[] {
  const byMessage = new Map<string, Problem>();
  for (const problem of problems) {
    const { signal: _, ...shared } = problem;
    byMessage.set(problem.message, byMessage.has(problem.message) ? shared : problem);
  }
  return [...byMessage.values()];
}
