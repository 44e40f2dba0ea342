import type { ContentLevel } from "../../choices.ts";
import type { TitleRecord } from "../../transcript/record.ts";
import { keptText } from "../conversation/content-limits.ts";
import type { PartRef, Rewound } from "../model.ts";
import type { MainState, SessionState } from "../state.ts";

/** How far back a rewind is recognised. */
const REMEMBERED_TURNS = 32;

/**
 * Adds a prompt to the conversation, and gives the ids of the turns that it leaves behind. After a rewind the new prompt
 * follows the same record as the one that a person went back to: that turn and what came after it are no longer part of
 * the conversation, though they stay in the file.
 */
export function goesBackBehind(main: MainState, id: string, parentUuid: string | undefined): string[] {
  const branch = main.branch ?? [];
  const parent = parentUuid ?? "";
  // Without links between its records a file says nothing about this.
  const isKnown = parent !== "" || main.isLinked === true;
  const at = isKnown ? branch.findIndex((prompt) => prompt.parent === parent) : -1;
  const isRepeated = branch[at]?.id === id;
  const left = at < 0 || isRepeated ? [] : branch.slice(at);
  const kept = branch.slice(0, branch.length - left.length);
  main.branch = [...kept, { id, parent }].slice(-REMEMBERED_TURNS);
  return left.map((prompt) => prompt.id);
}

/** What a turn says of those that it left behind. */
export function rewoundBy(session: SessionState, left: string[]): Rewound {
  const first = session.recentTurns?.find(({ id }) => id === left[0]);
  return { turns: left.length, ...(first === undefined ? {} : { first }) };
}

export function noteRecentTurn(session: SessionState, id: string, { run, part, startMs }: PartRef): void {
  const turn = { id, part: { run, part, startMs } };
  session.recentTurns = [...(session.recentTurns ?? []), turn].slice(-REMEMBERED_TURNS);
}

/** The newest title counts, but no title of the client's own replaces one that a person gave. */
export function noteTitle(main: MainState, record: TitleRecord, content: ContentLevel): void {
  if (content === "none" || record.title.trim() === "") return;
  if (record.isCustom) main.hasCustomTitle = true;
  else if (main.hasCustomTitle) return;
  main.title = keptText(record.title);
}
