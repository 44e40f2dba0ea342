/** What `doctor` can find, as data. Sentences about them are made in `message.ts` alone. */

import type { Signal } from "../config/signals.ts";
import type { Outcome } from "../otlp/outcome.ts";
import type { Scope } from "./facts/facts.ts";

/** An error keeps telemetry from arriving, a warning makes it incomplete or wrong, a note is good to know. */
export type Severity = "error" | "warning" | "note";

/** Each code with what its sentence needs to know. */
export interface FindingArgs {
  // Settings files.
  "settings-unreadable": { path: string; line?: number; column?: number; reason: string };
  "hooks-disabled": { path: string; scope: Scope };
  "managed-hooks-only": { path: string };
  "hooks-outside": { path: string; key: string };
  "event-unknown": { path: string; event: string; version: string; fatal: boolean };
  "env-ignored": { path: string; keys: readonly string[] };
  "env-value-dropped": { path: string; keys: readonly string[] };
  "ccotel-env-in-project": { path: string; keys: readonly string[] };
  "managed-telemetry": { path: string; keys: readonly string[] };
  "settings-exposed": { path: string; mode: string; keys: readonly string[] };
  "secret-in-settings": { path: string; keys: readonly string[] };
  "config-dir-differs": { installed: readonly string[]; current: string };
  // Hook entries and the files that they run.
  "not-installed": { path: string };
  "plugin-disabled": { plugin: string };
  "hook-missing": { path: string; events: readonly string[] };
  "hook-entry-wrong": { path: string; event: string; reason: string };
  "hook-form-too-new": { version: string };
  "hooks-in-project": { path: string };
  "script-missing": { script: string };
  "script-not-executable": { script: string };
  "node-missing": { node: string };
  "node-broken": { node: string };
  "node-too-old": { node: string; version: string };
  "installed-twice": { plugin: string };
  "files-outdated": { installed: string; current: string };
  "manifest-missing": { path: string };
  "home-not-writable": { path: string };
  "home-foreign": { path: string; uid: number };
  "home-exposed": { path: string; mode: string };
  "session-end-budget": { ms: number };
  // The client and how it is run.
  "client-missing": Record<never, never>;
  "client-too-old": { version: string };
  "client-untested": { version: string };
  "hooks-off-mode": { by: string };
  "no-transcript": { by: string };
  "folder-not-trusted": { folder: string };
  // Claude Code's own telemetry.
  "native-traces-on": { source: string };
  "native-protocol-wrong": { key: string; value: string };
  "native-port-wrong": { key: string; endpoint: string; protocol: string };
  "native-endpoint-wrong": { key: string; value: string };
  "native-query-dropped": { key: string };
  "native-exporter-wrong": { key: string; value: string };
  "native-interval-wrong": { key: string; value: string };
  "native-temporality-dropped": { backend: string; wanted: string; explicit: boolean };
  "native-http-certificate": { keys: readonly string[] };
  "native-helper-unused": { key: string };
  // What ccotel is told.
  unconfigured: Record<never, never>;
  "notices-stuck": { host: string; message: string; waiting: number };
  "switched-off": { by: string };
  "endpoint-wrong": { message: string };
  "headers-wrong": { message: string };
  "headers-withheld": { message: string };
  "setting-wrong": { message: string };
  "setting-ignored": { message: string };
  "prices-wrong": { message: string };
  "temporality-dropped": { backend: string; temporality: string; wanted: string };
  "signal-not-taken": { backend: string; signal: Signal };
  "scope-unfit": { backend: string };
  "proxy-in-the-way": { proxy: string; host: string };
  // What became of it.
  "backend-unreachable": { url: string; outcome: Outcome };
  "backend-refuses": { url: string; outcome: Outcome };
  "backend-drops": { url: string; outcome: Outcome };
  "clock-skew": { skewMs: number };
  "delivery-stuck": { message: string; sinceMs: number };
  backlog: { sessions: number; bytes: number; ageMs: number };
  "transcripts-about-to-go": { undelivered: number; neverSent: number; leftMs: number; days: number };
  "backlog-too-old": { backend: string; ageMs: number; limitMs: number };
  "spans-rejected": { count: number };
  "models-unpriced": { models: readonly string[] };
}

export type Code = keyof FindingArgs;

export type Finding = {
  readonly [C in Code]: { readonly code: C; readonly severity: Severity; readonly args: FindingArgs[C] };
}[Code];

/** What is said about one code: `say` is the fault, `do` the remedy, each one or two whole sentences. */
export type MessageTable<C extends Code> = {
  readonly [K in C]: {
    readonly say: (args: FindingArgs[K]) => string;
    readonly do: (args: FindingArgs[K]) => string;
  };
};

/** Makes a finding, with the arguments checked against its code. */
export function finding<C extends Code>(severity: Severity, code: C, args: FindingArgs[C]): Finding {
  return { code, severity, args } as Finding;
}
