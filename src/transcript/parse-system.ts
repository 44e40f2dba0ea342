import { errorTypeIn } from "./error-type.ts";
import { duration, flag, httpStatus, maybeCount, object, text } from "./fields.ts";
import { parseStopHooks } from "./parse-hook.ts";
import type { RecordBase, TranscriptRecord } from "./record.ts";

/** A `system` record. Its subtype decides the type of the result. */
export function parseSystem(base: RecordBase, raw: Record<string, unknown>): TranscriptRecord {
  switch (raw.subtype) {
    case "stop_hook_summary":
      return {
        type: "stop_hook_summary",
        preventedContinuation: flag(raw.preventedContinuation),
        hooks: parseStopHooks(raw),
        ...base,
      };
    case "turn_duration":
      return { type: "turn_duration", durationMs: duration(raw.durationMs), ...base };
    case "local_command":
      return { type: "local_command", ...parseLocalCommand(raw), ...base };
    case "informational":
      // A UserPromptSubmit hook said `continue: false`. A prompt that it blocked instead is in no record.
      return endsPrompt(raw)
        ? { type: "hook_stopped", ...base }
        : { ...base, type: "other", name: "system/informational" };
    case "api_error":
      return { type: "api_error", ...parseApiError(raw), ...base };
    case "compact_boundary": {
      const metadata = object(raw.compactMetadata);
      return {
        ...base,
        type: "compact_boundary",
        trigger: text(metadata?.trigger),
        preTokens: maybeCount(metadata?.preTokens),
        postTokens: maybeCount(metadata?.postTokens),
        droppedTokens: maybeCount(metadata?.cumulativeDroppedTokens),
        durationMs: duration(metadata?.durationMs),
      };
    }
    default:
      return { ...base, type: "other", name: `system/${text(raw.subtype) ?? ""}` };
  }
}

function endsPrompt({ content, preventContinuation, promptSubmitEnding }: Record<string, unknown>): boolean {
  const isKept = object(promptSubmitEnding)?.promptKept !== false;
  return (
    preventContinuation === true && isKept && text(content)?.startsWith("Operation stopped by hook") === true
  );
}

function parseLocalCommand(raw: Record<string, unknown>) {
  const content = text(raw.content) ?? "";
  const launch = /<forked-skill-launch>\{"agentId":"([\w-]{1,64})"/.exec(content);
  return {
    command: text(object(raw.commandRun)?.command) ?? /^<command-name>\/([^<\s]{1,64})</.exec(content)?.[1],
    launchedAgentId: launch?.[1],
  };
}

function parseApiError(raw: Record<string, unknown>) {
  const error = object(raw.error);
  const status = httpStatus(error?.status);
  const connection = text(object(error?.connection)?.code);
  const type = errorTypeIn(text(error?.message) ?? "");
  return {
    status,
    errorType: connection ?? type ?? (status === undefined ? undefined : String(status)),
    retryInMs: duration(raw.retryInMs),
  };
}
