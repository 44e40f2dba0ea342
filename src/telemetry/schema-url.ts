import type { Semconv } from "../choices.ts";

/** OpenTelemetry's conventions in the version whose names the resource has, and by default all else. */
export const CORE_SCHEMA_URL = "https://opentelemetry.io/schemas/1.41.0";

/** The conventions' own repository, as its manifest calls them. */
const GEN_AI_SCHEMA_URL = "https://opentelemetry.io/schemas/gen-ai-dev/1.42.0-dev";

/** Which conventions the names of spans, points and log records are from: the `schema_url` of their scope. */
export function schemaUrlOf(semconv: Semconv | undefined): string {
  return semconv === "latest" ? GEN_AI_SCHEMA_URL : CORE_SCHEMA_URL;
}
