/** Turns a preset and the user's values into the keys that `configure` writes. */

import { secretQueryNames, splitCredentials } from "../../config/text/percent.ts";
import { hasKeyInPath } from "../../config/text/secret.ts";
import { type Answers, type Report, readEndpoint, readFields, type WrongAnswer } from "./answers.ts";
import { type Header, headerKeys, readHeaders } from "./headers.ts";
import { nativeEnv } from "./native.ts";
import { withPairs } from "./pairs.ts";
import type { Preset, PresetSignal } from "./preset.ts";
import { fill } from "./template.ts";

export type { Answers, SecretPlace, WrongAnswer } from "./answers.ts";

export interface ResolvedPreset {
  /** Empty if there is an error among the problems. */
  readonly env: Readonly<Record<string, string>>;
  readonly otelHeadersHelper?: string;
  /** A file to write with mode 0600. Not set if the user gave no secrets: then the file must exist already. */
  readonly headersFile?: { readonly path: string; readonly text: string };
  readonly problems: readonly WrongAnswer[];
}

/** Fills in a preset: the `env` block for ccotel and, on request, for native telemetry. Writes nothing. */
export function resolvePreset(preset: Preset, answers: Answers): ResolvedPreset {
  const problems: WrongAnswer[] = [];
  const report: Report = (severity, code, message) => problems.push({ severity, code, message });
  const fields = readFields(preset, answers, report);
  const given = readEndpoint(preset, answers, fields, report);
  // User and password in an address are another form of a header. Store them where secret headers are stored.
  const staysWhole = (answers.secrets?.kind ?? "settings") === "settings";
  const split = splitCredentials(given ?? "");
  const endpoint = staysWhole || given === undefined ? given : split.address;
  const authorization = staysWhole ? undefined : split.authorization;
  const headers = readHeaders(preset, answers, fields, report);
  if (authorization !== undefined && !headers.some(({ name }) => name.toLowerCase() === "authorization")) {
    headers.push({ name: "authorization", value: authorization, only: undefined, secret: true });
  }
  reportSecretAddress(endpoint, report);
  if (endpoint === undefined || problems.some(({ severity }) => severity === "error")) {
    return { env: {}, problems };
  }
  const secrets = headers.filter(({ secret }) => secret);
  const native = takenNative(preset, answers, secrets, report);
  const resource = Object.entries(preset.resource ?? {}).map(
    ([key, value]) => [key, fill(value, fields) ?? ""] as const,
  );
  const attributes = withPairs(answers.env?.OTEL_RESOURCE_ATTRIBUTES ?? "", resource);
  const env = {
    CCOTEL_ENDPOINT: endpoint,
    ...ownHeaders(headers, answers, endpoint),
    ...ownSettings(preset, answers, report),
    ...(resource.length > 0 ? { CCOTEL_RESOURCE_ATTRIBUTES: attributes } : {}),
    ...(native.length > 0 ? nativeEnv({ endpoint, signals: native, temporality: preset.temporality }) : {}),
    ...(native.length > 0 ? headerKeys(shown(headers, answers), "OTEL_EXPORTER_OTLP_", native) : {}),
    ...(native.length > 0 && resource.length > 0 ? { OTEL_RESOURCE_ATTRIBUTES: attributes } : {}),
  };
  return { env, ...secretsOf(secrets, answers, report), problems };
}

/** Reports secrets in an address that is written as it is. */
function reportSecretAddress(endpoint = "", report: Report): void {
  const isCredential = splitCredentials(endpoint).authorization !== undefined;
  const names = [
    ...(isCredential ? ["user and password"] : []),
    ...secretQueryNames(endpoint),
    ...(hasKeyInPath(endpoint) ? ["a key in its path"] : []),
  ];
  if (names.length === 0) return;
  const what = `The address with ${names.join(" and ")} is written to settings.json in plain text`;
  const message = `${what}, where every process that Claude Code starts can read it. If the backend takes the secret as a header as well, give it with --header.`;
  report("warning", "plain-text-secret", message);
}

/** Returns the headers to write to the settings: all except secrets that are stored elsewhere. */
function shown(headers: readonly Header[], answers: Answers): Header[] {
  return headers.filter(({ secret }) => !secret || (answers.secrets?.kind ?? "settings") === "settings");
}

function ownHeaders(headers: readonly Header[], answers: Answers, endpoint: string): Record<string, string> {
  const place = answers.secrets;
  const signals =
    answers.logs === true ? (["traces", "metrics", "logs"] as const) : (["traces", "metrics"] as const);
  if (place?.kind === "helper") {
    // ccotel runs the helper only if its endpoint is OpenTelemetry's endpoint and no ccotel setting gives headers.
    const endpointKey = { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint };
    return { ...endpointKey, ...headerKeys(shown(headers, answers), "OTEL_EXPORTER_OTLP_", signals) };
  }
  const isUsed = place?.kind === "file" && (place.isNamed || headers.some(({ secret }) => secret));
  const file: Record<string, string> = isUsed ? { CCOTEL_HEADERS_FILE: place.path } : {};
  return { ...headerKeys(shown(headers, answers), "CCOTEL_", signals), ...file };
}

