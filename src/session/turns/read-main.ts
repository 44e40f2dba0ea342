import type {
  AssistantRecord,
  CompactBoundaryRecord,
  LimitRecord,
  LocalCommandRecord,
  TranscriptRecord,
  UserRecord,
} from "../../transcript/record.ts";
import { isOlder } from "../../versions.ts";
import { readAgentRecord } from "../agents/read-agent.ts";
import { linkSidechains, readSidechain } from "../agents/sidechain.ts";
import { keptText } from "../conversation/content-limits.ts";
import {
  addAssistant,
  addAttempt,
  addRetry,
  addToolResults,
  interrupt,
  interruptResponse,
  isSynthetic,
  newThread,
} from "../conversation/conversation.ts";
import { endedSkill, noteSkillCalls, noteSkillPrompt, withoutSkill } from "../conversation/skill.ts";
import type { ThreadState } from "../conversation/thread.ts";
import type { Compaction, HookRun, Place } from "../model.ts";
import type { SessionOptions } from "../options.ts";
import type { MainState, OpenTurn, SessionState } from "../state.ts";
import { isClear, kindOfUserRecord } from "./prompt.ts";
import { noteTitle } from "./rewind.ts";
import { closeTurn, endTurn, noteWakeup, openTurn, readPrompt } from "./turns.ts";
import { addCallsBehind, addResultsBehind, responseBehind } from "./windows.ts";

/**
 * Reads one record of the main file, in file order. Finished items (a turn, a compaction, the costs of a run) are
 * appended to `session.main.items`, from which `finish` takes them.
 */
export function readMainRecord(
  session: SessionState,
  record: TranscriptRecord,
  options: SessionOptions,
): void {
  const main = session.main;
  readBehindCosts(main, record);
  if (record.isSidechain && record.agentId !== undefined) {
    // Some clients write an agent's rows both here and into its own file. They belong to the same agent.
    readAgentRecord(session, record.agentId, record, options);
  } else if (record.isSidechain) {
    readSidechain(conversation(main), record, options.keep);
  } else {
    readRecord(session, record, options);
  }
  if (record.atMs === undefined) return;
  // A fork's file begins with the new process's own `queue-operation`. Older history follows.
  if (main.firstMs === undefined) {
    main.firstMs = record.atMs;
    if (record.type === "other" && record.name === "queue-operation") main.ownSinceMs = record.atMs;
  }
  main.lastMs = Math.max(main.lastMs ?? record.atMs, record.atMs);
}

/** The client writes its costs when it exits, and also when `/fork` starts another process. */
function readBehindCosts(main: MainState, record: TranscriptRecord): void {
  const { ending } = main;
  if (ending === undefined) return;
  if (record.type === "local_command" && record.command === "fork") delete main.ending;
  else if (record.type === "cost-state" ? record.startMs !== ending.startMs : record.atMs !== undefined)
    settleEnding(main, record.atMs);
}

/** Ends the run whose costs have been written. `nextMs`: time of the record after them, if there is one. */
export function settleEnding(main: MainState, nextMs: number | undefined): void {
  const { ending } = main;
  if (ending === undefined) return;
  delete main.ending;
  if (main.turn?.budgetUsd !== undefined && ending.totalUsd >= main.turn.budgetUsd)
    main.turn.limit = "max_budget_usd";
  endTurn(main);
  main.items.push({ type: "cost-state", ...ending, ...(nextMs === undefined ? {} : { nextMs }) });
}

