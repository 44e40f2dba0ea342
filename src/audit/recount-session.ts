import { defined } from "../objects.ts";
import { clientUsdOf, costOf, type Priced } from "../pricing/cost.ts";
import type { PriceRows } from "../pricing/resolve.ts";
import { isProvisional } from "../transcript/provisional-usage.ts";
import { ownerOf } from "./owner.ts";
import type { Response } from "./response.ts";
import { addRequest, noSums, type Sums, type TokenSums } from "./sums.ts";

/** One of Claude Code's own sums, from a `cost-state` record. */
export interface ClaudeSum {
  totalUsd: number;
  /** Start of the process that began the sum. A resume continues the sum; after a kill, a new sum begins. */
  startMs: number;
  /** Latest time in the file above the record. The sum does not include later requests of the main conversation. */
  untilMs: number;
  /** First time after that in the file below the record. Until then, it includes what agents did. */
  resumedMs: number;
  /** Claude Code's own cost by model, also for models without a list price. */
  models: Record<string, number>;
}

/** What a session's lines hold, counted without the code that makes spans of them. Costs are USD. */
export interface Recount {
  /** The session's own requests, without those that a fork copied from another session that is recounted too. */
  own: Sums;
  /** Every answered request in its files, copied ones included, sorted by time. */
  requests: CountedRequest[];
  claudeSums: ClaudeSum[];
  /** Counts of what suggests requests that no line holds. */
  signs: { compactions: number; webSearches: number; titles: number; cutResponses: number };
  /** Number of lines with text but no JSON object. */
  brokenLines: number;
  /** Ids of the other sessions that have requests in common with it, sorted. */
  sharedWith: string[];
}

/** An answered request. Costs are USD. */
export interface CountedRequest {
  atMs: number;
  model: string;
  /** Whether it belongs to another session, whose history a fork copied. */
  isCopied: boolean;
  /** Cost at list price; undefined for a model that is not on the list. */
  listUsd?: number;
  /** Cost by the rules of the client that sent it, as its own sum has it. */
  clientUsd?: number;
  /** Whether it broke off before it said or called anything. */
  isOnlyThought: boolean;
}

/** What the lines of one session say besides their responses. */
export interface SessionFacts {
  lastMs: number;
  claudeSums: ClaudeSum[];
  titles: number;
  compactions: number;
  brokenLines: number;
  /** No turn is open in the main file. */
  ended: boolean;
  /** A prompt came while no turn was open. */
  prompted: boolean;
  /** Uuids of rows of the main conversation that may begin a turn; the row's time and text if it has no uuid. */
  prompts: Set<unknown>;
}

/** What the lines of all sessions hold. */
interface Counted {
  responses: Iterable<Response>;
  /** When requests were sent (epoch ms), by the client's own id of the request. */
  sentMs: ReadonlyMap<string, number>;
  /** Rows of the user's price file. */
  own: PriceRows;
}

/** Adds up the responses of a session. */
export function recountSession(
  sessionId: string,
  facts: SessionFacts,
  { responses, sentMs, own }: Counted,
): Recount {
  const sums: Sums = { ...noSums(), prompts: facts.prompts.size, exactFirstTokens: 0 };
  const requests: CountedRequest[] = [];
  const shared = new Set<string>();
  const signs = { compactions: facts.compactions, webSearches: 0, titles: facts.titles, cutResponses: 0 };
  for (const response of responses) {
    if (!response.holders.has(sessionId)) continue;
    for (const holder of response.holders) shared.add(holder);
    const isCopied = ownerOf(response) !== sessionId;
    signs.webSearches += response.webSearches;
    if (response.isCut) signs.cutResponses++;
    if (!isCopied) addOwn(sums, response, own);
    if (!isCopied && isExact(response, sentMs)) sums.exactFirstTokens = (sums.exactFirstTokens ?? 0) + 1;
    for (const priced of pricedOf(response)) {
      const listUsd = costOf(priced)?.usd;
      const clientUsd = clientUsdOf(priced);
      requests.push({
        atMs: response.atMs,
        model: priced.requestedModel,
        isCopied,
        isOnlyThought: response.isCut && response.isOnlyThought,
        ...defined({ listUsd, clientUsd }),
      });
    }
  }
  requests.sort((a, b) => a.atMs - b.atMs);
  shared.delete(sessionId);
  const { claudeSums, brokenLines } = facts;
  return { own: sums, requests, claudeSums, signs, brokenLines, sharedWith: [...shared].sort() };
}

/**
 * A first token cannot come sooner after its request. If it seems to, the client noted the request after sending it.
 */
const SOONEST_TOKEN_MS = 20;

/** Whether the time to its first token can be exact. It counts as possible if the line does not name its request. */
function isExact({ firstToken }: Response, sentMs: ReadonlyMap<string, number>): boolean {
  if (firstToken === undefined) return false;
  const { atMs, ref } = firstToken;
  if (ref === undefined) return true;
  const sent = sentMs.get(ref);
  return sent !== undefined && atMs - sent >= SOONEST_TOKEN_MS;
}

function addOwn(sums: Sums, response: Response, own: PriceRows): void {
  sums.toolCalls += response.toolCalls.size;
  sums.namelessCalls += response.namelessCalls;
  if (response.beginsTurn) sums.turns++;
  if (response.failed) {
    sums.requests++;
    sums.failedRequests++;
  } else if (isProvisional({ ...response, output: response.tokens.output })) sums.provisionalRequests++;
  for (const priced of pricedOf(response)) {
    addRequest(sums, priced.requestedModel, priced.usage, costOf(priced, own)?.usd);
  }
}

/** The response and each advisor that it asked, as requests to price. Empty if the response failed. */
function pricedOf({ failed, model, tokens, advisors, ...of }: Response): Priced[] {
  if (failed) return [];
  const priced = (requestedModel: string, sums: TokenSums, isCompaction?: true): Priced => ({
    requestedModel,
    usage: { ...sums, reasoning: 0 },
    ...defined({
      speed: of.speed,
      inferenceGeo: of.inferenceGeo,
      clientVersion: of.clientVersion,
      isCompaction,
    }),
  });
  return [priced(model, tokens), ...advisors.map((one) => priced(one.model, one.tokens, one.isCompaction))];
}
