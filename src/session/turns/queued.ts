import type { UserRecord } from "../../transcript/record.ts";
import { keptText } from "../conversation/content-limits.ts";
import type { OpenTurn } from "../state.ts";
import { sourceOfPrompt } from "./prompt.ts";

/**
 * The model gets prompts that were typed during one answer together, and so notifications of agents and commands that
 * finish at once: several records, one turn.
 */
export function isQueuedWith(turn: OpenTurn, record: UserRecord): boolean {
  const { last, requests } = turn.thread;
  // Without the link, the prompt replaces one that was interrupted before the first byte.
  const isBehind = record.parentUuid === (turn.lastPromptUuid ?? turn.id);
  return isBehind && last === "prompt" && requests.length === 0 && isOfSameTurn(turn, record);
}

/**
 * Clients without numbers of turns give such prompts one id. With `-p`, only the last of several notifications has the
 * number of the turn.
 */
function isOfSameTurn({ clientIndex, promptId, source }: OpenTurn, record: UserRecord): boolean {
  if (clientIndex !== undefined) return record.turnIndex === clientIndex;
  if (promptId !== undefined && record.promptId === promptId) return true;
  return source === "task_notification" && sourceOfPrompt(record) === source;
}

/**
 * Records a note of the client between two such prompts: it writes one before some of the notifications that agents
 * and commands have finished.
 */
export function noteBetweenPrompts(turn: OpenTurn, { isMeta, uuid, parentUuid }: UserRecord): void {
  if (isMeta && parentUuid === (turn.lastPromptUuid ?? turn.id)) turn.lastPromptUuid = uuid;
}

/** Adds a prompt that was queued while the turn ran and that the model answers in it. */
export function addPrompt(turn: OpenTurn, record: UserRecord): void {
  if (record.turnIndex !== undefined) turn.clientIndex = record.turnIndex;
  turn.lastPromptUuid = record.uuid;
  if (record.promptId !== undefined && turn.promptId !== undefined)
    turn.morePromptIds = [...(turn.morePromptIds ?? []), record.promptId];
  if (turn.prompt !== undefined) turn.prompt = keptText(`${turn.prompt}\n${record.text}`);
}

/**
 * Whether the prompt replaces one that a person took back with Esc before the model answered. Only the terminal does
 * so, and gives both the same number.
 */
export function isInPlaceOf({ clientIndex, place }: OpenTurn, before: OpenTurn): boolean {
  const isAlike = place.entrypoint === "cli" && before.place.entrypoint === "cli";
  const isSame = clientIndex !== undefined && clientIndex === before.clientIndex;
  return isAlike && isSame && before.thread.last === "prompt";
}

/**
 * Whether the prompt waited while the turn worked, so that no other process took it in. Where no record marks the
 * turn's end and no hook has stopped it, the client stopped it for this prompt: programs send such ones with
 * `priority: now`.
 */
export function isSentDuring({ sentMs }: UserRecord, { thread, startMs, isStopped }: OpenTurn): boolean {
  return (
    sentMs !== undefined && isStopped !== true && sentMs > startMs && sentMs < (thread.lastMs ?? startMs)
  );
}
