import { dict } from "../dict.ts";
import { clientUsdOf, costOf, type Priced } from "../pricing/cost.ts";
import type { PriceRows } from "../pricing/resolve.ts";
import { isProvisional } from "../transcript/provisional-usage.ts";
import { type AnyObject, maybeText, maybeUsd, milliseconds, object } from "./json.ts";
import { ownerOf } from "./owner.ts";
import type { Response, Source } from "./response.ts";
import { createResponses, holdsToolResult } from "./responses.ts";
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

/** Counts the lines of sessions that may have lines in common. */
interface Recounter {
  /** Adds the next line of a file. A session's main file must come before its agents' files. */
  add(line: string, source: Source): void;
  result(sessionId: string): Recount;
}

interface SessionFacts {
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

/**
 * A first token cannot come sooner after its request. If it seems to, the client noted the request after sending it.
 */
const SOONEST_TOKEN_MS = 20;

/** Creates an empty recounter. `own`: rows of the user's price file. */
export function createRecounter(own: PriceRows): Recounter {
  const responses = createResponses();
  const sessions = new Map<string, SessionFacts>();
  /** When requests were sent (epoch ms), by the client's own id of the request. */
  const sentMs = new Map<string, number>();
  let lastAddedMs = 0;

  function factsOf(sessionId: string): SessionFacts {
    const known = sessions.get(sessionId);
    if (known !== undefined) return known;
    const facts = { lastMs: 0, claudeSums: [], titles: 0, compactions: 0, brokenLines: 0 };
    const made: SessionFacts = { ...facts, ended: true, prompted: false, prompts: new Set() };
    sessions.set(sessionId, made);
    return made;
  }

  function add(line: string, source: Source): void {
    const facts = factsOf(source.sessionId);
    const records = recordsIn(line);
    if (records.length === 0 && HAS_TEXT.test(line)) facts.brokenLines++;
    for (const record of records) addRecord(record, source, facts);
  }

  function addRecord(record: AnyObject, source: Source, facts: SessionFacts): void {
    const atMs = milliseconds(record.timestamp);
    if (source.isMain && atMs !== undefined) noteTime(facts, atMs);
    lastAddedMs = atMs ?? lastAddedMs;
    if (record.type === "user") addUser(record, source, facts);
    const requestId = record.type === "api-request" ? maybeText(record.id) : undefined;
    if (requestId !== undefined && atMs !== undefined) sentMs.set(requestId, atMs);
    if (record.type === "assistant") addAssistant(record, source, facts, atMs ?? lastAddedMs);
    if (record.type === "cost-state") addClaudeSum(record, facts);
    if (record.type === "ai-title") facts.titles++;
    if (record.type === "system" && record.subtype === "compact_boundary") facts.compactions++;
    if (record.type === "system" && record.subtype === "turn_duration") facts.ended = source.isMain;
  }

  function addUser(record: AnyObject, source: Source, facts: SessionFacts): void {
    responses.breakAt(record, source);
    if (!source.isMain || holdsToolResult(record)) return;
    if (facts.ended) facts.prompted = true;
    if (record.isSidechain !== true && !isSummary(record))
      facts.prompts.add(maybeText(record.uuid) ?? JSON.stringify([record.timestamp, record.message]));
  }

  function addAssistant(record: AnyObject, source: Source, facts: SessionFacts, atMs: number): void {
    if (object(record.message)?.model === "<synthetic>" && record.isApiErrorMessage !== true) return;
    const first = responses.add(record, source, atMs);
    if (!source.isMain || record.isSidechain === true) return;
    if (first !== undefined) first.beginsTurn = facts.prompted;
    facts.ended = false;
    facts.prompted = false;
  }

  function result(sessionId: string): Recount {
    const facts = factsOf(sessionId);
    const sums: Sums = { ...noSums(), prompts: facts.prompts.size, exactFirstTokens: 0 };
    const requests: CountedRequest[] = [];
    const shared = new Set<string>();
    const signs = { compactions: facts.compactions, webSearches: 0, titles: facts.titles, cutResponses: 0 };
    for (const response of responses.all()) {
      if (!response.holders.has(sessionId)) continue;
      for (const holder of response.holders) shared.add(holder);
      const isCopied = ownerOf(response) !== sessionId;
      signs.webSearches += response.webSearches;
      if (response.isCut) signs.cutResponses++;
      if (!isCopied) addOwn(sums, response);
      if (!isCopied && isExact(response)) sums.exactFirstTokens = (sums.exactFirstTokens ?? 0) + 1;
      for (const priced of pricedOf(response)) {
        const listUsd = costOf(priced)?.usd;
        const clientUsd = clientUsdOf(priced);
        requests.push({
          atMs: response.atMs,
          model: priced.requestedModel,
          isCopied,
          isOnlyThought: response.isCut && response.isOnlyThought,
          ...(listUsd === undefined ? {} : { listUsd }),
          ...(clientUsd === undefined ? {} : { clientUsd }),
        });
      }
    }
    requests.sort((a, b) => a.atMs - b.atMs);
    shared.delete(sessionId);
    const { claudeSums, brokenLines } = facts;
    return { own: sums, requests, claudeSums, signs, brokenLines, sharedWith: [...shared].sort() };
  }

  /** Whether the time to its first token can be exact. It counts as possible if the line does not name its request. */
  function isExact({ firstToken }: Response): boolean {
    if (firstToken === undefined) return false;
    const { atMs, ref } = firstToken;
    if (ref === undefined) return true;
    const sent = sentMs.get(ref);
    return sent !== undefined && atMs - sent >= SOONEST_TOKEN_MS;
  }

  function addOwn(sums: Sums, response: Response): void {
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

  return { add, result };
}

/** The response and each advisor that it asked, as requests to price. Empty if the response failed. */
function pricedOf({ failed, model, tokens, advisors, ...of }: Response): Priced[] {
  if (failed) return [];
  const priced = (requestedModel: string, sums: TokenSums): Priced => ({
    requestedModel,
    usage: { ...sums, reasoning: 0 },
    ...(of.speed === undefined ? {} : { speed: of.speed }),
    ...(of.inferenceGeo === undefined ? {} : { inferenceGeo: of.inferenceGeo }),
    ...(of.clientVersion === undefined ? {} : { clientVersion: of.clientVersion }),
  });
  return [priced(model, tokens), ...advisors.map((advisor) => priced(advisor.model, advisor.tokens))];
}

function noteTime(facts: SessionFacts, atMs: number): void {
  const sum = facts.claudeSums.at(-1);
  if (sum?.resumedMs === Number.POSITIVE_INFINITY && atMs > sum.untilMs) sum.resumedMs = atMs;
  facts.lastMs = Math.max(facts.lastMs, atMs);
}

function addClaudeSum(record: AnyObject, facts: SessionFacts): void {
  const totalUsd = maybeUsd(record.totalCostUSD);
  if (totalUsd === undefined) return;
  const usage = Object.entries(object(record.modelUsage) ?? {});
  facts.claudeSums.push({
    totalUsd,
    startMs: milliseconds(record.startTime) ?? 0,
    untilMs: facts.lastMs,
    resumedMs: Number.POSITIVE_INFINITY,
    models: dict(Object.fromEntries(usage.map(([model, of]) => [model, maybeUsd(object(of)?.costUSD) ?? 0]))),
  });
}

/** Whether the record is the summary that a compaction writes. Old clients set no flag, so the text decides. */
function isSummary(record: AnyObject): boolean {
  const content = object(record.message)?.content;
  const [first] = Array.isArray(content) ? content.map((block) => object(block)?.text) : [content];
  return record.isCompactSummary === true || String(first).startsWith(SUMMARY);
}

const SUMMARY = "This session is being continued from a previous conversation";

/** Matches text other than what editors and crashes leave: blanks, a byte order mark, zero bytes. */
const HAS_TEXT = /[^\0\s]/;

/**
 * The records in a line: usually one. If line feeds are missing or a record was cut off, all that are whole. A program
 * may have made an array of them.
 */
function recordsIn(text: string): AnyObject[] {
  const whole = parse(text);
  if (whole.length > 0) return whole;
  return text
    .split(/\0+|(?<=\})\s*(?=\{"(?:parentUuid|type)":)|(?=\{"parentUuid":)/)
    .flatMap((part) => parse(part.trim().replace(/^\[(?=\{)|[,\]]$/g, "")));
}

function parse(line: string): AnyObject[] {
  try {
    const value: unknown = JSON.parse(line);
    const records = Array.isArray(value) ? value.map((each) => object(each)) : [object(value)];
    return records.filter((record) => record !== undefined);
  } catch {
    return [];
  }
}
