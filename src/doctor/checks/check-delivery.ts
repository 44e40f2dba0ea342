/** Faults of deliveries: the answer to a test, and what is waiting. */

import { maskUrl } from "../../config/text/secret.ts";
import { isAccepted } from "../../otlp/outcome.ts";
import { presetOfEndpoint } from "../../settings/presets/presets.ts";
import type { Facts, SignalTrouble } from "../facts/facts.ts";
import { type Finding, finding } from "../finding.ts";
import { backendOf } from "./check-sending.ts";

const MINUTE = 60_000;

/**
 * From this difference on, spans are visibly at the wrong time. From ten minutes on, backends reject data as too far in
 * the future.
 */
const SKEW_SEEN_MS = 30_000;
const SKEW_REFUSED_MS = 10 * MINUTE;

/** A worker retries with every hook event. Data that has waited longer than this is stuck. */
const BACKLOG_MS = 60 * MINUTE;

/** Checks the answers to the test, the clock, and what waits, fails or is lost. */
export function checkDelivery(facts: Facts): Finding[] {
  return [
    ...probes(facts),
    ...clock(facts),
    ...stuck(facts),
    ...backlog(facts),
    ...retention(facts),
    ...losses(facts),
  ];
}

function probes(facts: Facts): Finding[] {
  return facts.probes.flatMap(({ url, outcome }) => {
    if (outcome.kind === "success") return [];
    if (outcome.kind === "partial")
      return [finding("warning", "backend-drops", { url: maskUrl(url), outcome })];
    const answer = { url: maskUrl(url), outcome };
    if (outcome.kind === "retryable" || outcome.kind === "server_error")
      return [finding("error", "backend-unreachable", answer)];
    return [finding("error", "backend-refuses", { ...answer, ...againFor(url, facts) })];
  });
}

/** The preset of a hosted backend, if `configure` has set it up. */
function againFor(url: string, { installation }: Facts): { preset?: string } {
  const name = presetOfEndpoint(url)?.name;
  return name === undefined || name !== installation?.preset ? {} : { preset: name };
}

function clock({ clockSkewMs }: Facts): Finding[] {
  if (clockSkewMs === undefined || Math.abs(clockSkewMs) < SKEW_SEEN_MS) return [];
  const severity = Math.abs(clockSkewMs) >= SKEW_REFUSED_MS ? "error" : "warning";
  return [finding(severity, "clock-skew", { skewMs: clockSkewMs })];
}

/** The answer to this test is newer than any recorded failure, so it decides. */
function stuck({ delivery, probes: tested }: Facts): Finding[] {
  const isAnswered = ({ signal, url }: SignalTrouble) =>
    tested.some(
      (probe) => probe.signal === signal && maskUrl(probe.url) === url && isAccepted(probe.outcome),
    );
  const failures = (delivery?.troubles ?? []).filter((trouble) => !isAnswered(trouble));
  const faults = delivery?.fault === undefined ? [] : [delivery.fault];
  return [...failures, ...faults.map((fault) => ({ ...fault, mayPass: false }))].map(
    ({ message, atMs, mayPass }) => finding("error", "delivery-stuck", { message, sinceMs: atMs, mayPass }),
  );
}

function backlog(facts: Facts): Finding[] {
  const { delivery, nowMs } = facts;
  if (!delivery || delivery.pendingSessions === 0 || delivery.oldestPendingMs === undefined) return [];
  const ageMs = nowMs - delivery.oldestPendingMs;
  const backend = backendOf(facts, "traces");
  const limitMs = (backend?.limits.maxAgeMinutes ?? Number.POSITIVE_INFINITY) * MINUTE;
  const args = { sessions: delivery.pendingSessions, bytes: delivery.pendingBytes, ageMs };
  return [
    ...(ageMs > BACKLOG_MS ? [finding("warning", "backlog", args)] : []),
    ...(backend && ageMs > limitMs
      ? [finding("warning", "backlog-too-old", { backend: backend.title, ageMs, limitMs })]
      : []),
  ];
}

function retention({ delivery, nowMs }: Facts): Finding[] {
  if (delivery?.expiring === undefined) return [];
  const { undelivered, neverSent, firstGoneMs, days } = delivery.expiring;
  const leftMs = Math.max(0, firstGoneMs - nowMs);
  return [finding("warning", "transcripts-about-to-go", { undelivered, neverSent, leftMs, days })];
}

function losses({ delivery }: Facts): Finding[] {
  if (!delivery) return [];
  const { rejectedSpans: count, unpricedModels: models } = delivery;
  return [
    ...(count > 0 ? [finding("warning", "spans-rejected", { count })] : []),
    ...(models.length > 0 ? [finding("note", "models-unpriced", { models })] : []),
  ];
}
