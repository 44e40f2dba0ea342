import { RULES, type Rule } from "../../signals/rules.ts";
import { CCOTEL } from "../semconv.ts";
import type { EventFacts } from "./event-facts.ts";
import { EVENTS, LOG } from "./names.ts";

const RULE = new Map<string, Rule>(RULES.map((rule) => [rule.id, rule]));
const RULE_SEVERITY = { low: "INFO", medium: "WARN", high: "ERROR", critical: "FATAL" } as const;

/**
 * The event of a rule that a tool call or a turn meets. `atMs`: when the call or the turn began. `call`: attributes of the
 * tool call that the finding is about. Without it, the finding is about the turn.
 */
export function findingEvent(id: string, atMs: number, call?: EventFacts["attributes"]): EventFacts {
  // An id whose rule this version does not have, because another version found it, is sent, too.
  const { severity = "low", version, title } = RULE.get(id) ?? {};
  const what = call === undefined ? "A turn" : "A tool call";
  return {
    name: EVENTS.finding,
    severity: RULE_SEVERITY[severity],
    body: title === undefined ? `${what} meets ${id}` : `${what} ${title}`,
    atMs,
    key: id,
    attributes: {
      [CCOTEL.findingId]: id,
      [LOG.findingVersion]: version,
      [LOG.findingSeverity]: severity,
      ...call,
    },
  };
}
