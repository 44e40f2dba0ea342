import { type AnyObject, count, maybeText, milliseconds, object } from "./json.ts";
import { noTokens, type TokenSums } from "./sums.ts";

/** The file that holds a line. */
export interface Source {
  /** The session that the file, or the agent of the file, belongs to. */
  sessionId: string;
  file: string;
  isMain: boolean;
}

/** All lines of one response, or the one line that reports a request as failed after all retries. */
export interface Response {
  atMs: number;
  failed: boolean;
  model: string;
  /** The model that wrote the lines whose usage counts. */
  writer?: string;
  tokens: TokenSums;
  advisors: { model: string; tokens: TokenSums; isCompaction?: true }[];
  speed?: string;
  inferenceGeo?: string;
  clientVersion?: string;
  toolCalls: Set<string>;
  /** Number of tool calls without an id. ccotel may or may not count them. */
  namelessCalls: number;
  webSearches: number;
  isCut: boolean;
  /** All of its blocks are the model's thinking. */
  isOnlyThought: boolean;
  /** One of its lines has a stop reason. */
  hasStopReason: boolean;
  isAborted: boolean;
  /** It answers a prompt that came after the previous turn had ended. */
  beginsTurn: boolean;
  /** When its first block began, in epoch ms, and the client's own id of its request if the line has one. */
  firstToken?: { atMs: number; ref: string | undefined };
  /** Indexes of the blocks that its lines have. */
  indexes: Set<number>;
  /** Ids of the sessions whose files hold it. */
  holders: Set<string>;
  /** Ids of the sessions that its copies name as their source. */
  senders: Set<string>;
  /** Holders whose lines have its request id. */
  sentBy: Set<string>;
}

/** A response without any lines. `atMs`: time of its first line. */
export function newResponse(atMs: number): Response {
  return {
    atMs,
    failed: false,
    model: "",
    tokens: noTokens(),
    advisors: [],
    toolCalls: new Set(),
    namelessCalls: 0,
    webSearches: 0,
    isCut: false,
    isOnlyThought: true,
    hasStopReason: false,
    isAborted: false,
    beginsTurn: false,
    indexes: new Set(),
    holders: new Set(),
    senders: new Set(),
    sentBy: new Set(),
  };
}

/** Records which session's file holds the line and which session the line names as its sender, for `ownerOf`. */
export function noteOwner(response: Response, record: AnyObject, { sessionId }: Source): void {
  response.holders.add(sessionId);
  const source = maybeText(object(record.forkedFrom)?.sessionId);
  for (const sender of [maybeText(record.requestSessionId), source, maybeText(record.sessionId)]) {
    if (sender !== undefined && sender !== sessionId) response.senders.add(sender);
  }
  if (maybeText(record.requestId) !== undefined) response.sentBy.add(sessionId);
}

/**
 * Old clients write a provisional usage on all lines but the last, so the usage with the most output counts. When a
 * second model took over, that of the model with more output does.
 */
export function addUsage(response: Response, record: AnyObject, message: AnyObject): void {
  const usage = object(message.usage) ?? {};
  const tokens = tokensOf(usage);
  if (record.isApiErrorMessage === true) response.failed = true;
  if (record.isAbortedMidStream === true) response.isAborted = true;
  if (response.isAborted || message.stop_reason === null) response.isCut = true;
  if (maybeText(message.stop_reason) !== undefined) response.hasStopReason = true;
  const isFirst = response.writer === undefined;
  const writer = maybeText(message.model) ?? "";
  const isLess =
    writer === response.writer
      ? rank(tokens) < rank(response.tokens)
      : tokens.output <= response.tokens.output;
  if (!isFirst && isLess) return;
  response.tokens = tokens;
  response.writer = writer;
  response.model = maybeText(record.requestedModel) ?? maybeText(message.model) ?? "";
  response.advisors = advisorsOf(usage, response.model);
  for (const [key, value] of [
    ["speed", usage.speed],
    ["inferenceGeo", usage.inference_geo],
    ["clientVersion", record.version],
  ] as const) {
    const text = maybeText(value);
    // A copied line has the version of the client that copied it.
    if (text !== undefined && (isFirst || key !== "clientVersion")) response[key] = text;
  }
}

/** Counts the tool calls and web searches in a line of the response, and notes what else than thinking it has. */
export function addBlocks(response: Response, message: AnyObject): void {
  if (!Array.isArray(message.content)) return;
  for (const block of message.content.map((each) => object(each))) {
    if (!String(block?.type).endsWith("thinking")) response.isOnlyThought = false;
    if (block?.type !== "tool_use") continue;
    const id = maybeText(block.id);
    if (id === undefined) response.namelessCalls++;
    else response.toolCalls.add(id);
    if (block.name === "WebSearch") response.webSearches++;
  }
}

/** The line of the first block holds how long that block streamed, unless it is a text block. */
export function noteFirstToken(response: Response, record: AnyObject, message: AnyObject): void {
  const endMs = milliseconds(record.timestamp);
  const [block] = Array.isArray(message.content) ? message.content.map((each) => object(each)?.type) : [];
  const durations: AnyObject = { thinking: record.thinkingDurationMs, tool_use: record.toolInputStreamMs };
  const duration = durations[String(block)];
  if (record.apiBlockIndex !== 0 || endMs === undefined || typeof duration !== "number") return;
  response.firstToken = { atMs: endMs - duration, ref: maybeText(record.requestRef) };
}

/** Models that were asked within the request, for advice or a summary. Their tokens are in no other sum. */
function advisorsOf(usage: AnyObject, ownModel: string): Response["advisors"] {
  const iterations = Array.isArray(usage.iterations) ? usage.iterations : [];
  return iterations.flatMap((each) => {
    const iteration = object(each) ?? {};
    const asked = { model: maybeText(iteration.model) ?? "unknown", tokens: tokensOf(iteration) };
    if (iteration.type === "advisor_message") return [asked];
    if (iteration.type !== "compaction") return [];
    return [{ ...asked, model: maybeText(iteration.model) ?? ownModel, isCompaction: true as const }];
  });
}

/** Tokens of an API usage object. Cache writes without a lifetime count as five-minute writes. */
export function tokensOf(usage: AnyObject): TokenSums {
  const writes = object(usage.cache_creation);
  const cacheWrite1h = count(writes?.ephemeral_1h_input_tokens);
  const allWrites = count(usage.cache_creation_input_tokens);
  return {
    input: count(usage.input_tokens),
    output: count(usage.output_tokens),
    cacheRead: count(usage.cache_read_input_tokens),
    cacheWrite5m: Math.max(count(writes?.ephemeral_5m_input_tokens), allWrites - cacheWrite1h),
    cacheWrite1h,
    webSearches: count(object(usage.server_tool_use)?.web_search_requests),
  };
}

/** Sorts usages by their output, then by the size of the prompt. */
function rank({ input, output, cacheRead, cacheWrite5m, cacheWrite1h }: TokenSums): number {
  return output + (input + cacheRead + cacheWrite5m + cacheWrite1h) / 1e10;
}
