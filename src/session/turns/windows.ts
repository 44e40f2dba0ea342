import type { ContentLevel } from "../../choices.ts";
import type { AssistantRecord, UserRecord } from "../../transcript/record.ts";
import { addToolResults, newThread } from "../conversation/conversation.ts";
import { type DoneResponse, isLateLine } from "../conversation/same-response.ts";
import type { ThreadState } from "../conversation/thread.ts";
import { callsOf } from "../conversation/tool-call.ts";
import type { MainState } from "../state.ts";

/**
 * Two windows may write to one file. Then the prompt of one comes between the lines of the other's response, whose turn
 * is over by that: what such a line calls belongs to it all the same.
 */

/** The response of a turn that is over which the line is one more of. */
export function responseBehind(main: MainState, record: AssistantRecord): DoneResponse | undefined {
  return main.doneResponses?.find((done) => isLateLine(done, record));
}

/** Adds what the line calls, to the conversation `here` where that is of the same turn, or of no other. */
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

/** Takes the results of such calls. True: the record is theirs. */
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
    if (main.behind.length === 0) delete main.behind;
  }
  return true;
}

/** Nothing more comes of the other windows' turns. */
export function endBehind(main: MainState): void {
  for (const behind of main.behind ?? []) main.items.push({ type: "late", ...behind });
  delete main.behind;
}
