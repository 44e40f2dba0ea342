import type { ContentLevel } from "../../choices.ts";
import type { TitleRecord } from "../../transcript/record.ts";
import { keptText } from "../conversation/content-limits.ts";
import type { PartRef, Rewound } from "../model.ts";
import type { MainState, SessionState } from "../state.ts";

/** How many turns back a rewind is recognized. */
const REMEMBERED_TURNS = 32;

/**
 * Adds a prompt to the conversation and returns the ids of the turns that a rewind removed. After a rewind, the new
 * prompt follows the same record as the prompt that the person went back to. That turn and all later ones are no longer
 * part of the conversation, but stay in the file.
 */
export function addToBranch(main: MainState, id: string, parentUuid: string | undefined): string[] {
  const branch = main.branch ?? [];
  const parent = parentUuid ?? "";
  // Without links between its records, a file does not show rewinds.
  const isKnown = parent !== "" || main.isLinked === true;
  const at = isKnown ? branch.findIndex((prompt) => prompt.parent === parent) : -1;
  const isRepeated = branch[at]?.id === id;
  const left = at < 0 || isRepeated ? [] : branch.slice(at);
  const kept = branch.slice(0, branch.length - left.length);
  main.branch = [...kept, { id, parent }].slice(-REMEMBERED_TURNS);
  return left.map((prompt) => prompt.id);
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
