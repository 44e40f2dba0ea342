import { parseJson } from "../objects.ts";
import { duration, epoch, flag, object, text, time, usd } from "./fields.ts";
import type { Line } from "./lines.ts";
import { parseAssistant } from "./parse-assistant.ts";
import { parseHook, parseObjection } from "./parse-hook.ts";
import { parseServers } from "./parse-servers.ts";
import { parseSystem } from "./parse-system.ts";
import { parseUser } from "./parse-user.ts";
import type { AssistantRecord, RecordBase, TranscriptRecord, UserRecord, Written } from "./record.ts";
import { madeId } from "./said-key.ts";
import { isSkippedType } from "./skip.ts";
import { valuesInTorn } from "./torn.ts";

/** Why a line gave no record. `offset` is the start of the line in its file, in bytes. */
interface LineIssue {
  offset: number;
  problem: "not JSON" | "not an object" | "too large" | "no type";
}

/** The result of one line. */
export type ParsedLine =
  /** `further`: more records of the same line, when line feeds between records are missing. */
  | { kind: "record"; record: TranscriptRecord; further?: TranscriptRecord[] }
  | { kind: "skipped" }
  | { kind: "issue"; issue: LineIssue };

export function recordsOf(parsed: ParsedLine): TranscriptRecord[] {
  if (parsed.kind !== "record") return [];
  const { record, further } = parsed;
  return further === undefined ? [record] : [record, ...further];
}

/** An upper bound for the running time of a client process: ten years. */
const MAX_PROCESS_MS = 10 * 366 * 24 * 3_600_000;

const SKIPPED: ParsedLine = { kind: "skipped" };

/**
 * Parses one line. Never throws, since Claude Code may change the format at any time. Unknown types come back as
 * `other`.
 */
export function parseLine(line: Line): ParsedLine {
  if (line.oversized) return { kind: "issue", issue: { offset: line.start, problem: "too large" } };
  if (line.text === undefined) return SKIPPED;
  const value = parseJson(line.text);
  if (value === undefined) return parseSeveral(line, valuesInTorn(line.text));
  return Array.isArray(value) ? parseSeveral(line, value) : parseValue(line, value);
}

function parseSeveral(line: Line, found: readonly unknown[]): ParsedLine {
  const values = found.map((value) => parseValue(line, value));
  const [record, ...further] = values.flatMap((value) => (value.kind === "record" ? [value.record] : []));
  if (record === undefined)
    return values[0] ?? { kind: "issue", issue: { offset: line.start, problem: "not JSON" } };
  return { kind: "record", record, ...(further.length === 0 ? {} : { further }) };
}

function parseValue(line: Line, value: unknown): ParsedLine {
  const raw = object(value);
  if (raw === undefined) return { kind: "issue", issue: { offset: line.start, problem: "not an object" } };
  const type = text(raw.type);
  if (type === undefined) return { kind: "issue", issue: { offset: line.start, problem: "no type" } };
  // When the head of a line arrived in two pieces, `isSkippable` did not see it. The line must count the same as a
  // skipped one.
  if (isSkippedType(type, text(object(raw.attachment)?.type))) return SKIPPED;
  return { kind: "record", record: toRecord(type, raw) };
}

function toRecord(type: string, raw: Record<string, unknown>): TranscriptRecord {
  const base = parseBase(raw);
  switch (type) {
    case "user":
      return withId(parseUser(base, raw)) ?? { type: "other", name: type, ...base };
    case "assistant":
      return withId(parseAssistant(base, raw)) ?? { type: "other", name: type, ...base };
    case "system":
      return parseSystem(base, raw);
    case "api-request": {
      const id = text(raw.id);
      if (id === undefined) return { type: "other", name: type, ...base };
      return { type: "api-request", id, model: text(object(raw.params)?.model), ...base };
    }
    case "cost-state":
      return {
        ...base,
        type: "cost-state",
        totalUsd: usd(raw.totalCostUSD),
        startMs: epoch(raw.startTime),
        totalMs: duration(raw.totalDuration, MAX_PROCESS_MS),
      };
    case "ai-title":
    case "custom-title": {
      const isCustom = type === "custom-title";
      const title = text(isCustom ? raw.customTitle : raw.aiTitle);
      if (title === undefined) return { type: "other", name: type, ...base };
      return { ...base, type: "title", title, isCustom };
    }
    case "attachment":
      return parseAttachment(base, object(raw.attachment) ?? {});
    default:
      return { type: "other", name: type, ...base };
  }
}

/** Gives the row an id, in place, if it has none. */
function withId(record: Written<UserRecord> | Written<AssistantRecord> | undefined) {
  if (record !== undefined) record.uuid ||= madeId(record);
  return record as UserRecord | AssistantRecord | undefined;
}

function parseAttachment(base: RecordBase, attachment: Record<string, unknown>): TranscriptRecord {
  switch (attachment.type) {
    case "max_turns_reached":
      return { type: "limit", limit: "max_turns", budgetUsd: undefined, ...base };
    case "hook_stopped_continuation":
      return { type: "hook_stopped", ...base };
    case "queued_command": {
      // Messages of background agents arrive in the same kind of attachment.
      if (attachment.commandMode !== "prompt") return { type: "other", name: "attachment", ...base };
      const command = /^\/([^\s/]{1,200})(?:\s|$)/.exec(text(attachment.prompt) ?? "")?.[1];
      return { type: "queued_prompt", command, ...base };
    }
    case "budget_usd":
      return { type: "limit", limit: "max_budget_usd", budgetUsd: usd(attachment.total), ...base };
    case "deferred_tools_delta":
      return { type: "mcp_servers", ...parseServers(attachment), ...base };
    default: {
      const run = parseHook(attachment);
      return run === undefined
        ? { type: "other", name: "attachment", ...base }
        : { type: "hook", run, objection: parseObjection(attachment), ...base };
    }
  }
}

function parseBase(raw: Record<string, unknown>): RecordBase {
  const forkedFrom = object(raw.forkedFrom);
  return {
    uuid: text(raw.uuid),
    parentUuid: text(raw.parentUuid),
    atMs: time(raw.timestamp),
    sessionId: text(raw.sessionId),
    version: text(raw.version),
    cwd: text(raw.cwd),
    gitBranch: text(raw.gitBranch),
    entrypoint: text(raw.entrypoint),
    isSidechain: flag(raw.isSidechain),
    agentId: text(raw.agentId),
    forkedFrom: text(forkedFrom?.sessionId),
    originalUuid: text(forkedFrom?.messageUuid),
    processSessionId: text(raw.session_id),
  };
}
