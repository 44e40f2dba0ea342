import type { Dialect, Semconv } from "../choices.ts";
import { dialectResource } from "./dialects/dialect.ts";
import { OTEL } from "./semconv.ts";

/** What is said about the sender of all spans. */
export interface ResourceFacts {
  serviceName: string;
  /** A random id of this installation. */
  serviceInstanceId?: string;
  distroVersion: string;
  /** `OTEL_RESOURCE_ATTRIBUTES` of the user. */
  extra: Record<string, string>;
  dialect?: Dialect;
  /** `user.id` of metrics; spans and log records have it themselves. */
  userId?: string;
  /** Which names of the GenAI conventions are sent; v1.41 when not said. */
  semconv?: Semconv;
}

export const SCOPE_NAME = "ccotel";

/** Attributes of the resource of spans; the user's own come first and give way to what is known better. */
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
