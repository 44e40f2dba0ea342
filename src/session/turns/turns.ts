import type { TranscriptRecord, UserRecord } from "../../transcript/record.ts";
import { keptText } from "../conversation/content-limits.ts";
import { isAtRest, newThread } from "../conversation/conversation.ts";
import { doneResponse } from "../conversation/same-response.ts";
import { noteSkillPrompt } from "../conversation/skill.ts";
import type { ThreadState } from "../conversation/thread.ts";
import { commandOfPrompt } from "../conversation/tool-details.ts";
import type { SessionOptions } from "../options.ts";
import type { MainItem, MainState, OpenTurn } from "../state.ts";
import { endLateCalls } from "./late-calls.ts";
import { outcomeOf } from "./outcome.ts";
import { placeAt } from "./place.ts";
import { sourceOfPrompt } from "./prompt.ts";
import { addPrompt, isInPlaceOf, isQueuedWith, isSentDuring } from "./queued.ts";
import { addToBranch } from "./rewind.ts";
import { mayWait } from "./waits.ts";
import { isOfOtherWindow, keepOwnAttempt, turnBeside } from "./windows.ts";

/** How many responses are kept to recognize late lines of them. */
const REMEMBERED_RESPONSES = 16;
const REMEMBERED_PROMPTS = 16;

/** Reads a prompt: it begins a turn, or belongs to the turn that is about to begin. */
export function readPrompt(main: MainState, record: UserRecord, options: SessionOptions): void {
  noteSkillPrompt(main, commandOfPrompt(record.text));
  if (main.turn !== undefined && isQueuedWith(main.turn, record)) return addPrompt(main.turn, record);
  const turn = newTurn(main, record, options);
  if (turn === undefined) return endTurn(main);
  if (main.turn !== undefined && isSentDuring(record, main.turn)) main.turn.isGivenUp = true;
  openTurn(main, turn);
}

/**
 * Records what may be a prompt: a scheduled one, or the output of a `!` command. It never comes while a turn is active,
 * and a scheduled one never has the prompt id of the turn before.
 */
export function noteWakeup(main: MainState, record: UserRecord, options: SessionOptions): void {
  const isBusy = main.turn !== undefined && !isAtRest(main.turn.thread);
  const isOfTurn = record.isMeta && record.promptId === (main.turn?.promptId ?? main.endedPrompts.at(-1));
  if (isBusy || isOfTurn) return;
  const turn = newTurn(main, record, options);
  if (turn !== undefined) main.wakeup = turn;
}

/**
 * Opens a turn. After a resume, the client may write the attempt before its prompt, so such attempts move to the turn.
 */
export function openTurn(main: MainState, turn: OpenTurn): void {
  const before = (main.turn ?? main.late)?.thread;
  const isEarly = ({ atMs }: { atMs: number }) => atMs >= turn.startMs;
  turn.thread.attempts = before?.attempts.filter(isEarly) ?? [];
  turn.thread.retries = before?.retries.filter(isEarly) ?? [];
  if (main.turn === undefined && main.late !== undefined) takeEarlyAnswer(turn, main.late.thread);
  const atWork = main.turn !== undefined && !isAtRest(main.turn.thread) ? main.turn : undefined;
  const isOther = atWork !== undefined && isOfOtherWindow(atWork, turn);
  endTurnsBeside(main, ({ thread }) => isAtRest(thread));
  if (atWork !== undefined) {
    if (!isOther) atWork.mayBeOver = true;
    if (isInPlaceOf(turn, atWork)) atWork.isGivenUp = true;
    setBeside(main, atWork);
  }
  endOpenTurn(main);
  turn.index = ++main.turnIndex;
  const rewound = isOther ? [] : addToBranch(main, turn);
  if (rewound.length > 0) turn.rewound = rewound;
  if (turn.index === 1 && main.afterClear !== undefined) turn.afterClear = { ...main.afterClear };
  main.turn = turn;
  if (turn.permissionMode !== undefined && turn.permissionMode !== main.permissionMode) {
    main.permissionMode = turn.permissionMode;
    turn.hasNewMode = true;
  }
  if (turn.promptId !== undefined)
    main.endedPrompts = main.endedPrompts.filter((promptId) => promptId !== turn.promptId);
}

