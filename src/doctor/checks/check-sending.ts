/** Faults of ccotel's configuration: where to send, with which settings, and whether that backend accepts it. */

import { readiness } from "../../config/load.ts";
import type { Problem } from "../../config/problem.ts";
import { type Signal, signals } from "../../config/signals.ts";
import { maskUrl } from "../../config/text/secret.ts";
import { proxyFor } from "../../otlp/proxy.ts";
import type { Preset } from "../../settings/presets/preset.ts";
import { findPreset, presetOfEndpoint } from "../../settings/presets/presets.ts";
import type { Facts } from "../facts/facts.ts";
import { type Finding, finding } from "../finding.ts";

export function checkSending(facts: Facts): Finding[] {
  const said = [...facts.config.problems, ...facts.sendingProblems].map(fromProblem);
  const notices = (facts.notices?.troubles ?? []).map(({ host, message }) =>
    finding("warning", "notices-stuck", { host, message, waiting: facts.notices?.waiting ?? 0 }),
  );
  const further = facts.furtherProblems.map(({ severity, message }) =>
    finding(severity, "additional-destination-wrong", { message }),
  );
  return [...said, ...further, ...notices, ...checkBackend(facts)];
}

function checkBackend(facts: Facts): Finding[] {
  const { config } = facts.config;
  const state = readiness(facts.config);
  if (state === "unconfigured") return needsBackend(facts) ? [finding("error", "unconfigured", {})] : [];
  if (state === "disabled") {
    const by = config.sdkDisabled ? "OTEL_SDK_DISABLED" : "CCOTEL_TRACES, CCOTEL_METRICS and CCOTEL_LOGS";
    return [finding("warning", "switched-off", { by })];
  }
  return [...unfit(facts), ...proxies(facts)];
}

/** Alerts, pings and the status line need no backend. */
function needsBackend({ notices, installation }: Facts): boolean {
  const values = Object.values(installation?.settings ?? {}).flatMap((manifest) => manifest.values);
  return notices === undefined && !values.some(({ path }) => path[0] === "statusLine");
}

/** Returns the backend of a signal: by its address, else the preset that the user chose. */
export function backendOf(facts: Facts, signal: Signal): Preset | undefined {
  const url = facts.config.config[signal].url;
  if (url === undefined) return undefined;
  const byAddress = presetOfEndpoint(url);
  if (byAddress) return byAddress;
  const chosen = facts.installation?.preset && findPreset(facts.installation.preset);
  // The preset may be out of date. If a hosted backend were still in use, its address would have identified it.
  return chosen && chosen.kind === "found" && !chosen.preset.domains ? chosen.preset : undefined;
}

function fromProblem({ severity, key, message }: Problem): Finding {
  if (severity === "note")
    return finding("note", key === "headers" ? "headers-withheld" : "setting-ignored", { message });
  if (key === "prices") return finding("warning", "prices-wrong", { message });
  if (severity === "warning") return finding("warning", "setting-ignored", { message });
  if (key === "endpoint") return finding("error", "endpoint-wrong", { message });
  return finding("error", /^headers/.test(key) ? "headers-wrong" : "setting-wrong", { message });
}

function unfit(facts: Facts): Finding[] {
  const { config } = facts.config;
  const findings: Finding[] = [];
  for (const signal of signals) {
    const backend = backendOf(facts, signal);
    if (!backend || !config[signal].enabled) continue;
    if (!backend.signals.includes(signal)) {
      findings.push(finding("warning", "signal-not-taken", { backend: backend.title, signal }));
    } else if (
      signal === "metrics" &&
      backend.temporalityStrict &&
      config.temporality !== backend.temporality
    ) {
      const args = { backend: backend.title, temporality: config.temporality, wanted: backend.temporality };
      findings.push(finding("error", "temporality-dropped", args));
    } else if (signal === "traces" && backend.traceScope === "turn" && config.traceScope === "session") {
      findings.push(finding("note", "scope-unfit", { backend: backend.title }));
    }
  }
  return findings;
}

function proxies(facts: Facts): Finding[] {
  const { config } = facts.config;
  const failed = facts.probes.some(({ outcome }) => outcome.kind !== "success" && outcome.kind !== "partial");
  const found = new Map<string, Finding>();
  for (const signal of signals) {
    const { url, enabled } = config[signal];
    const proxy = url && enabled ? proxyFor(new URL(url), config.proxy) : undefined;
    if (!url || !proxy) continue;
    const { host } = new URL(url);
    const args = { proxy: maskUrl(proxy.href), host };
    found.set(host, finding(failed ? "warning" : "note", "proxy-in-the-way", args));
  }
  return [...found.values()];
}
