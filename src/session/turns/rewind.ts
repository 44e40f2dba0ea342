import type { ContentLevel } from "../../choices.ts";
import type { AssistantRecord, TitleRecord, UserRecord } from "../../transcript/record.ts";
import { keptText } from "../conversation/content-limits.ts";
import type { PartRef, Rewound } from "../model.ts";
import type { MainState, OpenTurn, SessionState } from "../state.ts";

type Prompt = NonNullable<MainState["branch"]>[number];

/** How many turns back a rewind is recognized. */
const REMEMBERED_TURNS = 32;

/**
 * Adds a prompt to the conversation and returns the ids of the turns that a rewind removed. After a rewind, the new
 * prompt follows the same record as the prompt that the person went back to, or the answer that a program resumed at.
 * The turns from there on are no longer part of the conversation, but stay in the file.
 */
export function addToBranch(main: MainState, turn: OpenTurn): string[] {
  const { id, parentUuid = "" } = turn;
  const parent = main.note?.id === parentUuid ? main.note.parent : parentUuid;
  const branch = main.branch ?? [];
  // Without links between its records, a file does not show rewinds.
  const isKnown = parent !== "" || main.isLinked === true;
  const at = isKnown ? firstLeft(branch, parent, turn.clientIndex) : -1;
  const isRepeated = branch[at]?.id === id;
  const left = at < 0 || isRepeated ? [] : branch.slice(at);
  const kept = branch.slice(0, branch.length - left.length);
  const prompt: Prompt = { id, parent };
  if (turn.clientIndex === 1) prompt.isFirst = true;
  main.branch = [...kept, prompt].slice(-REMEMBERED_TURNS);
  return left.map((prompt) => prompt.id);
}

/**
 * The index of the first prompt that a prompt behind this record leaves behind. -1: none. If all are left, the client
 * writes the last record as the one before, but counts the turns from 1 again.
 */
function firstLeft(branch: readonly Prompt[], parent: string, clientIndex: number | undefined): number {
  const at = branch.findIndex((prompt) => prompt.parent === parent);
  if (at >= 0) return at;
  const answered = branch.findIndex((prompt) => prompt.answer === parent);
  if (answered >= 0 && answered < branch.length - 1) return answered + 1;
  return clientIndex === 1 && branch[0]?.isFirst === true ? 0 : -1;
}

/** Records a note that the client writes before a prompt. The prompt then follows what the note follows. */
export function noteBeforePrompt(main: MainState, { isMeta, uuid, parentUuid }: UserRecord): void {
  if (isMeta && parentUuid !== undefined) main.note = { id: uuid, parent: parentUuid };
}

/**
 * The conversation begins again with the summary of a compaction. A rewind can go back past it, to a prompt that has a
 * record before it; a prompt without one is not a rewind to the first.
 */
export function compactBranch(main: MainState): void {
  const linked = main.branch?.filter(({ parent }) => parent !== "") ?? [];
  main.branch = linked.map(({ isFirst: _, ...prompt }) => prompt);
}

/** Records the last line of the newest prompt's answer. */
export function noteAnswer({ branch, turn }: MainState, { uuid }: AssistantRecord): void {
  const prompt = branch?.at(-1);
  if (prompt !== undefined && prompt.id === turn?.id) prompt.answer = uuid;
}

/** What a turn reports about the turns that a rewind removed. `left`: their ids. */
export function rewoundBy(session: SessionState, left: string[]): Rewound {
  const first = session.recentTurns?.find(({ id }) => id === left[0]);
  return { turns: left.length, ...(first === undefined ? {} : { first }) };
}

/** Records a released turn and the part with its span, so that a rewind can link to it. */
export function noteRecentTurn(session: SessionState, id: string, { run, part, startMs }: PartRef): void {
  const turn = { id, part: { run, part, startMs } };
  session.recentTurns = [...(session.recentTurns ?? []), turn].slice(-REMEMBERED_TURNS);
}

/** Sets the newest title. A title from a person is not replaced by one from the client. */
export function noteTitle(main: MainState, record: TitleRecord, content: ContentLevel): void {
  if (content === "none" || record.title.trim() === "") return;
  if (record.isCustom) main.hasCustomTitle = true;
  else if (main.hasCustomTitle) return;
  main.title = keptText(record.title);
}
