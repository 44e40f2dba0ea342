import { dict } from "../dict.ts";
import { clientUsdOf, costOf, type Priced } from "../pricing/cost.ts";
import type { PriceRows } from "../pricing/resolve.ts";
import { type AnyObject, count, maybeText, milliseconds, object } from "./json.ts";
import { addRequest, noSums, type Sums, type TokenSums } from "./sums.ts";

/** One of Claude Code's own sums, as its `cost-state` record says it. */
export interface ClaudeSum {
  totalUsd: number;
  /** Start of the process that began the sum; a resume goes on with it, a kill does not. */
  startMs: number;
  /** Latest time in the file before it: later requests are not in it. */
  untilMs: number;
  /** Its own cost by model, priced or not. */
  models: Record<string, number>;
}

/** What a session's lines hold, counted without any of the code that makes spans of them. Costs are USD. */
export interface Recount {
  /** The session's own requests; what a fork copied is not among them. */
  own: Sums;
  /** Every answered request, copied ones too, by time. */
  requests: CountedRequest[];
  claudeSums: ClaudeSum[];
  /** What lets one expect requests that no line holds. */
  signs: { compactions: number; webSearches: number; titles: number; cutResponses: number };
  /** Lines that are no JSON. */
  brokenLines: number;
}

export interface CountedRequest {
  atMs: number;
  model: string;
  /** History of another session that a fork copied. */
  isCopied: boolean;
  /** At list price; undefined for a model that is not on the list. */
  listUsd?: number;
  /** What the client that made it counts for it in its own sum. */
  clientUsd?: number;
}

export interface Recounter {
  /** Takes the next line of the main file, or of a subagent's. */
  add(line: string, file: "main" | "subagent"): void;
  result(): Recount;
}

interface Response extends Priced {
  atMs: number;
  isCopied: boolean;
  tokens: TokenSums;
}

/**
 * Counts a session's lines by four rules and no more: a response is all lines with one `message.id`, its usage is the
 * largest of theirs, `<synthetic>` is no response, and what a fork copied has a foreign `requestSessionId` or is older
 * than the file (format reference §3, §4). `own`: rows of the user's price file.
 */
export function createRecounter(sessionId: string, own: PriceRows = {}): Recounter {
  const responses = new Map<string, Response>();
  const failed = new Set<string>();
  const toolCalls = new Map<string, boolean>();
  const claudeSums: ClaudeSum[] = [];
  const signs = { compactions: 0, webSearches: 0, titles: 0, cutResponses: 0 };
  let brokenLines = 0;
  let firstMs: number | undefined;
  let lastMs = 0;
  let previousMs = 0;

  function add(line: string, file: "main" | "subagent"): void {
    if (line.trim() === "") return;
    const record = parse(line);
    if (record === undefined) {
      brokenLines++;
      return;
    }
    const atMs = milliseconds(record.timestamp);
    if (file === "main" && atMs !== undefined) {
      firstMs ??= atMs;
      lastMs = Math.max(lastMs, atMs);
    }
    if (record.type === "assistant") addAssistant(record, atMs ?? lastMs, file);
    if (record.type === "cost-state") addClaudeSum(record);
    if (record.type === "ai-title") signs.titles++;
    if (record.type === "system" && record.subtype === "compact_boundary") signs.compactions++;
    if (atMs !== undefined) previousMs = atMs;
  }

  function addAssistant(record: AnyObject, atMs: number, file: "main" | "subagent"): void {
    const message = object(record.message) ?? {};
    const id = maybeText(message.id) ?? "";
    const isCopied = isCopiedLine(record, atMs, file);
    if (record.isApiErrorMessage === true) {
      if (!isCopied) failed.add(maybeText(record.uuid) ?? id);
      return;
    }
    if (message.model === "<synthetic>") return;
    const usage = object(message.usage) ?? {};
    const tokens = tokensOf(usage);
    for (const block of Array.isArray(message.content) ? message.content.map((block) => object(block)) : []) {
      if (block?.type !== "tool_use") continue;
      toolCalls.set(String(block.id), isCopied);
      if (block.name === "WebSearch") signs.webSearches++;
    }
    if (record.isAbortedMidStream === true || message.stop_reason === null) signs.cutResponses++;
    const known = responses.get(id);
    if (known !== undefined && size(tokens) < size(known.tokens)) return;
    responses.set(id, {
      atMs: known?.atMs ?? atMs,
      isCopied,
      tokens,
      usage: { ...tokens, reasoning: 0 },
      requestedModel: maybeText(record.requestedModel) ?? maybeText(message.model) ?? "",
      ...optional("speed", maybeText(usage.speed)),
      ...optional("inferenceGeo", maybeText(usage.inference_geo)),
      ...optional("clientVersion", maybeText(record.version)),
    });
  }

  /** A file that begins with its own process's record holds older ones only where it was forked. */
  function isCopiedLine(record: AnyObject, atMs: number, file: "main" | "subagent"): boolean {
    const sender = maybeText(record.requestSessionId);
    if (sender !== undefined) return sender !== sessionId;
    if (file === "subagent") return false;
    // Clients up to 1.0 give copied lines the time of the fork: no API answers at once, and without a request id.
    const instant = record.requestId === undefined && atMs - previousMs < 10;
    return atMs < (firstMs ?? atMs) || instant;
  }

  function addClaudeSum(record: AnyObject): void {
    if (typeof record.totalCostUSD !== "number") return;
    const usage = Object.entries(object(record.modelUsage) ?? {});
    claudeSums.push({
      totalUsd: record.totalCostUSD,
      startMs: count(record.startTime),
      untilMs: lastMs,
      models: dict(Object.fromEntries(usage.map(([model, of]) => [model, count(object(of)?.costUSD)]))),
    });
  }

  function result(): Recount {
    const ownSums = noSums();
    ownSums.requests = failed.size;
    ownSums.failedRequests = failed.size;
    ownSums.toolCalls = [...toolCalls.values()].filter((isCopied) => !isCopied).length;
    const requests: CountedRequest[] = [];
    for (const response of responses.values()) {
      const { atMs, isCopied, requestedModel, tokens } = response;
      if (!isCopied) addRequest(ownSums, requestedModel, tokens, costOf(response, own)?.usd);
      requests.push({
        atMs,
        isCopied,
        model: requestedModel,
        ...optional("listUsd", costOf(response)?.usd),
        ...optional("clientUsd", clientUsdOf(response)),
      });
    }
    requests.sort((a, b) => a.atMs - b.atMs);
    return { own: ownSums, requests, claudeSums, signs, brokenLines };
  }

  return { add, result };
}

function parse(line: string): AnyObject | undefined {
  try {
    return object(JSON.parse(line));
  } catch {
    return undefined;
  }
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

function optional<Key extends string, Value>(key: Key, value: Value | undefined): { [K in Key]?: Value } {
  return (value === undefined ? {} : { [key]: value }) as { [K in Key]?: Value };
}