function readRecord(session: SessionState, record: TranscriptRecord, options: SessionOptions): void {
  const main = session.main;
  noteSource(session, record);
  if (record.version !== undefined && record.version !== main.place.clientVersion) {
    main.place.clientVersion = record.version;
    if (isOlder(record.version, [2, 1, 0])) main.oldClient = true;
  }
  if (record.entrypoint !== undefined) main.place.entrypoint = record.entrypoint;
  if (main.place.project === undefined && record.cwd !== undefined) {
    main.place.project = folderName(record.cwd);
    const repository = options.repositoryOf?.(record.cwd);
    if (repository !== undefined) main.place.repository = repository;
  }
  if (record.parentUuid !== undefined) main.isLinked = true;
  noteDuration(main, record);
  switch (record.type) {
    case "user":
      return readUser(main, record, options);
    case "assistant":
      return readAssistant(session, record, options);
    case "api-request":
      // Attempts without a response do not show whether an ended turn continues.
      return addAttempt((main.turn ?? conversation(main)).thread, record);
    case "api_error":
      return addRetry((main.turn ?? conversation(main)).thread, record);
    case "stop_hook_summary": {
      // Clients up to 2.1.100 write it late, and only when the process continues. For them it does not end a turn.
      if (main.turn === undefined || !main.knowsTurnOrigin) return;
      for (const run of record.hooks) assessHook(session, main.turn, run, options);
      noteStopHooks(
        main.turn,
        record.hooks.map((run) => keptHook(run, record.atMs, options)),
      );
      if (main.turn.sentBack !== true || record.preventedContinuation) closeTurn(main, record.atMs);
      return;
    }
    case "local_command":
      return readLocalCommand(main, record);
    case "queued_prompt":
      return noteSkillPrompt(main, record.command);
    case "hook":
      if (main.turn === undefined) return;
      assessHook(session, main.turn, record.run, options);
      main.turn.hooks = [...(main.turn.hooks ?? []), keptHook(record.run, record.atMs, options)];
      return;
    case "limit":
      return readLimit(main, record);
    case "compact_boundary":
      return readCompaction(main, record);
    case "title":
      return noteTitle(main, record, options.keep);
    case "cost-state":
      if (record.totalUsd === undefined) return;
      main.ending = { totalUsd: record.totalUsd, startMs: record.startMs ?? 0 };
      if (main.lastMs !== undefined) main.ending.lastMs = main.lastMs;
  }
}

/** The record with the client's working time follows the turn directly, or is missing. */
function noteDuration(main: MainState, record: TranscriptRecord): void {
  const item = main.items.at(-1);
  if (record.type === "other" || item?.type !== "turn" || item.awaitsDuration === undefined) return;
  delete item.awaitsDuration;
  if (record.type === "turn_duration" && record.durationMs !== undefined) item.workedMs = record.durationMs;
}

/** Records the session that a fork came from, even if that session was deleted. */
function noteSource({ main, sessionId }: SessionState, record: TranscriptRecord): void {
  if (record.copiedFrom !== undefined) main.hasCopies = true;
  const sentBy = record.type === "assistant" ? record.requestSessionId : undefined;
  const source = record.copiedFrom ?? record.forkedFrom ?? sentBy;
  if (source !== undefined && source !== sessionId) main.forkedFrom = source;
}

function readUser(main: MainState, record: UserRecord, options: SessionOptions): void {
  if (record.slug !== undefined && options.keep !== "none") main.place.slug = keptText(record.slug);
  if (record.turnOrigin !== undefined) main.knowsTurnOrigin = true;
  const open = main.turn ?? main.late;
  if (open !== undefined) interruptResponse(open.thread);
  if (main.turnIndex === 0 && isClear(record)) main.afterClear = {};
  switch (kindOfUserRecord(record)) {
    case "prompt":
      return readPrompt(main, record, options);
    case "wakeup":
      return noteWakeup(main, record, options);
    case "tool_result":
      if (addResultsBehind(main, record, options.keep)) return;
      linkSidechains(conversation(main), record);
      return addToolResults(conversation(main).thread, record, options.keep);
    case "interrupt":
      if (main.turn !== undefined) interrupt(main.turn.thread, record.atMs);
      return;
    case "stop_feedback":
      if (main.turn !== undefined) main.turn.sentBack = true;
  }
}

function readAssistant(session: SessionState, record: AssistantRecord, options: SessionOptions): void {
  const main = session.main;
  if (isSynthetic(record)) return;
  const behind = responseBehind(main, record);
  // The response has been counted, but not the calls in this line.
  if (behind !== undefined)
    return addCallsBehind(main, record, behind, conversation(main).thread, options.keep);
  if (main.wakeup !== undefined) openTurn(main, main.wakeup);
  const { turn } = main;
  if (turn !== undefined) {
    // The source was deleted, and only its responses show that they are copies.
    if (turn.thread.requests.length === 0 && record.copiedFrom !== undefined)
      turn.copiedFrom = record.copiedFrom;
    delete turn.sentBack;
    noteTurnFacts(main, turn, record);
  }
  const { thread } = conversation(main);
  const ended = endedSkill(main, record);
  const calls = thread.toolCalls.length;
  addAssistant(thread, withoutSkill(record, ended), options.keep);
  if (ended !== undefined) for (const call of thread.toolCalls.slice(calls)) call.endedSkill = ended;
  noteSkillCalls(main, record);
}

/**
 * Records what the file shows about the session up to the turn's last response. So the result does not depend on where
 * the reading is cut.
 */
