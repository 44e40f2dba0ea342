/** Values of `event.name`; docs/reference/logs.md lists them. */
export const EVENTS = {
  apiError: "ccotel.api_error",
  refusal: "ccotel.api_refusal",
  hookFailed: "ccotel.hook_failed",
  limit: "ccotel.limit_reached",
  interrupt: "ccotel.interrupt",
  compaction: "ccotel.compaction",
  denial: "ccotel.tool_denied",
  finding: "ccotel.finding",
  inferenceDetails: "gen_ai.client.inference.operation.details",
} as const;

/** Attributes that only log records have. */
export const LOG = {
  eventName: "event.name",
  uid: "log.record.uid",
  errorMessage: "error.message",
  turnDuration: "ccotel.turn.duration",
  hookDuration: "ccotel.hook.duration",
  hookCommand: "ccotel.hook.command",
  limit: "ccotel.limit",
  findingVersion: "ccotel.finding.version",
  findingSeverity: "ccotel.finding.severity",
} as const;
