import { createHash } from "node:crypto";
import type { ResourceFacts } from "../resource.ts";
import { OTEL } from "../semconv.ts";

/**
 * Who sends metrics. Not the resource of the spans: what changes from one session to the next (branch, folder, the
 * client's version), and our own version, would make new series of the same thing with each change.
 */
export function metricsResource(facts: ResourceFacts): Record<string, string> {
  return {
    ...facts.extra,
    [OTEL.serviceName]: facts.serviceName,
    ...(facts.serviceInstanceId === undefined ? {} : { [OTEL.serviceInstanceId]: facts.serviceInstanceId }),
    ...(facts.userId === undefined ? {} : { [OTEL.userId]: facts.userId }),
    [OTEL.distroName]: "ccotel",
  };
}

/** What a backend takes this sender for, in a form that is safe to keep: `RequestOptions.identity`. */
export function metricsIdentity(url: string, facts: ResourceFacts): string {
  const sorted = Object.entries(metricsResource(facts)).sort(([a], [b]) => (a < b ? -1 : 1));
  return createHash("sha256")
    .update(JSON.stringify([url, sorted]))
    .digest("hex")
    .slice(0, 16);
}
