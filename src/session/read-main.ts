import type {
  AssistantRecord,
  CompactBoundaryRecord,
  TranscriptRecord,
  UserRecord,
} from "../transcript/record.ts";
import { keptText } from "./content-limits.ts";
import {
  addAssistant,
  addAttempt,
  addRetry,
  addToolResults,
  interrupt,
  interruptResponse,
  isSynthetic,
  newThread,
} from "./conversation.ts";
import type { Compaction, Place, TurnOutcome } from "./model.ts";
import type { SessionOptions } from "./options.ts";
import { isClear, kindOfUserRecord, sourceOfPrompt } from "./prompt.ts";
import { readAgentRecord } from "./read-agent.ts";
import { goesBackBehind, noteTitle } from "./rewind.ts";
import { doneResponse, isLateLine } from "./same-response.ts";
import { linkSidechains, readSidechain } from "./sidechain.ts";
import type { MainState, OpenTurn, SessionState } from "./state.ts";
import type { Attempt, ThreadState } from "./thread.ts";
import { commandOfPrompt } from "./tool-details.ts";

/** Responses that are remembered to know a line of theirs that comes late. */
const REMEMBERED_RESPONSES = 16;
const REMEMBERED_PROMPTS = 16;

/**
 * Reads one record of the main file, in file order. What it finishes (a turn, a compaction, a run's cost) is appended to
 * `session.main.items`, from where `finish` takes it.
 */
export function readMainRecord(
  session: SessionState,
  record: TranscriptRecord,
  options: SessionOptions,
): void {
  const main = session.main;
  if (record.isSidechain && record.agentId !== undefined) {
    // Some clients write an agent's rows here as well as into its own file: they are the same agent's.
    readAgentRecord(session, record.agentId, record, options);
  } else if (record.isSidechain) {
    readSidechain(conversation(main), record, options.keep);
  } else {
    readRecord(session, record, options);
  }
  if (record.atMs === undefined) return;
  // A fork's file begins with the new process's own `queue-operation`, older history follows (format reference §8).
  if (main.firstMs === undefined) {
    main.firstMs = record.atMs;
    if (record.type === "other" && record.name === "queue-operation") main.ownSinceMs = record.atMs;
  }
  main.lastMs = Math.max(main.lastMs ?? record.atMs, record.atMs);
}

function readRecord(session: SessionState, record: TranscriptRecord, options: SessionOptions): void {
  const main = session.main;
  noteSource(session, record);
  if (record.version !== undefined) main.place.clientVersion = record.version;
  if (record.entrypoint !== undefined) main.place.entrypoint = record.entrypoint;
  if (main.place.project === undefined && record.cwd !== undefined)
    main.place.project = folderName(record.cwd);
  if (record.parentUuid !== undefined) main.isLinked = true;
  switch (record.type) {
    case "user":
      return readUser(main, record, options);
    case "assistant":
      return readAssistant(session, record, options);
    case "api-request":
      // Attempts without a response say nothing about whether a turn that is over goes on.
      return addAttempt((main.turn ?? conversation(main)).thread, record);
    case "api_error":
      return addRetry((main.turn ?? conversation(main)).thread, record);
    case "stop_hook_summary": {
      // Clients up to 2.1.100 write it only when the process goes on, and late: for them it marks nothing.
      if (main.turn === undefined || !main.knowsTurnOrigin) return;
      const sentBack = main.turn.feedbackUuid !== undefined && main.turn.feedbackUuid === record.parentUuid;
      if (!sentBack) closeTurn(main, record.atMs);
      return;
    }
    case "compact_boundary":
      return readCompaction(main, record);
    case "title":
      return noteTitle(main, record, options.keep);
    case "cost-state":
      if (record.totalUsd === undefined) return;
      endTurn(main);
      main.items.push({
        type: "cost-state",
        totalUsd: record.totalUsd,
        startMs: record.startMs ?? 0,
        ...(main.lastMs === undefined ? {} : { lastMs: main.lastMs }),
      });
  }
}

