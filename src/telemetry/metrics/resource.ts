import { sha256 } from "../../sha256.ts";
import type { ResourceFacts } from "../resource.ts";
import { OTEL } from "../semconv.ts";

/**
 * The resource of metrics. Unlike the resource of spans, it has neither ccotel's version nor facts that change between
 * sessions (branch, folder, the client's version), because each change would start new series.
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

/** A hash of the backend's URL and the metrics resource, which is safe to store: `RequestOptions.identity`. */
export function metricsIdentity(url: string, facts: ResourceFacts): string {
  const sorted = Object.entries(metricsResource(facts)).sort(([a], [b]) => (a < b ? -1 : 1));
  return sha256(JSON.stringify([url, sorted])).slice(0, 16);
}
