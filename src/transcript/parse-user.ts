import { isOlder } from "../versions.ts";
import { epoch, flag, list, maybeCount, object, text, word } from "./fields.ts";
import { parsePullRequest, parseWork } from "./parse-work.ts";
import type { RecordBase, RecordedPermission, ToolResult, UserRecord, Written } from "./record.ts";

/**
 * A `user` record: a prompt, tool results, or one of the client's own messages. Undefined when it has neither content
 * nor id.
 */
export function parseUser(base: RecordBase, raw: Record<string, unknown>): Written<UserRecord> | undefined {
  const content = object(raw.message)?.content ?? undefined;
  if (content === undefined && base.uuid === undefined) return undefined;
  const toolResults: ToolResult[] = [];
  const texts: string[] = [];
  const blockTexts: string[] = [];
  for (const item of list(content)) {
    const block = object(item) ?? {};
    if (block.type === "tool_result") {
      toolResults.push(parseToolResult(block, raw));
      continue;
    }
    const said = text(block.text) ?? "";
    if (block.type === "text") texts.push(said);
    blockTexts.push(said);
  }
  return {
    type: "user",
    text: text(content) ?? texts.join("\n"),
    toolResults,
    blockTexts,
    promptId: text(raw.promptId),
    promptSource: text(raw.promptSource),
    turnOrigin: text(raw.turnOrigin),
    slug: text(raw.slug),
    originKind: text(object(raw.origin)?.kind),
    turnIndex: maybeCount(object(raw.turnPosition)?.turnIndex),
    sentMs: epoch(raw.sentAtMs),
    permissionMode: word(raw.permissionMode),
    isMeta: flag(raw.isMeta),
    isTurnCompanion: flag(raw.turnCompanion),
    sourceToolUseId: text(raw.sourceToolUseID),
    isCompactSummary: flag(raw.isCompactSummary),
    hasToolUseResult: raw.toolUseResult !== undefined,
    isTranscriptOnly: flag(raw.queueTranscriptOnly),
    // The base is spread after the fields, not before them: adding fields to a spread object costs several times as
    // much.
    ...base,
  };
}

const ASYNC_STATES = new Set(["async_launched", "teammate_spawned"]);

/**
 * `toolUseResult`, permission and denial belong to the record, not to a block: every client that writes them puts one
 * result into a record.
 */
function parseToolResult(block: Record<string, unknown>, raw: Record<string, unknown>): ToolResult {
  const details = object(raw.toolUseResult);
  const isError = flag(block.is_error);
  const said = resultText(block.content);
  return {
    toolUseId: text(block.tool_use_id) ?? "",
    assistantUuid: text(raw.sourceToolAssistantUUID),
    isError,
    text: said,
    lacksExitCode: isError && lacksExitCode(said, text(raw.version)),
    denialKind: text(raw.toolDenialKind),
    deniedBeforeRun: flag(raw.toolDenialBeforeRun),
    permission: parsePermission(object(raw.permissionDecision)),
    isSandboxed: flag(raw.sandboxed),
    work: details === undefined ? undefined : parseWork(details),
    pullRequest: details === undefined ? undefined : parsePullRequest(details),
    agentId: text(details?.agentId),
    resumedAgentId: text(details?.resumedAgentId),
    teammate: details?.status === "teammate_spawned" ? text(details.name) : undefined,
    workflowRunId: text(details?.runId),
    isAsync: flag(details?.isAsync) || ASYNC_STATES.has(text(details?.status) ?? ""),
  };
}

/**
 * Clients from 2.0.45 on begin the error of a failed command with its exit code, and clients from 2.1.200 on mark
 * denials. Errors of the system are those of a command that could not be started.
 */
function lacksExitCode(said: string, version: string | undefined): boolean {
  if (!isOlder(version, [2, 1, 200]) || isOlder(version, [2, 0, 45])) return false;
  return said !== "" && !RAN_OR_INVALID.test(said);
}

const RAN_OR_INVALID =
  /^(?:Exit code \d|<tool_use_error>|(?:Error: )?(?:E[A-Z0-9]{2,20}: |spawn )|Command timed out)/;

function parsePermission(raw: Record<string, unknown> | undefined): RecordedPermission | undefined {
  const decision = word(raw?.decision);
  if (raw === undefined || decision === undefined) return undefined;
  const permission: RecordedPermission = { decision };
  const [source, reason, ruleSource] = [word(raw.source), word(raw.reasonType), word(raw.ruleSource)];
  const [code, scope] = [word(raw.reasonCode), word(raw.grantScope)];
  if (source !== undefined) permission.source = source;
  if (reason !== undefined) permission.reason = reason;
  if (ruleSource !== undefined) permission.ruleSource = ruleSource;
  if (code !== undefined) permission.code = code;
  if (scope !== undefined) permission.scope = scope;
  return permission;
}

function resultText(content: unknown): string {
  const whole = text(content);
  if (whole !== undefined) return whole;
  const texts = list(content).map((part) => text(object(part)?.text));
  return texts.filter((part) => part !== undefined).join("\n");
}
