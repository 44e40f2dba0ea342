import { dict } from "../dict.ts";
import type { PriceRows } from "../pricing/resolve.ts";
import { type AnyObject, maybeText, maybeUsd, milliseconds, object } from "./json.ts";
import { hasText, recordsIn } from "./records-in-line.ts";
import { type Recount, recountSession, type SessionFacts } from "./recount-session.ts";
import type { Source } from "./response.ts";
import { createResponses, holdsToolResult } from "./responses.ts";

/** Counts the lines of sessions that may have lines in common. */
interface Recounter {
  /** Adds the next line of a file. A session's main file must come before its agents' files. */
  add(line: string, source: Source): void;
  result(sessionId: string): Recount;
}

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
    if (records.length === 0 && hasText(line)) facts.brokenLines++;
    for (const record of records) addRecord(record, source, facts);
  }

  function addRecord(record: AnyObject, source: Source, facts: SessionFacts): void {
    const atMs = milliseconds(record.timestamp);
    if (source.isMain && atMs !== undefined) noteTime(facts, atMs);
    lastAddedMs = atMs ?? lastAddedMs;
    if (record.type === "user") addUser(record, source, facts);
    if (record.type === "api-request") addAttempt(record, source, atMs);
    if (record.type === "assistant") addAssistant(record, source, facts, atMs ?? lastAddedMs);
    if (record.type === "cost-state") addClaudeSum(record, facts);
    if (record.type === "ai-title") facts.titles++;
    if (record.type === "system" && record.subtype === "compact_boundary") facts.compactions++;
    if (record.type === "system" && record.subtype === "turn_duration") facts.ended = source.isMain;
  }

  function addAttempt(record: AnyObject, source: Source, atMs: number | undefined): void {
    if (atMs === undefined) return;
    responses.attemptAt(record, source);
    const id = maybeText(record.id);
    if (id !== undefined) sentMs.set(id, atMs);
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

  return {
    add,
    result: (sessionId) =>
      recountSession(sessionId, factsOf(sessionId), { responses: responses.all(), sentMs, own }),
  };
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