function noteTurnFacts(main: MainState, turn: OpenTurn, record: AssistantRecord): void {
  if (main.title !== undefined) turn.place.title = main.title;
  const { processSessionId, sessionId } = record;
  if (turn.afterClear !== undefined && processSessionId !== undefined && processSessionId !== sessionId)
    turn.afterClear.sessionId = processSessionId;
}

/** The conversation of a response: the open turn, or else what follows its end. */
function conversation(main: MainState): { thread: ThreadState; sidechains: OpenTurn["sidechains"] } {
  if (main.turn !== undefined) return main.turn;
  main.late ??= { thread: newThread(main.lastMs), sidechains: [] };
  return main.late;
}

function assessHook(
  { sessionId, root }: SessionState,
  turn: OpenTurn,
  { command }: HookRun,
  { assessHook: assess }: SessionOptions,
): void {
  if (assess === undefined || command === undefined || turn.copiedFrom !== undefined) return;
  const found = assess(command, { root, sessionId, turnId: turn.id });
  if (found.length > 0) turn.findings = [...new Set([...(turn.findings ?? []), ...found])];
}

/** The command line of a hook is the user's content, so it is kept only when content is. */
function keptHook({ command, ...run }: HookRun, atMs: number | undefined, { keep }: SessionOptions): HookRun {
  return {
    ...run,
    ...(atMs === undefined ? {} : { atMs }),
    ...(keep === "none" || command === undefined ? {} : { command: keptText(command) }),
  };
}

/**
 * Adds the Stop hooks of a summary. A Stop hook that failed or was cancelled already left a record before the summary.
 * It is recognized by its duration.
 */
function noteStopHooks(turn: OpenTurn, hooks: readonly HookRun[]): void {
  const before = turn.hooks ?? [];
  const own = before.filter(({ event }) => event === "Stop");
  const known = new Set(own);
  for (const hook of hooks) {
    const same = own.find((run) => known.has(run) && run.durationMs === hook.durationMs);
    if (same !== undefined) known.delete(same);
    else before.push(hook);
  }
  if (before.length > 0) turn.hooks = before;
}

/** A slash command that is a forked skill is a turn whose work an agent does. Its output ends the turn. */
function readLocalCommand(main: MainState, record: LocalCommandRecord): void {
  const { turn } = main;
  if (turn === undefined || record.parentUuid !== turn.id) return;
  turn.skill = record.launchedAgentId === undefined ? {} : { agentId: record.launchedAgentId };
  closeTurn(main, record.atMs);
}

/** A budget alone is no outcome. It was spent if the costs at the end of the process reach it. */
function readLimit({ turn }: MainState, record: LimitRecord): void {
  if (turn === undefined) return;
  if (record.limit === "max_turns") turn.limit = record.limit;
  else if (record.budgetUsd !== undefined) turn.budgetUsd = record.budgetUsd;
}

/** The client writes no record of the request that compacts. It writes the boundary when the compaction is complete. */
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
  const droppedTokens = droppedSince(main, record.droppedTokens);
  if (droppedTokens !== undefined) compaction.droppedTokens = droppedTokens;
  // A person compacts between turns, the client itself within a turn.
  if (main.turn !== undefined && record.trigger !== "manual") {
    main.turn.compactions.push(compaction);
    delete main.branch;
    return;
  }
  endTurn(main);
  // The conversation begins again with the summary. A rewind cannot go back past it.
  delete main.branch;
  const place: Place = { ...main.place };
  if (record.gitBranch) place.branch = record.gitBranch;
  if (record.copiedFrom === undefined) {
    const before = main.lastMs === undefined ? {} : { beforeMs: main.lastMs };
    main.items.push({ type: "compaction", compaction, place, ...before });
  }
}

/**
 * The tokens of this compaction. The client writes the sum over all compactions of a conversation, and restarts it with
 * a new conversation.
 */
function droppedSince(main: MainState, all: number | undefined): number | undefined {
  if (all === undefined) return undefined;
  const before = main.droppedTokens ?? 0;
  main.droppedTokens = all;
  return all < before ? all : all - before;
}

/** When something began that ended at `endMs`, but not earlier than the file. */
function startOf(endMs: number, durationMs = 0, firstMs = endMs): number {
  return Math.min(endMs, Math.max(endMs - durationMs, firstMs));
}

function folderName(path: string): string {
  return path.split(/[/\\]/).findLast((part) => part !== "") ?? path;
}
