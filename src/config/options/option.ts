import { SIGNALS, type Signal, signals } from "../signals.ts";
import type { Parser } from "../text/parse.ts";
import { maskSecret } from "../text/secret.ts";

/** One setting: everything that the loader, `status`, the help text and the docs say about it. */
export interface Option<T> {
  /** Environment names in order, `CCOTEL_*` first. In a per-signal option `{SIGNAL_}` stands for `TRACES_`, `METRICS_`, `LOGS_` or nothing. */
  readonly env: readonly string[];
  /** The flag without its dashes, where a command has one. */
  readonly flag?: string;
  /** How its value is written in usage lines: `URL`, `on|off`. */
  readonly placeholder?: string;
  /** What may be written there, in words. */
  readonly takes: string;
  readonly default: T;
  /** The default in words, where the value itself does not say it. */
  readonly defaultText?: string;
  /** One sentence. */
  readonly meaning: string;
  /** Whether the value is shown masked. */
  readonly secret: boolean;
  readonly parse: Parser<NonNullable<T>>;
  /** How the value is shown, when not as plain text. Secrets must be masked here. */
  readonly show?: (value: NonNullable<T>) => string;
}

/** The names of an option's environment variables: for one signal its own first, without a signal every one there is. */
export function envNames(option: Pick<Option<unknown>, "env">, signal?: Signal): readonly string[] {
  const wanted = signal
    ? [`${SIGNALS[signal].variable}_`, ""]
    : ["", ...signals.map((one) => `${SIGNALS[one].variable}_`)];
  return option.env.flatMap((name) =>
    name.includes("{SIGNAL_}") ? wanted.map((word) => name.replace("{SIGNAL_}", word)) : [name],
  );
}

/** A value as text for eyes, masked where the option is a secret. */
export function showValue<T>(option: Option<T>, value: T): string {
  if (value === undefined || value === null) return option.defaultText ?? "unset";
  if (option.show) return option.show(value);
  return option.secret ? maskSecret(String(value)) : String(value);
}

export function showOnOff(value: boolean): string {
  return value ? "on" : "off";
}
