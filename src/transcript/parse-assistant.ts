import { errorTypeIn } from "./error-type.ts";
import { count, duration, flag, httpStatus, list, maybeCount, object, text } from "./fields.ts";
import type {
  AssistantRecord,
  Attribution,
  Block,
  RecordBase,
  RecordedAdvisor,
  RecordedUsage,
  Written,
} from "./record.ts";

/**
 * An `assistant` record: usually one content block of a response. Undefined when it has no message id, usage or
 * content.
 */
export function parseAssistant(
  base: RecordBase,
  raw: Record<string, unknown>,
): Written<AssistantRecord> | undefined {
  const message = object(raw.message);
  if (message === undefined) return undefined;
  const messageId = text(message.id) ?? "";
  if (messageId === "" && message.usage === undefined && message.content === undefined) return undefined;
  const isApiError = flag(raw.isApiErrorMessage);
  const blocks = list(message.content).map((block) => parseBlock(object(block) ?? {}));
  const said = isApiError ? apiErrorIn(blocks) : undefined;
  return {
    type: "assistant",
    messageId,
    model: text(message.model) ?? "",
    // Gateways write empty ids. They are treated as missing.
    requestedModel: text(raw.requestedModel) || undefined,
    requestId: text(raw.requestId) || undefined,
    requestRef: text(raw.requestRef) || undefined,
    requestSessionId: text(raw.requestSessionId) || undefined,
    blockIndex: maybeCount(raw.apiBlockIndex),
    stopReason: text(message.stop_reason),
    usage: parseUsage(object(message.usage) ?? {}),
    advisors: parseAdvisors(
      object(message.usage)?.iterations,
      text(raw.requestedModel) || text(message.model),
    ),
    blocks,
    thinkingDurationMs: duration(raw.thinkingDurationMs),
    toolInputStreamMs: duration(raw.toolInputStreamMs),
    isAborted: flag(raw.isAbortedMidStream),
    isApiError,
    apiErrorStatus: httpStatus(raw.apiErrorStatus) ?? said?.status,
    apiErrorType: text(raw.apiErrorType) ?? said?.type,
    error: text(raw.error),
    effort: text(raw.effort),
    attribution: parseAttribution(raw),
    // The base is spread after the fields, not before them: adding fields to a spread object costs several times as
    // much.
    ...base,
  };
}

/** Clients up to 2.1.100 write the status and type of an API error only into the text that they show. */
function apiErrorIn(blocks: Block[]): { status: number | undefined; type: string | undefined } | undefined {
  const [block] = blocks;
  const match = block?.type === "text" ? /^API Error: (\d{3})\b/.exec(block.text) : null;
  if (block?.type !== "text" || match === null) return undefined;
  return { status: httpStatus(Number(match[1])), type: errorTypeIn(block.text) };
}

function parseBlock(block: Record<string, unknown>): Block {
  const type = text(block.type) ?? "unknown";
  if (type === "text") return { type, text: text(block.text) ?? "" };
  if (type === "thinking") return { type, text: text(block.thinking) ?? "" };
  if (type === "tool_use") {
    return { type, id: text(block.id) ?? "", name: text(block.name) ?? "", input: block.input };
  }
  return { type: "other", name: type };
}

/** Names are short. A longer value is not a name and is ignored. */
const MAX_NAME = 200;

function parseAttribution(raw: Record<string, unknown>): Attribution | undefined {
  let attribution: Attribution | undefined;
  const note = (key: keyof Attribution, value: unknown) => {
    if (typeof value !== "string" || value === "" || value.length > MAX_NAME) return;
    attribution ??= {};
    attribution[key] = value;
  };
  note("agent", raw.attributionAgent);
  note("skill", raw.attributionSkill);
  note("plugin", raw.attributionPlugin);
  note("mcpServer", raw.attributionMcpServer);
  note("mcpTool", raw.attributionMcpTool);
  return attribution;
}

const NO_ADVISORS: RecordedAdvisor[] = [];

/** `ownModel`: the one that the response was requested from. */
function parseAdvisors(iterations: unknown, ownModel = "unknown"): RecordedAdvisor[] {
  const all = list(iterations);
  if (all.length === 0) return NO_ADVISORS;
  return all.flatMap((iteration): RecordedAdvisor[] => {
    const raw = object(iteration);
    if (raw?.type === "advisor_message")
      return [{ model: text(raw.model) || "unknown", usage: parseUsage(raw) }];
    if (raw?.type !== "compaction") return [];
    return [{ model: text(raw.model) || ownModel, usage: parseUsage(raw), isCompaction: true }];
  });
}

/**
 * Clients that do not split cache writes by lifetime write 5-minute ones. Tokens that `cache_creation` does not explain
 * are therefore counted as 5-minute writes.
 */
function parseUsage(usage: Record<string, unknown>): RecordedUsage {
  const cacheWrites = object(usage.cache_creation);
  const cacheWrite1h = count(cacheWrites?.ephemeral_1h_input_tokens);
  const total = count(usage.cache_creation_input_tokens);
  const cacheWrite5m = Math.max(count(cacheWrites?.ephemeral_5m_input_tokens), total - cacheWrite1h);
  return {
    input: count(usage.input_tokens),
    output: count(usage.output_tokens),
    reasoning: count(object(usage.output_tokens_details)?.thinking_tokens),
    cacheRead: count(usage.cache_read_input_tokens),
    cacheWrite5m,
    cacheWrite1h,
    webSearches: count(object(usage.server_tool_use)?.web_search_requests),
    speed: text(usage.speed),
    inferenceGeo: text(usage.inference_geo) || undefined,
  };
}
