import { mcpServerOf } from "../../transcript/mcp-server.ts";
import type { Finished, Place, TurnOutcome } from "../model.ts";
import { type Where, walk } from "../walk.ts";
import { addCall, addCounts, addRequest } from "./counts.ts";
import { createRows, type LooseKey, type Row, SLOT_MS } from "./rows.ts";
import { addUsd } from "./usage.ts";

/**
 * The sum of a session, or of many. All counts are in rows, which `groupRows` sums by any part of their key. Plain
 * JSON. `mergeSummaries` combines two summaries.
 */
export interface Summary {
  rows: Row[];
  /** First and last time of anything in it, in epoch ms. Undefined when nothing has happened. */
  firstMs?: number;
  lastMs?: number;
  /** Of the last turn. */
  outcome?: TurnOutcome;
  /** A running client still works on a part of it, so it changes without new records once that client has gone. */
  isUnfinished?: true;
  /** The client calls an answer an error. No row counts that, since the request has not failed. */
  hasBadAnswer?: true;
  /** The last place and client. */
  place: Place;
  /** Key of the first response. */
  firstRequest?: string;
  /** The session whose history is at the beginning of the file. */
  forkedFrom?: string;
  /** Cost in Claude Code's own sums that no record explains, in USD. Undefined when Claude Code wrote none. */
  hiddenUsd?: number;
}

/** Sums up finished pieces. `add` them in any order and in any number of steps. */
interface Summarizer {
  add(pieces: readonly Finished[]): void;
  summary(): Summary;
  /** What another summarizer needs to continue, as plain JSON. */
  state(): SummarizerState;
}

/** The summary so far, and the times of the last turn and of the first response in it, in epoch ms. */
export interface SummarizerState {
  summary: Summary;
  lastTurnMs?: number;
  firstRequestMs?: number;
}

/** `from`: the state of the summarizer that is continued. */
export function createSummarizer(from: SummarizerState = { summary: { rows: [], place: {} } }): Summarizer {
  const rows = createRows();
  const { rows: known, ...facts } = from.summary;
  for (const row of known) addCounts(rows.countsAt(keyOf(row)), row);
  let { lastTurnMs = Number.NEGATIVE_INFINITY, firstRequestMs = Number.POSITIVE_INFINITY } = from;

  const seen = (startMs: number, endMs: number) => {
    facts.firstMs = Math.min(facts.firstMs ?? startMs, startMs);
    facts.lastMs = Math.max(facts.lastMs ?? endMs, endMs);
  };

  function add(pieces: readonly Finished[]): void {
    walk(pieces, {
      partStarted({ part }) {
        seen(part.startMs, part.startMs);
        if (part.forkedFrom !== undefined) facts.forkedFrom = part.forkedFrom;
        if (lastTurnMs === Number.NEGATIVE_INFINITY) facts.place = { ...part.place };
      },
      runFinished({ part, summary }) {
        seen(part.startMs, summary.endMs);
        if (summary.hiddenUsd === undefined) return;
        facts.hiddenUsd = addUsd(facts.hiddenUsd ?? 0, summary.hiddenUsd);
      },
      turn(turn, where) {
        seen(turn.startMs, turn.endMs);
        if (turn.startMs >= lastTurnMs) {
          lastTurnMs = turn.startMs;
          facts.outcome = turn.outcome;
          facts.place = { ...turn.place };
        }
        if (turn.outcome === "unfinished") facts.isUnfinished = true;
        const counts = rows.countsAt(keyAt(turn.startMs, where));
        counts.turns++;
        counts.turnMs += turn.endMs - turn.startMs;
        if (turn.outcome === "failed") counts.failedTurns++;
        if (turn.outcome === "interrupted") counts.interruptedTurns++;
      },
      compaction({ startMs, endMs }, where) {
        seen(startMs, endMs);
        rows.countsAt(keyAt(startMs, where)).compactions++;
      },
      subagent({ agentType, startMs, endMs, isUnfinished }, where) {
        seen(startMs, endMs);
        if (isUnfinished) facts.isUnfinished = true;
        const key = keyAt(startMs, where);
        key.agent = agentType;
        rows.countsAt(key).subagents++;
      },
      request(request, where) {
        seen(request.startMs, request.endMs);
        const { requestedModel: model, error, attribution } = request;
        if (request.badAnswer !== undefined) facts.hasBadAnswer = true;
        if (error === undefined && request.startMs < firstRequestMs) {
          firstRequestMs = request.startMs;
          facts.firstRequest = request.key;
        }
        const key = keyAt(request.endMs, where);
        key.model = model;
        key.skill = attribution?.skill;
        key.mcp = attribution?.mcpServer;
        key.error = error?.type;
        addRequest(rows.countsAt(key), request);
      },
      toolCall(call, where) {
        seen(call.startMs, call.endMs);
        const key = keyAt(call.startMs, where);
        key.tool = call.name;
        key.mcp = mcpServerOf(call.name);
        if (call.outcome === "error") key.error = "tool_error";
        addCall(rows.countsAt(key), call);
      },
    });
  }

  const summary = () => ({ rows: rows.all(), ...facts });
  return {
    add,
    summary,
    state: () => ({
      summary: summary(),
      ...(Number.isFinite(lastTurnMs) ? { lastTurnMs } : {}),
      ...(Number.isFinite(firstRequestMs) ? { firstRequestMs } : {}),
    }),
  };
}

