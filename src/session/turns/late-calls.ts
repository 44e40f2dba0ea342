import type { ContentLevel } from "../../choices.ts";
import type { AssistantRecord, UserRecord } from "../../transcript/record.ts";
import { addToolResults, newThread } from "../conversation/conversation.ts";
import { type DoneResponse, isLateLine } from "../conversation/same-response.ts";
import type { ThreadState } from "../conversation/thread.ts";
import { callsOf } from "../conversation/tool-call.ts";
import type { MainState } from "../state.ts";

/**
 * Lines of a response that come after the end of its turn. The response has been counted, but the calls in such a line
 * have not. They are kept apart (`MainState.behind`) until their results have come.
 */

/** The response of an ended turn that the line belongs to. Undefined when there is none. */
export function endedResponseOf(main: MainState, record: AssistantRecord): DoneResponse | undefined {
  // A loop with a comparison, since nearly every line of a response is compared with all of them in vain.
  for (const done of main.doneResponses ?? [])
    if (done.messageId === record.messageId && isLateLine(done, record)) return done;
  return undefined;
}

/**
 * Adds the calls of a late line. They go to the conversation `here` if it belongs to the same turn, or if the turn is
 * unknown.
 */
export function addLateCalls(
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
  (isHere ? here : lateThread(main, turnId, record.atMs)).toolCalls.push(...calls);
}

/** Adds the results of late calls. True: the record contains such results and needs no further reading. */
export function addLateResults(main: MainState, record: UserRecord, keep: ContentLevel): boolean {
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

/** Ends the late calls that still wait, since no more results are expected. */
export function endLateCalls(main: MainState): void {
  for (const behind of main.behind ?? []) main.items.push({ type: "late", ...behind });
  main.behind = undefined;
}

function lateThread(main: MainState, turnId: string, atMs: number): ThreadState {
  const known = main.behind?.find((behind) => behind.turnId === turnId);
  if (known !== undefined) return known.thread;
  const thread = newThread(atMs);
  main.behind = [...(main.behind ?? []), { turnId, thread, sidechains: [] }];
  return thread;
}
