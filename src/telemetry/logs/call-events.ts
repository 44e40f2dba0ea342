import type { ToolCall } from "../../session/model.ts";
import { toolContent } from "../content/content.ts";
import { NO_CONTENT } from "../content/policy.ts";
import { CCOTEL, GEN_AI, NATIVE } from "../semconv.ts";
import type { TraceContext } from "../spans/trace-context.ts";
import type { EventFacts } from "./event-facts.ts";
import { EVENTS } from "./names.ts";

/** The event of a call that was denied. Undefined for other calls. */
export function denialEvent(call: ToolCall, context: TraceContext): EventFacts | undefined {
  if (call.outcome !== "denied") return undefined;
  return {
    name: EVENTS.denial,
    severity: "WARN",
    body: `A call of ${call.name} was denied${call.denialKind === undefined ? "" : `: ${call.denialKind}`}`,
    atMs: call.endMs,
    attributes: {
      ...callAttributes(call, context),
      [CCOTEL.toolDenial]: call.denialKind,
      [CCOTEL.permissionSource]: call.permission?.source,
      [CCOTEL.permissionReason]: call.permission?.reason,
      [CCOTEL.permissionRuleSource]: call.permission?.ruleSource,
      [CCOTEL.permissionCode]: call.permission?.code,
    },
  };
}

/** Attributes of all events about a tool call. They hold no more content than level `details` allows. */
export function callAttributes(call: ToolCall, { content = NO_CONTENT }: TraceContext) {
  return {
    [GEN_AI.toolName]: call.name,
    [GEN_AI.toolCallId]: call.id,
    [NATIVE.toolUseId]: call.id,
    [CCOTEL.toolOutcome]: call.outcome,
    ...Object.fromEntries(
      toolContent(call, content.level === "full" ? { ...content, level: "details" } : content),
    ),
  };
}
