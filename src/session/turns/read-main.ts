import type {
  AssistantRecord,
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
  isAtRest,
  isSynthetic,
  newThread,
} from "../conversation/conversation.ts";
import { endedSkill, noteSkillCalls, noteSkillPrompt, withoutSkill } from "../conversation/skill.ts";
import type { ThreadState } from "../conversation/thread.ts";
import { noteObjection } from "../conversation/tool-call.ts";
import type { SessionOptions } from "../options.ts";
import type { MainState, OpenTurn, SessionState } from "../state.ts";
import { readCompaction } from "./compaction.ts";
import { readAfterCosts } from "./costs.ts";
import { noteHook, noteStopHooks } from "./hooks.ts";
import { addLateCalls, addLateResults, endedResponseOf } from "./late-calls.ts";
import { isClear, kindOfUserRecord } from "./prompt.ts";
import { noteBetweenPrompts } from "./queued.ts";
import { noteAnswer, noteBeforePrompt, noteTitle } from "./rewind.ts";
import { noteServers } from "./set-up.ts";
import {
  closeTurn,
  endForQueued,
  noteWakeup,
  openTurn,
  readPrompt,
  switchBack,
  switchWindow,
} from "./turns.ts";
import { isAtWorkOn } from "./windows.ts";

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
  const left = switchWindow(main, record);
  readAfterCosts(main, record);
  if (record.isSidechain && record.agentId !== undefined) {
    // Some clients write an agent's rows both here and into its own file. They belong to the same agent.
    readAgentRecord(session, record.agentId, record, options);
  } else if (record.isSidechain) {
    readSidechain(conversation(main), record, options.keep);
  } else {
    readRecord(session, record, options);
    if (main.turn !== undefined && record.uuid !== undefined) main.turn.lastUuid = record.uuid;
  }
  switchBack(main, left);
  if (record.atMs === undefined) return;
  // A fork's file begins with the new process's own `queue-operation`. Older history follows.
  if (main.firstMs === undefined) {
    main.firstMs = record.atMs;
    if (record.type === "other" && record.name === "queue-operation") main.ownSinceMs = record.atMs;
  }
  main.lastMs = Math.max(main.lastMs ?? record.atMs, record.atMs);
}

function readRecord(session: SessionState, record: TranscriptRecord, options: SessionOptions): void {
  const main = session.main;
  noteSource(session, record);
  notePlace(main, record, options);
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
      noteStopHooks(session, main.turn, record, options);
      if (main.turn.sentBack !== true || record.preventedContinuation) closeTurn(main, record.atMs);
      return;
    }
    case "turn_duration":
      // Without a Stop hook, no other record says that the turn is over.
      if (!main.knowsTurnOrigin || !isDone(main.turn)) return;
      closeTurn(main, record.atMs);
      return noteDuration(main, record);
    case "local_command":
      return readLocalCommand(main, record);
    case "queued_prompt":
      return noteSkillPrompt(main, record.command);
    case "hook":
      if (main.turn === undefined) return;
      noteObjection(main.turn.thread.toolCalls, record.objection);
      return noteHook(session, main.turn, record, options);
    case "hook_stopped":
      if (main.turn !== undefined) main.turn.isStopped = true;
      return;
    case "mcp_servers":
      return noteServers(session, record, options);
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

/** From this version on, a session has a folder for its agents (seen: 2.1.1 and 2.1.2). */
const OWN_AGENT_FOLDERS = [2, 1, 2] as const;

/** Records the client and the folder that the record is from. The first folder of a session decides its project. */
function notePlace(
  main: MainState,
  { version, entrypoint, cwd }: TranscriptRecord,
  options: SessionOptions,
): void {
  const { place } = main;
  if (version !== undefined && version !== place.clientVersion) {
    place.clientVersion = version;
    if (isOlder(version, OWN_AGENT_FOLDERS)) main.oldClient = true;
  }
  if (entrypoint !== undefined) place.entrypoint = entrypoint;
  if (cwd === undefined) return;
  if (place.project === undefined) {
    place.project = projectIn(cwd);
    const repository = options.repositoryOf?.(cwd);
    if (repository !== undefined) place.repository = repository;
  }
  noteCwd(main, cwd);
}