/** Which session a fork came from, whether or not it is still there. */
function noteSource({ main, sessionId }: SessionState, record: TranscriptRecord): void {
  if (record.copiedFrom !== undefined) main.hasCopies = true;
  const sentBy = record.type === "assistant" ? record.requestSessionId : undefined;
  const source = record.copiedFrom ?? record.forkedFrom ?? sentBy;
  if (source !== undefined && source !== sessionId) main.forkedFrom = source;
}

function readUser(main: MainState, record: UserRecord, options: SessionOptions): void {
  if (record.turnOrigin !== undefined) main.knowsTurnOrigin = true;
  const open = main.turn ?? main.late;
  if (open !== undefined) interruptResponse(open.thread);
  if (main.turnIndex === 0 && isClear(record)) main.afterClear = {};
  switch (kindOfUserRecord(record, main.knowsTurnOrigin)) {
    case "prompt":
      return openTurn(main, record, options);
    case "tool_result":
      linkSidechains(conversation(main), record);
      return addToolResults(conversation(main).thread, record, options.keep);
    case "interrupt":
      if (main.turn !== undefined) interrupt(main.turn.thread, record.atMs);
      return;
    case "stop_feedback":
      if (main.turn !== undefined && record.uuid !== undefined) main.turn.feedbackUuid = record.uuid;
  }
}

function readAssistant(session: SessionState, record: AssistantRecord, options: SessionOptions): void {
  const main = session.main;
  if (isSynthetic(record) || main.doneResponses?.some((done) => isLateLine(done, record))) return;
  const { turn } = main;
  // The source is gone, and only its responses say that they are copies.
  if (turn !== undefined && turn.thread.requests.length === 0 && record.copiedFrom !== undefined)
    turn.copiedFrom = record.copiedFrom;
  if (main.turn !== undefined) noteTurnFacts(main, main.turn, record);
  addAssistant(conversation(main).thread, record, options.keep);
}

/** What the file says of the session by the time of the turn's last response, wherever the reading is cut. */
function noteTurnFacts(main: MainState, turn: OpenTurn, record: AssistantRecord): void {
  if (main.title !== undefined) turn.place.title = main.title;
  const { processSessionId, sessionId } = record;
  if (turn.afterClear !== undefined && processSessionId !== undefined && processSessionId !== sessionId)
    turn.afterClear.sessionId = processSessionId;
}

/** Where a response belongs: the open turn, or what comes after its end. */
function conversation(main: MainState): { thread: ThreadState; sidechains: OpenTurn["sidechains"] } {
  if (main.turn !== undefined) return main.turn;
  main.late ??= { thread: newThread(main.lastMs), sidechains: [] };
  return main.late;
}

function openTurn(main: MainState, record: UserRecord, options: SessionOptions): void {
  const early = attemptsSince(main, record.atMs);
  endTurn(main);
  if (record.uuid === undefined || record.atMs === undefined) return;
  const place: Place = { ...main.place };
  if (record.gitBranch) place.branch = record.gitBranch;
  if (main.title !== undefined) place.title = main.title;
  const turn: OpenTurn = {
    id: record.uuid,
    index: ++main.turnIndex,
    startMs: record.atMs,
    thread: { ...newThread(record.atMs), attempts: early },
    sidechains: [],
    compactions: [],
    place,
  };
  if (record.promptId !== undefined) turn.promptId = record.promptId;
  const source = sourceOfPrompt(record);
  if (source !== undefined) turn.source = source;
  if (main.lastMs !== undefined) turn.beforeMs = main.lastMs;
  const rewound = goesBackBehind(main, record.uuid, record.parentUuid);
  if (rewound.length > 0) turn.rewound = rewound;
  if (turn.index === 1 && main.afterClear !== undefined) turn.afterClear = { ...main.afterClear };
  const command = options.keep === "none" ? undefined : commandOfPrompt(record.text);
  if (command !== undefined) turn.command = command;
  if (options.keep === "full") turn.prompt = keptText(record.text);
  if (record.copiedFrom !== undefined) turn.copiedFrom = record.copiedFrom;
  main.turn = turn;
}

