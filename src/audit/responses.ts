import { createHash } from "node:crypto";
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
  /** The sessions in whose files it stands, and what says whose it is. */
  holders: Set<string>;
  senders: Set<string>;
  /** Holders that have its request id. */
  sentBy: Set<string>;
}

/** Where one conversation of a file is. */
interface Chain {
  /** Prompts and tool results so far: an answer goes on over none of them, unless ids say so. */
  breaks: number;
}

/**
 * Groups lines to responses, each line once wherever it stands. A line is known by its uuid, which no copy changes; a
 * response by its request id, and where there is none by its message id as long as no prompt, tool result or first block
 * comes in between.
 */
export function createResponses() {
  const rows = new Map<string, Response>();
  const byIds = new Map<string, Response>();
  const byContent = new Map<string, { response: Response; file: string }>();
  const open = new Map<string, { response: Response; breaks: number; block: number }>();
  const chains = new Map<string, Chain>();
  const all: Response[] = [];

  function chainOf(record: AnyObject, { file }: Source): Chain & { name: string } {
    const name = `${file}${record.isSidechain === true ? "/side" : ""}`;
    const chain = chains.get(name) ?? { breaks: 0 };
    chains.set(name, chain);
    return Object.assign(chain, { name });
  }

  /** The response that the line adds to, made if there is none; undefined when the line has been counted. */
  function responseOf(record: AnyObject, message: AnyObject, source: Source, atMs: number) {
    const id = maybeText(message.id) ?? "";
    const requestId = maybeText(record.requestId) ?? maybeText(record.requestRef);
    const content = contentKey(record, message);
    const rowKey = maybeText(record.uuid) ?? content;
    const known = rows.get(rowKey);
    if (known !== undefined) return { response: known, isNew: false };
    const chain = chainOf(record, source);
    const name = `${chain.name}|${id}`;
    const block = typeof record.apiBlockIndex === "number" ? record.apiBlockIndex : undefined;
    let found: Response | undefined;
    if (record.isApiErrorMessage === true) found = undefined;
    else if (requestId !== undefined) found = byIds.get(`${id}|${requestId}`);
    else {
      const copied = byContent.get(content);
      if (copied !== undefined && copied.file !== source.file) {
        rows.set(rowKey, copied.response);
        return { response: copied.response, isNew: false };
      }
      const last = open.get(name);
      const isParent = last !== undefined && rows.get(String(record.parentUuid)) === last.response;
      const goesOn = last !== undefined && (last.breaks === chain.breaks || isParent);
      if (goesOn && (block === undefined || block > last.block)) found = last.response;
    }
    const response = found ?? newResponse(atMs);
    if (found === undefined) all.push(response);
    rows.set(rowKey, response);
    byContent.set(content, { response, file: source.file });
    if (requestId !== undefined) byIds.set(`${id}|${requestId}`, response);
    open.set(name, { response, breaks: chain.breaks, block: block ?? -1 });
    return { response, isNew: true };
  }

  return {
    all: () => all,
    /** A prompt or a tool result. */
    breakAt(record: AnyObject, source: Source): void {
      chainOf(record, source).breaks++;
    },
    /** Adds an `assistant` line. Returns its response when the line is the first of it. */
    add(record: AnyObject, source: Source, atMs: number): Response | undefined {
      const message = object(record.message) ?? {};
      const size = all.length;
      const { response, isNew } = responseOf(record, message, source, atMs);
      noteOwner(response, record, source);
      addUsage(response, record, message);
      if (isNew) addBlocks(response, message);
      return all.length > size ? response : undefined;
    },
  };
}

function newResponse(atMs: number): Response {
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

function noteOwner(response: Response, record: AnyObject, { sessionId }: Source): void {
  response.holders.add(sessionId);
  const source = maybeText(object(record.forkedFrom)?.sessionId);
  for (const sender of [maybeText(record.requestSessionId), source, maybeText(record.sessionId)]) {
    if (sender !== undefined && sender !== sessionId) response.senders.add(sender);
  }
  if (maybeText(record.requestId) !== undefined) response.sentBy.add(sessionId);
}

/** Old clients write a provisional usage on all but the last lines: the largest counts. */
function addUsage(response: Response, record: AnyObject, message: AnyObject): void {
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

function addBlocks(response: Response, message: AnyObject): void {
  if (!Array.isArray(message.content)) return;
  for (const block of message.content.map((each) => object(each))) {
    if (block?.type !== "tool_use") continue;
    const id = maybeText(block.id);
    if (id === undefined) response.namelessCalls++;
    else response.toolCalls.add(id);
    if (block.name === "WebSearch") response.webSearches++;
  }
}

/** A model that was asked for advice within the request: its tokens are in no other sum. */
function advisorsOf(usage: AnyObject): Response["advisors"] {
  const iterations = Array.isArray(usage.iterations) ? usage.iterations : [];
  return iterations.flatMap((each) => {
    const iteration = object(each) ?? {};
    if (iteration.type !== "advisor_message") return [];
    return [{ model: maybeText(iteration.model) ?? "", tokens: tokensOf(iteration) }];
  });
}

/** Cache writes whose lifetime nobody says are of five minutes. */
function tokensOf(usage: AnyObject): TokenSums {
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

/** What a copy of a line without ids has in common with it. */
function contentKey(record: AnyObject, message: AnyObject): string {
  const atMs = milliseconds(record.timestamp);
  const content = JSON.stringify([message.id, record.requestId, atMs, message.content, message.usage]);
  return createHash("sha1").update(content).digest("base64");
}