/** A session that changes its folder all the time must not make its state grow. */
const MAX_CWDS = 64;

function noteCwd(main: MainState, cwd: string): void {
  const known = main.cwds ?? [];
  if (known.length < MAX_CWDS && !known.includes(cwd)) main.cwds = [...known, cwd];
}

/** Whether the turn waits neither for an answer, nor for the result of a call, nor for work that a hook asked for. */
function isDone(turn: OpenTurn | undefined): boolean {
  return turn !== undefined && turn.sentBack !== true && isAtRest(turn.thread);
}

/** The record with the client's working time follows the turn directly, or is missing. */
function noteDuration(main: MainState, record: TranscriptRecord): void {
  const item = main.items.at(-1);
  if (record.type === "other" || item?.type !== "turn" || item.awaitsDuration === undefined) return;
  item.awaitsDuration = undefined;
  if (record.type === "turn_duration" && record.durationMs !== undefined) item.workedMs = record.durationMs;
}

/** Records the session that a fork came from, even if that session was deleted. */
function noteSource({ main, sessionId }: SessionState, record: TranscriptRecord): void {
  if (main.isNamedAlike === undefined && record.sessionId === sessionId) main.isNamedAlike = true;
  if (record.isTaken) return;
  if (record.copiedFrom !== undefined) main.hasCopies = true;
  const sentBy = record.type === "assistant" ? record.requestSessionId : undefined;
  const source = record.copiedFrom ?? record.forkedFrom ?? sentBy;
  if (source !== undefined && source !== sessionId) main.forkedFrom = source;
}

function readUser(main: MainState, record: UserRecord, options: SessionOptions): void {
  if (record.slug !== undefined && options.keep !== "none") main.place.slug = keptText(record.slug);
  if (record.turnOrigin !== undefined) main.knowsTurnOrigin = true;
  const open = main.turn ?? main.late;
  if (open !== undefined && record.toolResults.length === 0) interruptResponse(open.thread, record);
  if (main.turnIndex === 0 && isClear(record)) main.afterClear = {};
  switch (kindOfUserRecord(record)) {
    case "prompt":
      return readPrompt(main, record, options);
    case "wakeup":
      return noteWakeup(main, record, options);
    case "tool_result":
      if (addLateResults(main, record, options.keep)) return;
      linkSidechains(conversation(main), record);
      return addToolResults(conversation(main).thread, record, options.keep);
    case "interrupt":
      if (main.turn === undefined) return;
      interrupt(main.turn.thread, record.atMs);
      return endForQueued(main, record);
    case "stop_feedback":
      if (main.turn !== undefined) main.turn.sentBack = true;
      return;
    case "hook_stop":
      if (main.turn !== undefined) main.turn.isStopped = true;
      return;
    case "other":
      if (main.turn !== undefined) noteBetweenPrompts(main.turn, record);
      else noteBeforePrompt(main, record);
  }
}

function readAssistant(session: SessionState, record: AssistantRecord, options: SessionOptions): void {
  const main = session.main;
  if (isSynthetic(record)) return;
  const behind = endedResponseOf(main, record);
  // The response has been counted, but not the calls in this line.
  if (behind !== undefined)
    return addLateCalls(main, record, behind, conversation(main).thread, options.keep);
  // Another window may go on with its turn before the model answers.
  if (main.wakeup !== undefined && !isAtWorkOn(main.turn, record)) openTurn(main, main.wakeup);
  const { turn } = main;
  if (turn !== undefined) {
    // The source was deleted, and only its responses show that they are copies.
    if (turn.thread.requests.length === 0 && record.copiedFrom !== undefined)
      turn.copiedFrom = record.copiedFrom;
    turn.sentBack = undefined;
    noteAnswer(main, record);
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
  if (main.place.slug !== undefined) turn.place.slug = main.place.slug;
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

/**
 * The name of a project's folder. Worktrees that `claude --worktree` makes are in `.claude/worktrees` of the project.
 */
function projectIn(cwd: string): string {
  const [project = cwd] = cwd.split(/[/\\]\.claude[/\\]worktrees[/\\](?=[^/\\])/, 1);
  return project.split(/[/\\]/).findLast((part) => part !== "") ?? cwd;
}