/** After a resume the client may write the attempt before the prompt that it is for. */
function attemptsSince(main: MainState, atMs: number | undefined): Attempt[] {
  const attempts = (main.turn ?? main.late)?.thread.attempts ?? [];
  return attempts.filter((attempt) => atMs !== undefined && attempt.atMs >= atMs);
}

/** Ends the turn, if one is open, and what came after the turn before. */
export function endTurn(main: MainState): void {
  if (main.turn !== undefined) closeTurn(main, undefined);
  if (main.late === undefined) return;
  const { late } = main;
  delete main.late;
  if (late.thread.requests.length > 0 || late.sidechains.length > 0) {
    remember(main, late.thread);
    main.items.push({ type: "late", ...late });
  }
}

/** `markerMs`: time of the record that says the turn is over; undefined when none does. */
function closeTurn(main: MainState, markerMs: number | undefined): void {
  const turn = main.turn as OpenTurn;
  delete main.turn;
  // A response cannot come before the late one of the turn before.
  const endMs = Math.max(markerMs ?? turn.startMs, turn.thread.lastMs ?? turn.startMs);
  remember(main, turn.thread);
  if (turn.promptId !== undefined)
    main.endedPrompts = [...main.endedPrompts, turn.promptId].slice(-REMEMBERED_PROMPTS);
  main.items.push({ type: "turn", turn, endMs, outcome: outcomeOf(turn, markerMs !== undefined) });
  // A copied turn has no span here, below which something could be late.
  const ofTurn = turn.copiedFrom === undefined ? { turnId: turn.id } : {};
  main.late = { ...ofTurn, thread: newThread(endMs), sidechains: [] };
}

function remember(main: MainState, thread: ThreadState): void {
  const answered = thread.requests.filter(({ error }) => error === undefined);
  main.doneResponses = [...(main.doneResponses ?? []), ...answered.map(doneResponse)].slice(
    -REMEMBERED_RESPONSES,
  );
}

function outcomeOf(turn: OpenTurn, marked: boolean): TurnOutcome {
  switch (turn.thread.last) {
    case "interrupt":
    case "aborted":
      return "interrupted";
    case "error":
      return "failed";
    case "answer":
      return "completed";
    default:
      return marked ? "completed" : "cut_off";
  }
}

/** The client writes no record of the compaction's own request; the boundary is written when it is over. */
function readCompaction(main: MainState, record: CompactBoundaryRecord): void {
  if (record.uuid === undefined || record.atMs === undefined) return;
  const compaction: Compaction = {
    id: record.uuid,
    startMs: startOf(record.atMs, record.durationMs, main.firstMs),
    endMs: record.atMs,
  };
  if (record.trigger !== undefined) compaction.trigger = record.trigger;
  if (record.preTokens !== undefined) compaction.preTokens = record.preTokens;
  if (record.postTokens !== undefined) compaction.postTokens = record.postTokens;
  if (record.droppedTokens !== undefined) compaction.droppedTokens = record.droppedTokens;
  // A person compacts between turns; the client itself within one.
  if (main.turn !== undefined && record.trigger !== "manual") {
    main.turn.compactions.push(compaction);
    delete main.branch;
    return;
  }
  endTurn(main);
  // The conversation begins anew with the summary: nobody goes back behind it.
  delete main.branch;
  const place: Place = { ...main.place };
  if (record.gitBranch) place.branch = record.gitBranch;
  if (record.copiedFrom === undefined) {
    const before = main.lastMs === undefined ? {} : { beforeMs: main.lastMs };
    main.items.push({ type: "compaction", compaction, place, ...before });
  }
}

/** When something began that ended at `endMs`: not before the file did. */
function startOf(endMs: number, durationMs = 0, firstMs = endMs): number {
  return Math.min(endMs, Math.max(endMs - durationMs, firstMs));
}

function folderName(path: string): string {
  return path.split(/[/\\]/).findLast((part) => part !== "") ?? path;
}
