import type { Semconv } from "../choices.ts";

/** Version of OpenTelemetry's conventions for the resource's names and, by default, all other names. */
export const CORE_SCHEMA_URL = "https://opentelemetry.io/schemas/1.41.0";

/** Schema URL in the manifest of the GenAI conventions' own repository. */
const GEN_AI_SCHEMA_URL = "https://opentelemetry.io/schemas/gen-ai-dev/1.42.0-dev";

/** The `schema_url` of the scope of spans, points and log records. */
export function schemaUrlOf(semconv: Semconv | undefined): string {
  return semconv === "latest" ? GEN_AI_SCHEMA_URL : CORE_SCHEMA_URL;
}
