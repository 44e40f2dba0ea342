import type { Dialect } from "../../choices.ts";
import { MAX_ATTRIBUTES } from "../attributes.ts";
import { CCOTEL, GEN_AI } from "../semconv.ts";
import type { Attributes, Span } from "../spans/span.ts";
import { langfuse } from "./dialect-langfuse.ts";
import { langsmith } from "./dialect-langsmith.ts";
import { mlflow, withException } from "./dialect-mlflow.ts";
import { openinference } from "./dialect-openinference.ts";
import type { SpanRole, Speak } from "./speak.ts";

/** Jaeger wants something of the resource only; Datadog reads the standard names and nothing else. */
const SPEAKERS: Partial<Record<Dialect, Speak>> = { openinference, mlflow, langfuse, langsmith };

/** The span with the vendor's attributes and events added. */
export function inDialect(plain: Span, dialect: Dialect): Span {
  const span = dialect === "mlflow" ? withException(plain) : plain;
  const added = Object.entries(SPEAKERS[dialect]?.(span, roleOf(span)) ?? {}).filter(
    (entry): entry is [string, string | number] => entry[1] !== undefined,
  );
  if (added.length === 0) return span;
  return {
    ...span,
    attributes: atMost(MAX_ATTRIBUTES, { ...span.attributes, ...Object.fromEntries(added) }),
  };
}

/** Attributes of the resource that a vendor needs. */
export function dialectResource(
  dialect: Dialect | undefined,
  serviceInstanceId: string | undefined,
): Record<string, string> {
  // Without it Jaeger takes the clocks of two spans for different ones, and may move the later turns of a session. For
  // others it would be a host of its own: Datadog bills by `host.id`.
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

/** What goes first where a span has more attributes than fit: facts that stand nowhere on a vendor's pages. */
const FIRST_TO_GO: string[] = [
  CCOTEL.costSource,
  CCOTEL.partIndex,
  CCOTEL.webSearches,
  CCOTEL.cacheWrite5mTokens,
  CCOTEL.cacheWrite1hTokens,
  CCOTEL.speed,
  CCOTEL.attempts,
  CCOTEL.timeToFirstBlock,
  CCOTEL.contextUsedRatio,
  CCOTEL.effort,
  CCOTEL.failedRequests,
  CCOTEL.unpricedRequests,
  CCOTEL.reasoningTokens,
];

function atMost(limit: number, attributes: Attributes): Attributes {
  const keys = Object.keys(attributes);
  if (keys.length <= limit) return attributes;
  const others = keys.filter((key) => key.startsWith("ccotel.") && !FIRST_TO_GO.includes(key)).reverse();
  const candidates = [...FIRST_TO_GO.filter((key) => key in attributes), ...others];
  const gone = new Set(candidates.slice(0, keys.length - limit));
  return Object.fromEntries(Object.entries(attributes).filter(([key]) => !gone.has(key)));
}