/** The summary of a session, from all of its pieces at once. */
export function summarize(pieces: readonly Finished[]): Summary {
  const summarizer = createSummarizer();
  summarizer.add(pieces);
  return summarizer.summary();
}

/** The sum of summaries of different sessions, or of parts of one. For single values, the later summary wins. */
export function mergeSummaries(summaries: readonly Summary[]): Summary {
  const rows = createRows();
  let merged: Omit<Summary, "rows"> = { place: {} };
  for (const { rows: more, ...facts } of summaries) {
    for (const row of more) addCounts(rows.countsAt(row), row);
    merged = mergeFacts(merged, facts);
  }
  return { rows: rows.all(), ...merged };
}

function mergeFacts(a: Omit<Summary, "rows">, b: Omit<Summary, "rows">): Omit<Summary, "rows"> {
  const [earlier, later] = (b.lastMs ?? 0) >= (a.lastMs ?? 0) ? [a, b] : [b, a];
  const merged = { ...earlier, ...later };
  // The end of a run alone has no place.
  if (Object.keys(later.place).length === 0) merged.place = earlier.place;
  const first = (a.firstMs ?? Number.POSITIVE_INFINITY) <= (b.firstMs ?? Number.POSITIVE_INFINITY) ? a : b;
  if (first.firstRequest !== undefined) merged.firstRequest = first.firstRequest;
  if (a.firstMs !== undefined && b.firstMs !== undefined) merged.firstMs = Math.min(a.firstMs, b.firstMs);
  if (a.hiddenUsd !== undefined && b.hiddenUsd !== undefined)
    merged.hiddenUsd = addUsd(a.hiddenUsd, b.hiddenUsd);
  return merged;
}

function keyOf({ slotMs, project, branch, agent, model, skill, mcp, tool, error }: Row): LooseKey {
  return { slotMs, project, branch, agent, model, skill, mcp, tool, error };
}

/** All parts are there, so that V8 sees one type of object. */
function keyAt(atMs: number, { place, agent }: Where): LooseKey {
  return {
    slotMs: Math.floor(atMs / SLOT_MS) * SLOT_MS,
    project: place.project,
    branch: place.branch,
    agent: agent?.agentType,
    model: undefined,
    skill: undefined,
    mcp: undefined,
    tool: undefined,
    error: undefined,
  };
}
