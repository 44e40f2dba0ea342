import { parseJson } from "../objects.ts";
import { duration, list, object, text, word } from "./fields.ts";
import type { HookRecord, HookRun } from "./record.ts";

const OUTCOMES: Record<string, HookRun["outcome"]> = {
  hook_success: "ok",
  hook_non_blocking_error: "error",
  hook_error_during_execution: "error",
  hook_blocking_error: "blocked",
  hook_cancelled: "cancelled",
};

/** The hook run in an attachment. Undefined for any other attachment. */
export function parseHook(attachment: Record<string, unknown>): HookRun | undefined {
  const outcome = OUTCOMES[text(attachment.type) ?? ""];
  const event = word(attachment.hookEvent);
  if (outcome === undefined || event === undefined) return undefined;
  return hookRun(event, outcome, attachment.durationMs, commandIn(attachment));
}

/**
 * What a PreToolUse hook said against a call. Clients before 2.1.200 write only its reason as the result of the call.
 */
export function parseObjection(attachment: Record<string, unknown>): HookRecord["objection"] {
  const toolUseId = text(attachment.toolUseID);
  if (toolUseId === undefined || attachment.hookEvent !== "PreToolUse") return undefined;
  const reason = text(object(attachment.blockingError)?.blockingError) ?? reasonIn(attachment.stdout);
  return reason === undefined ? undefined : { toolUseId, reason };
}

function reasonIn(stdout: unknown): string | undefined {
  const printed = text(stdout) ?? "";
  // A hook may run before every call, and nearly all print something else. An exception takes longer than the row.
  if (!printed.includes('"ask"')) return undefined;
  const said = object(object(parseJson(printed))?.hookSpecificOutput);
  return said?.permissionDecision === "ask" ? text(said.permissionDecisionReason) : undefined;
}

/**
 * The Stop hooks of a `stop_hook_summary`. The client names a hook that blocked the stop before its error: `[command]:
 * …`.
 */
export function parseStopHooks(raw: Record<string, unknown>): HookRun[] {
  const errors = list(raw.hookErrors).map((error) => text(error) ?? "");
  return list(raw.hookInfos).map((value) => {
    const info = object(value);
    const start = `[${text(info?.command) ?? ""}]: `;
    const isBlocked = errors.some((error) => error.startsWith(start));
    return hookRun("Stop", isBlocked ? "blocked" : "ok", info?.durationMs, commandIn(info));
  });
}

/**
 * The command line of a hook. A hook that asks the model, such as a `/goal`, runs no program: its "command" is a
 * prompt.
 */
function commandIn(info: Record<string, unknown> | undefined): string | undefined {
  return info?.promptText === undefined ? text(info?.command) : undefined;
}

function hookRun(
  event: string,
  outcome: HookRun["outcome"],
  took: unknown,
  command: string | undefined,
): HookRun {
  const durationMs = duration(took);
  return {
    event,
    outcome,
    ...(durationMs === undefined ? {} : { durationMs }),
    ...(command === undefined ? {} : { command }),
  };
}