function ownSettings(preset: Preset, answers: Answers, report: Report): Record<string, string> {
  const env: Record<string, string> = {};
  const takesTraces = preset.signals.includes("traces");
  const takesMetrics = preset.signals.includes("metrics");
  if (!takesTraces) env.CCOTEL_TRACES = "off";
  if (!takesMetrics && answers.metrics) {
    report("warning", "metrics-not-taken", `${preset.title} takes no metrics, so they stay off.`);
  }
  if (!takesMetrics || answers.metrics === false) env.CCOTEL_METRICS = "off";
  else if (preset.temporality !== "cumulative") env.CCOTEL_METRICS_TEMPORALITY = preset.temporality;

  const takesLogs = preset.signals.includes("logs");
  if (!takesLogs && answers.logs) {
    report("warning", "logs-not-taken", `${preset.title} takes no log records, so they stay off.`);
  }
  // A user who chooses a backend for logs alone wants logs.
  if (takesLogs && (answers.logs ?? (!takesTraces && !takesMetrics))) env.CCOTEL_LOGS = "on";
  if (answers.findings !== undefined) env.CCOTEL_FINDINGS = answers.findings ? "on" : "off";

  const scope = answers.traceScope ?? preset.traceScope;
  if (scope === "turn" && takesTraces) env.CCOTEL_TRACE_SCOPE = scope;
  if (scope === "session" && preset.traceScope === "turn") {
    const message = `${preset.title} shows traces of one turn better than traces of a whole session.`;
    report("note", "trace-scope", message);
  }
  const { maxAttributesPerSpan, maxAttributesPerLogRecord } = preset.limits;
  if (takesTraces && maxAttributesPerSpan !== undefined)
    env.CCOTEL_MAX_ATTRIBUTES_PER_SPAN = String(maxAttributesPerSpan);
  if (takesLogs && maxAttributesPerLogRecord !== undefined)
    env.CCOTEL_MAX_ATTRIBUTES_PER_LOG_RECORD = String(maxAttributesPerLogRecord);
  if (preset.dialect !== "none") env.CCOTEL_DIALECT = preset.dialect;
  if (answers.content && answers.content !== "none") env.CCOTEL_CONTENT = answers.content;
  if (answers.redact && answers.redact !== "off") env.CCOTEL_REDACT = answers.redact;
  return env;
}

function takenNative(
  preset: Preset,
  answers: Answers,
  secrets: readonly Header[],
  report: Report,
): PresetSignal[] {
  const asked = answers.native ?? [];
  const taken = asked.filter((signal) => preset.signals.includes(signal));
  for (const signal of asked.filter((item) => !taken.includes(item))) {
    report("warning", "native-not-taken", `${preset.title} takes no ${signal}: native ${signal} stay off.`);
  }
  const { secrets: place } = answers;
  if (taken.length > 0 && place?.kind === "file" && (place.isNamed || secrets.length > 0)) {
    const way = "it needs otelHeadersHelper, or the headers in settings.json";
    report("warning", "native-without-headers", `Native telemetry does not read ${place.path}: ${way}.`);
  }
  if (taken.includes("traces")) {
    const message =
      "Native traces and those of ccotel describe the same turns: each will be there twice, and a sum has to say whose spans it means (docs/reference/native.md).";
    report("warning", "native-and-own-traces", message);
  }
  return taken;
}

function secretsOf(
  secrets: readonly Header[],
  answers: Answers,
  report: Report,
): Pick<ResolvedPreset, "otelHeadersHelper" | "headersFile"> {
  const place = answers.secrets ?? { kind: "settings" };
  // The command of a helper may print headers that no preset knows.
  if (secrets.length === 0 && place.kind !== "helper") return {};
  const names = secrets.map(({ name }) => name);
  switch (place.kind) {
    case "settings": {
      const what = `The header ${names.join(", ")} is written to settings.json in plain text`;
      const message = `${what}, where every process that Claude Code starts can read it.`;
      report("warning", "plain-text-secret", message);
      return {};
    }
    case "environment": {
      const keys = answers.native?.length
        ? "CCOTEL_HEADERS and OTEL_EXPORTER_OTLP_HEADERS"
        : "CCOTEL_HEADERS";
      const list = names.map((name) => `${name}=…`).join(",");
      const why = "hooks take nothing from the environment of a session";
      report("note", "export-yourself", `Run configure with ${keys} set to ${list}: ${why}.`);
      return {};
    }
    case "file": {
      const lines = secrets.flatMap(({ name, value }) => (value === undefined ? [] : `${name}: ${value}\n`));
      return lines.length === secrets.length
        ? { headersFile: { path: place.path, text: lines.join("") } }
        : {};
    }
    case "helper":
      return { otelHeadersHelper: place.command };
  }
}
