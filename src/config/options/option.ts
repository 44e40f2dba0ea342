import { SIGNALS, type Signal, signals } from "../signals.ts";
import type { Parser } from "../text/parse.ts";
import { maskSecret } from "../text/secret.ts";

/** One setting, with everything that the loader, `status`, the help text and the docs need. */
export interface Option<T> {
  /**
   * Environment variables in order, `CCOTEL_*` first. `{SIGNAL_}` stands for `TRACES_`, `METRICS_`, `LOGS_` or nothing.
   */
  readonly env: readonly string[];
  /** The flag without its dashes, if a command has one. */
  readonly flag?: string;
  /** The placeholder of its value in usage lines: `URL`, `on|off`. */
  readonly placeholder?: string;
  /** The accepted values, in words. */
  readonly takes: string;
  readonly default: T;
  /** The default in words, if the value itself does not explain it. */
  readonly defaultText?: string;
  /** What the setting does, in one sentence. */
  readonly meaning: string;
  /** Whether the value is shown masked. */
  readonly secret: boolean;
  readonly parse: Parser<NonNullable<T>>;
  /** Formats the value for display if plain text is not enough. Must mask secrets. */
  readonly show?: (value: NonNullable<T>) => string;
}

/**
 * Returns the environment variables of an option: with a signal, that signal's own variables first; without, all of
 * them.
 */
export function envNames(option: Pick<Option<unknown>, "env">, signal?: Signal): readonly string[] {
  // Most options are for all signals, and a worker looks up each of them.
  if (!option.env.some((name) => name.includes("{SIGNAL_}"))) return option.env;
  const wanted = signal
    ? [`${SIGNALS[signal].variable}_`, ""]
    : ["", ...signals.map((one) => `${SIGNALS[one].variable}_`)];
  return option.env.flatMap((name) =>
    name.includes("{SIGNAL_}") ? wanted.map((word) => name.replace("{SIGNAL_}", word)) : [name],
  );
}

/** Formats a value for display. Masks secrets. */
export function showValue<T>(option: Option<T>, value: T): string {
  if (value === undefined || value === null) return option.defaultText ?? "unset";
  if (option.show) return option.show(value);
  return option.secret ? maskSecret(String(value)) : String(value);
}

export function showOnOff(value: boolean): string {
  return value ? "on" : "off";
}
