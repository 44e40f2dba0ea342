import { type AnyObject, count, maybeText, milliseconds, object } from "./json.ts";
import { noTokens, type TokenSums } from "./sums.ts";

/** The file that a line stands in. */
export interface Source {
  /** The session whose file, or whose agent's file, it is. */
  sessionId: string;
  file: string;
  isMain: boolean;
}

/** All lines of one answer, or the one line that says that a request failed for good. */
export interface Response {
  atMs: number;
  failed: boolean;
  model: string;
  tokens: TokenSums;
  advisors: { model: string; tokens: TokenSums }[];
  speed?: string;
  inferenceGeo?: string;
  clientVersion?: string;
  toolCalls: Set<string>;
  /** Calls without an id, which may be left out. */
  namelessCalls: number;
  webSearches: number;
  isCut: boolean;
  /** It answers a prompt that came after the turn before had ended. */
  beginsTurn: boolean;
  /** When its first block began, in epoch ms, and the client's own id of its request, where a line says both. */
  firstToken?: { atMs: number; ref: string | undefined };
  /** The sessions in whose files it stands, and what says whose it is. */
  holders: Set<string>;
  senders: Set<string>;
  /** Holders that have its request id. */
  sentBy: Set<string>;
}

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
    beginsTurn: false,
    holders: new Set(),
    senders: new Set(),
    sentBy: new Set(),
  };
}

/** Notes in whose files the line stands, and what says whose it is. */
export function noteOwner(response: Response, record: AnyObject, { sessionId }: Source): void {
  response.holders.add(sessionId);
  const source = maybeText(object(record.forkedFrom)?.sessionId);
  for (const sender of [maybeText(record.requestSessionId), source, maybeText(record.sessionId)]) {
    if (sender !== undefined && sender !== sessionId) response.senders.add(sender);
  }
  if (maybeText(record.requestId) !== undefined) response.sentBy.add(sessionId);
}

/** Old clients write a provisional usage on all but the last lines: the largest counts. */
export function addUsage(response: Response, record: AnyObject, message: AnyObject): void {
  const usage = object(message.usage) ?? {};
  const tokens = tokensOf(usage);
  if (record.isApiErrorMessage === true) response.failed = true;
  if (record.isAbortedMidStream === true || message.stop_reason === null) response.isCut = true;
  const isFirst = response.model === "";
  if (!isFirst && size(tokens) < size(response.tokens)) return;
  response.tokens = tokens;
  response.model = maybeText(record.requestedModel) ?? maybeText(message.model) ?? "";
  response.advisors = advisorsOf(usage);
  for (const [key, value] of [
    ["speed", usage.speed],
    ["inferenceGeo", usage.inference_geo],
    ["clientVersion", record.version],
  ] as const) {
    const text = maybeText(value);
    // What a copy says of its client is the copier's.
    if (text !== undefined && (isFirst || key !== "clientVersion")) response[key] = text;
  }
}

export function addBlocks(response: Response, message: AnyObject): void {
  if (!Array.isArray(message.content)) return;
  for (const block of message.content.map((each) => object(each))) {
    if (block?.type !== "tool_use") continue;
    const id = maybeText(block.id);
    if (id === undefined) response.namelessCalls++;
    else response.toolCalls.add(id);
    if (block.name === "WebSearch") response.webSearches++;
  }
}

/** The line of the first block says how long that block streamed, unless it is a text. */
export function noteFirstToken(response: Response, record: AnyObject, message: AnyObject): void {
  const endMs = milliseconds(record.timestamp);
  const [block] = Array.isArray(message.content) ? message.content.map((each) => object(each)?.type) : [];
  const durations: AnyObject = { thinking: record.thinkingDurationMs, tool_use: record.toolInputStreamMs };
  const duration = durations[String(block)];
  if (record.apiBlockIndex !== 0 || endMs === undefined || typeof duration !== "number") return;
  response.firstToken = { atMs: endMs - duration, ref: maybeText(record.requestRef) };
}

/** A model that was asked for advice within the request: its tokens are in no other sum. */
function advisorsOf(usage: AnyObject): Response["advisors"] {
  const iterations = Array.isArray(usage.iterations) ? usage.iterations : [];
  return iterations.flatMap((each) => {
    const iteration = object(each) ?? {};
    if (iteration.type !== "advisor_message") return [];
    return [{ model: maybeText(iteration.model) ?? "unknown", tokens: tokensOf(iteration) }];
  });
}

/** Cache writes whose lifetime nobody says are of five minutes. */
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

function size({ input, output, cacheRead, cacheWrite5m, cacheWrite1h }: TokenSums): number {
  return input + output + cacheRead + cacheWrite5m + cacheWrite1h;
}
