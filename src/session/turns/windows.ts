import type { AssistantRecord, TranscriptRecord } from "../../transcript/record.ts";
import { isAtRest } from "../conversation/conversation.ts";
import { requestOf } from "../conversation/same-response.ts";
import type { ThreadState } from "../conversation/thread.ts";
import type { MainState, OpenTurn } from "../state.ts";

/**
 * Two windows may write to one file. Then each of them may have a turn that is open, and their rows are mixed. A row
 * belongs to the turn of the row that it follows.
 */

/**
 * Whether the prompt is certainly of another window than the turn, which is at work: it goes on from where that turn
 * began. Before the first response, it may also replace a prompt that a person took back with Esc.
 */
export function isOfOtherWindow(atWork: OpenTurn, prompt: OpenTurn): boolean {
  if (prompt.parentUuid === undefined || prompt.parentUuid !== atWork.parentUuid) return false;
  return atWork.thread.requests.length > 0 || atWork.place.entrypoint !== prompt.place.entrypoint;
}

/** Whether a turn of any window has not ended. */
export function hasOpenTurn({ turn, turnsBeside }: MainState): boolean {
  return turn !== undefined || turnsBeside !== undefined;
}

/** The turn beside the current one that the row belongs to, if it is one. */
export function turnBeside(main: MainState, record: TranscriptRecord): OpenTurn | undefined {
  const { turn, turnsBeside = [] } = main;
  const open = turn === undefined ? turnsBeside : [turn, ...turnsBeside];
  const awaiting = () => open.find(({ thread }) => isAwaitedBy(thread, record));
  const before = () => open.find((one) => isBehind(one, record));
  // Gateways may give all responses one id, so what a response follows says more.
  const owner = record.type === "assistant" ? (before() ?? awaiting()) : (awaiting() ?? before());
  if (owner !== undefined) return owner === turn ? undefined : owner;
  if (record.type !== "assistant" || turn?.place.entrypoint === record.entrypoint) return undefined;
  // Some of the rows between the two are not read, so the kind of the window decides.
  const alike = turnsBeside.filter(({ place }) => place.entrypoint === record.entrypoint);
  return alike.length === 1 ? alike[0] : undefined;
}

/** Whether the turn is at work, and the row goes on with it. */
export function isAtWorkOn(turn: OpenTurn | undefined, record: TranscriptRecord): boolean {
  if (turn === undefined || isAtRest(turn.thread)) return false;
  return isBehind(turn, record) || isAwaitedBy(turn.thread, record);
}

function isBehind({ id, lastUuid }: OpenTurn, { parentUuid }: TranscriptRecord): boolean {
  return parentUuid !== undefined && (parentUuid === lastUuid || parentUuid === id);
}

/** Whether the record has the result of a call of the conversation, or another line of a response in it. */
function isAwaitedBy(thread: ThreadState, record: TranscriptRecord): boolean {
  if (record.type === "assistant") return requestOf(thread.requests, record) !== undefined;
  if (record.type !== "user") return false;
  // A resume writes results of this kind for the calls of a dead process.
  const results = record.toolResults.filter(({ denialKind }) => denialKind !== "interrupted");
  return results.some(({ toolUseId }) =>
    thread.toolCalls.some((call) => call.id === toolUseId && call.endMs === undefined),
  );
}

/**
 * Leaves the response only the attempt that it names. No row says which turn the other attempts belong to, so they stay
 * with another turn.
 */
export function keepOwnAttempt(main: MainState, { requestRef }: AssistantRecord): void {
  const { turn, turnsBeside: [other] = [] } = main;
  if (turn === undefined || other === undefined || requestRef === undefined) return;
  const all = [...turn.thread.attempts, ...other.thread.attempts];
  turn.thread.attempts = all.filter(({ id }) => id === requestRef);
  other.thread.attempts = all.filter(({ id }) => id !== requestRef);
}
