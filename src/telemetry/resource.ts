import type { Dialect, Semconv } from "../choices.ts";
import { dialectResource } from "./dialects/dialect.ts";
import { OTEL } from "./semconv.ts";

/** Facts about the sender, for the resource. */
export interface ResourceFacts {
  serviceName: string;
  /** A random id of this installation. */
  serviceInstanceId?: string;
  distroVersion: string;
  /** The user's `OTEL_RESOURCE_ATTRIBUTES`. */
  extra: Record<string, string>;
  dialect?: Dialect;
  /** `user.id` for the resource of metrics. Spans and log records have it as an attribute. */
  userId?: string;
  /** Version of the GenAI conventions' names. Default: v1.41. */
  semconv?: Semconv;
}

export const SCOPE_NAME = "ccotel";

/** Resource attributes of spans and log records. ccotel's values override the user's, which override the dialect's. */
export function resourceAttributes(
  facts: ResourceFacts,
  clientVersion: string | undefined,
): Record<string, string> {
  return {
    ...dialectResource(facts.dialect, facts.serviceInstanceId),
    ...facts.extra,
    [OTEL.serviceName]: facts.serviceName,
    ...(clientVersion === undefined ? {} : { [OTEL.serviceVersion]: clientVersion }),
    ...(facts.serviceInstanceId === undefined ? {} : { [OTEL.serviceInstanceId]: facts.serviceInstanceId }),
    [OTEL.distroName]: "ccotel",
    [OTEL.distroVersion]: facts.distroVersion,
  };
}
