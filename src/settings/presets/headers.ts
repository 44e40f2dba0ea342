/** The headers of a preset, which of them are secret, and the environment keys that carry them. */

import { isSendable } from "../../config/text/headers.ts";
import type { Answers, Report } from "./answers.ts";
import { formatPairs } from "./pairs.ts";
import type { Preset, PresetSignal } from "./preset.ts";
import { fieldsOf, fill } from "./template.ts";

export interface Header {
  readonly name: string;
  /** Undefined for a secret that the user did not give. */
  readonly value: string | undefined;
  /** The signals that carry it. Default: all. */
  readonly only: readonly PresetSignal[] | undefined;
  readonly secret: boolean;
}

/** Returns all headers: the preset's and the user's. A header of the user replaces one of the same name. */
export function readHeaders(
  preset: Preset,
  answers: Answers,
  fields: ReadonlyMap<string, string>,
  report: Report,
): Header[] {
  const own = preset.headers.flatMap(({ name, value: template, only }): Header | readonly [] => {
    const value = fill(template, fields);
    const names = fieldsOf(template);
    const secret = names.some((field) => preset.fields[field]?.secret);
    const untold = secret && names.some((field) => !preset.fields[field]?.optional);
    return value === undefined && !untold ? [] : { name, value, only, secret };
  });
  const given = Object.entries(answers.headers ?? {}).map(
    ([name, value]): Header => ({ name, value, only: undefined, secret: true }),
  );
  const replaced = new Set(given.map(({ name }) => name.toLowerCase()));
  const headers = [...own.filter(({ name }) => !replaced.has(name.toLowerCase())), ...given];
  for (const { name, value } of headers) {
    if (isSendable(name, value ?? "")) continue;
    report("error", "bad-header", `The header ${name} holds something that HTTP cannot carry.`);
  }
  return headers;
}

/** Returns the headers as `k=v,…` lists by signal. `all` holds those of every signal. */
function headerLists(headers: readonly Header[]): Map<PresetSignal | "all", string> {
  const groups = new Map<PresetSignal | "all", [string, string][]>();
  for (const { name, value, only } of headers) {
    for (const signal of only ?? (["all"] as const)) {
      if (value !== undefined) groups.set(signal, [...(groups.get(signal) ?? []), [name, value]]);
    }
  }
  return new Map([...groups].map(([signal, pairs]) => [signal, formatPairs(pairs)]));
}

/** Returns the headers as environment keys of one family, `CCOTEL_` or `OTEL_EXPORTER_OTLP_`, for the given signals. */
export function headerKeys(
  headers: readonly Header[],
  prefix: "CCOTEL_" | "OTEL_EXPORTER_OTLP_",
  signals: readonly PresetSignal[],
): Record<string, string> {
  const env: Record<string, string> = {};
  for (const [signal, list] of headerLists(headers)) {
    if (signal === "all") env[`${prefix}HEADERS`] = list;
    else if (signals.includes(signal)) env[`${prefix}${signal.toUpperCase()}_HEADERS`] = list;
  }
  return env;
}