/**
 * Moves what was answered after the turn's prompt, but was written before it, to the turn. Clients of 2.1.250 write the
 * first rows of a session in this order.
 */
function takeEarlyAnswer(turn: OpenTurn, before: ThreadState): void {
  const isOfTurn = (atMs: number) => atMs > turn.startMs;
  const requests = before.requests.filter(({ endMs }) => isOfTurn(endMs));
  const [first] = requests;
  if (first === undefined) return;
  before.requests = before.requests.filter((request) => !requests.includes(request));
  turn.thread.requests = requests;
  turn.thread.toolCalls = before.toolCalls.filter(({ startMs }) => isOfTurn(startMs));
  before.toolCalls = before.toolCalls.filter(({ startMs }) => !isOfTurn(startMs));
  if (first.attempts === undefined) first.startMs = turn.startMs;
  turn.thread.last = before.last;
  turn.thread.lastMs = Math.max(turn.startMs, before.lastMs ?? turn.startMs);
}

function newTurn(main: MainState, record: UserRecord, options: SessionOptions): OpenTurn | undefined {
  if (record.atMs === undefined) return undefined;
  const place = placeAt(main, record);
  if (main.title !== undefined) place.title = main.title;
  const turn: OpenTurn = {
    id: record.uuid,
    lastUuid: record.uuid,
    index: 0,
    startMs: record.atMs,
    thread: newThread(record.atMs),
    sidechains: [],
    compactions: [],
    place,
  };
  if (record.parentUuid !== undefined) turn.parentUuid = record.parentUuid;
  if (record.turnIndex !== undefined) turn.clientIndex = record.turnIndex;
  if (record.promptId !== undefined) turn.promptId = record.promptId;
  const source = sourceOfPrompt(record);
  if (source !== undefined) turn.source = source;
  if (main.lastMs !== undefined) turn.beforeMs = main.lastMs;
  const command = options.keep === "none" ? undefined : commandOfPrompt(record.text);
  if (command !== undefined) turn.command = command;
  if (record.permissionMode !== undefined) turn.permissionMode = record.permissionMode;
  if (options.keep === "full") turn.prompt = keptText(record.text);
  if (record.copiedFrom !== undefined) turn.copiedFrom = record.copiedFrom;
  return turn;
}

/** Ends the open turns of all windows, if there are any, and the late responses and calls of the turns before. */
export function endTurn(main: MainState): void {
  endTurnsBeside(main, () => true);
  endOpenTurn(main);
  endLateCalls(main);
}

/** Ends the turn of the last row, whose end no record marks. Other windows go on with theirs. */
export function endCurrentTurn(main: MainState): void {
  if (main.turnsBeside === undefined) endTurn(main);
  else endOpenTurn(main);
}

/**
 * Makes the turn that the row belongs to the current one, if it is the turn of another window. Returns the turn to go
 * back to behind the row: without links, no later row tells its turn.
 */
export function switchWindow(main: MainState, record: TranscriptRecord): OpenTurn | undefined {
  if (main.turnsBeside === undefined) return undefined;
  const left = main.turn;
  const owner = turnBeside(main, record);
  if (owner !== undefined) goOn(main, owner);
  if (record.type === "assistant") keepOwnAttempt(main, record);
  return owner === undefined || record.parentUuid !== undefined ? undefined : left;
}

/** Goes back to the turn, unless the row has ended it. */
export function switchBack(main: MainState, turn: OpenTurn | undefined): void {
  if (turn !== undefined && main.turnsBeside?.includes(turn)) makeCurrent(main, turn);
}

/**
 * Ends the turn that Esc stopped if prompts were waiting: the terminal writes these before the end of the call that it
 * stops. The interrupt has the id of the last one, and the answer to them follows the interrupt.
 */
export function endForQueued(main: MainState, { promptId }: UserRecord): void {
  const isWaiting = (turn: OpenTurn) => [turn.promptId, ...(turn.morePromptIds ?? [])].includes(promptId);
  const queued = promptId === undefined ? undefined : main.turnsBeside?.findLast(isWaiting);
  if (queued === undefined) return;
  queued.mayBeOver = undefined;
  closeTurn(main, undefined);
  makeCurrent(main, queued);
}

