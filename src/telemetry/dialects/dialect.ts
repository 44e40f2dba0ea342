import type { Dialect } from "../../choices.ts";
import { GEN_AI } from "../semconv.ts";
import type { Span } from "../spans/span.ts";
import { langfuse } from "./dialect-langfuse.ts";
import { langsmith } from "./dialect-langsmith.ts";
import { mlflow, withException } from "./dialect-mlflow.ts";
import { openinference } from "./dialect-openinference.ts";
import type { SpanRole, Speak } from "./speak.ts";

/** Jaeger needs only a resource attribute (see `dialectResource`). Datadog reads only the standard names. */
const SPEAKERS: Partial<Record<Dialect, Speak>> = { openinference, mlflow, langfuse, langsmith };

/** The span with the vendor's attributes and events added. */
export function inDialect(plain: Span, dialect: Dialect): Span {
  const span = dialect === "mlflow" ? withException(plain) : plain;
  const added = Object.entries(SPEAKERS[dialect]?.(span, roleOf(span)) ?? {}).filter(
    (entry): entry is [string, string | number] => entry[1] !== undefined,
  );
  if (added.length === 0) return span;
  return { ...span, attributes: { ...span.attributes, ...Object.fromEntries(added) } };
}

/** Resource attributes that a vendor needs. */
export function dialectResource(
  dialect: Dialect | undefined,
  serviceInstanceId: string | undefined,
): Record<string, string> {
  // Without it Jaeger assumes that spans come from hosts with different clocks, and may move the later turns of a
  // session. Other backends would count another host: Datadog bills by `host.id`.
  return dialect === "jaeger" && serviceInstanceId !== undefined ? { "host.id": serviceInstanceId } : {};
}

function roleOf(span: Span): SpanRole {
  switch (span.attributes[GEN_AI.operationName]) {
    case "chat":
      return "chat";
    case "invoke_agent":
      return "agent";
    case "execute_tool":
      return "tool";
    default:
      return "other";
  }
}
