import type { ContentLevel } from "../../choices.ts";
import type { AssistantRecord, UserRecord } from "../../transcript/record.ts";
import { addToolResults, newThread } from "../conversation/conversation.ts";
import { type DoneResponse, isLateLine } from "../conversation/same-response.ts";
import type { ThreadState } from "../conversation/thread.ts";
import { callsOf, type ToolDraft } from "../conversation/tool-call.ts";
import type { MainState, OpenTurn } from "../state.ts";

/**
 * Two windows may write to one file. Then a prompt of one window may come between the lines of the other's response, or
 * between its calls and their results, and end its turn. Such calls and results still belong to the ended turn.
 */

/**
 * Whether the prompt is from another window than the open turn: it goes on from where that turn began, while calls of
 * the turn are running. A person who rewinds has stopped them.
 */
export function isOfOtherWindow(open: OpenTurn, prompt: OpenTurn): boolean {
  const isBeside = prompt.parentUuid !== undefined && prompt.parentUuid === open.parentUuid;
  return isBeside && open.thread.last !== "interrupt" && open.thread.toolCalls.some(isRunning);
}

/** Leaves the running calls of the turn, which ends now, for their results. */
export function keepRunningCalls(main: MainState, { id, thread }: OpenTurn): void {
  const running = { ...newThread(thread.lastMs), toolCalls: thread.toolCalls.filter(isRunning) };
  thread.toolCalls = thread.toolCalls.filter((call) => !isRunning(call));
  main.behind = [...(main.behind ?? []), { turnId: id, thread: running, sidechains: [] }];
}

function isRunning({ endMs }: ToolDraft): boolean {
  return endMs === undefined;
}

/** The response of an ended turn that the line belongs to. Undefined when there is none. */
export function responseBehind(main: MainState, record: AssistantRecord): DoneResponse | undefined {
  // A loop with a comparison, since nearly every line of a response is compared with all of them in vain.
  for (const done of main.doneResponses ?? [])
    if (done.messageId === record.messageId && isLateLine(done, record)) return done;
  return undefined;
}

/**
 * Adds the calls of the line. They go to the conversation `here` if it belongs to the same turn, or if the turn is
 * unknown.
 */
export function addCallsBehind(
  main: MainState,
  record: AssistantRecord,
  { turnId }: DoneResponse,
  here: ThreadState,
  keep: ContentLevel,
): void {
  if (record.atMs === undefined) return;
  const calls = callsOf(record, record.atMs, keep);
  if (calls.length === 0) return;
  const isHere = turnId === undefined || (main.turn === undefined && main.late?.turnId === turnId);
  (isHere ? here : threadBehind(main, turnId, record.atMs)).toolCalls.push(...calls);
}

function threadBehind(main: MainState, turnId: string, atMs: number): ThreadState {
  const known = main.behind?.find((behind) => behind.turnId === turnId);
  if (known !== undefined) return known.thread;
  const thread = newThread(atMs);
  main.behind = [...(main.behind ?? []), { turnId, thread, sidechains: [] }];
  return thread;
}

/** Adds results of such calls. True: the record contains such results and needs no further reading. */
export function addResultsBehind(main: MainState, record: UserRecord, keep: ContentLevel): boolean {
  const ids = new Set(record.toolResults.map(({ toolUseId }) => toolUseId));
  const behind = main.behind?.find(({ thread }) =>
    thread.toolCalls.some(({ id, endMs }) => endMs === undefined && ids.has(id)),
  );
  if (behind === undefined) return false;
  addToolResults(behind.thread, record, keep);
  if (behind.thread.toolCalls.every(({ endMs }) => endMs !== undefined)) {
    main.items.push({ type: "late", ...behind });
    main.behind = (main.behind ?? []).filter((other) => other !== behind);
    if (main.behind.length === 0) main.behind = undefined;
  }
  return true;
}

/** Ends the calls of the other windows' turns, since no more results are expected. */
export function endBehind(main: MainState): void {
  for (const behind of main.behind ?? []) main.items.push({ type: "late", ...behind });
  main.behind = undefined;
}