/** Another window goes on with its turn. So no prompt has replaced that turn. */
function goOn(main: MainState, owner: OpenTurn): void {
  owner.mayBeOver = undefined;
  owner.isGivenUp = undefined;
  for (const turn of [main.turn, ...(main.turnsBeside ?? [])]) {
    const rewound = turn?.rewound?.filter((id) => id !== owner.id);
    if (turn === undefined || rewound === undefined) continue;
    if (rewound.length > 0) turn.rewound = rewound;
    else delete turn.rewound;
  }
  makeCurrent(main, owner);
}

function makeCurrent(main: MainState, owner: OpenTurn): void {
  const left = main.turn;
  main.turn = undefined;
  endLate(main);
  const others = (main.turnsBeside ?? []).filter((turn) => turn !== owner);
  main.turnsBeside = others.length === 0 ? undefined : others;
  if (left !== undefined) setBeside(main, left);
  main.turn = owner;
}

/** Leaves the turn open while another one becomes the current one. */
function setBeside(main: MainState, turn: OpenTurn): void {
  main.turn = undefined;
  main.turnsBeside = [...(main.turnsBeside ?? []), turn].sort((a, b) => a.index - b.index);
}

/** Ends the other windows' turns that are over. Each end may end others, so every step looks at what is left. */
function endTurnsBeside(main: MainState, isOver: (turn: OpenTurn) => boolean): void {
  const current = main.turn;
  const next = () => main.turnsBeside?.find((turn) => turn !== current && isOver(turn));
  for (let turn = next(); turn !== undefined; turn = next()) {
    makeCurrent(main, turn);
    turn.mayBeOver = undefined;
    closeTurn(main, undefined);
    endLate(main);
  }
  if (current !== undefined && main.turn !== current) makeCurrent(main, current);
}

function endOpenTurn(main: MainState): void {
  main.wakeup = undefined;
  if (main.turn !== undefined) closeTurn(main, undefined);
  endLate(main);
}

function endLate(main: MainState): void {
  if (main.late === undefined) return;
  const { late } = main;
  main.late = undefined;
  const { requests, toolCalls } = late.thread;
  if (requests.length > 0 || toolCalls.length > 0 || late.sidechains.length > 0) {
    remember(main, late.thread, late.turnId);
    main.items.push({ type: "late", ...late });
  }
}

/** Ends the open turn. `markerMs`: time of the record that ends the turn. Undefined when there is none. */
export function closeTurn(main: MainState, markerMs: number | undefined): void {
  endTurnsBeside(main, ({ mayBeOver }) => mayBeOver === true);
  const turn = main.turn as OpenTurn;
  main.turn = undefined;
  // A response cannot precede the late response of the turn before.
  const endMs = Math.max(markerMs ?? turn.startMs, turn.thread.lastMs ?? turn.startMs);
  // A copied turn has no span in this session, so late items have no parent.
  const ofTurn = turn.copiedFrom === undefined ? { turnId: turn.id } : {};
  remember(main, turn.thread, ofTurn.turnId);
  const prompts = turn.promptId === undefined ? [] : [turn.promptId, ...(turn.morePromptIds ?? [])];
  main.endedPrompts = [...main.endedPrompts, ...prompts].slice(-REMEMBERED_PROMPTS);
  const item: MainItem = { type: "turn", turn, endMs, outcome: outcomeOf(turn, markerMs !== undefined) };
  if (markerMs !== undefined && turn.place.entrypoint === "cli" && mayWait(turn.thread.toolCalls))
    item.awaitsDuration = true;
  main.items.push(item);
  main.late = { ...ofTurn, thread: newThread(endMs), sidechains: [] };
}

function remember(main: MainState, thread: ThreadState, turnId: string | undefined): void {
  const answered = thread.requests.filter(({ error }) => error === undefined);
  const done = answered.map((request) => doneResponse(request, turnId));
  main.doneResponses = [...(main.doneResponses ?? []), ...done].slice(-REMEMBERED_RESPONSES);
}
