import { hash53 } from "../hash53.ts";
import type { Insight, Rule, SessionStory, Sighting } from "./insight.ts";
import { cacheMiss } from "./rules/cache-miss.ts";
import { compaction } from "./rules/compaction.ts";
import { editChurn } from "./rules/edit-churn.ts";
import { failingCommand } from "./rules/failing-command.ts";
import { loop } from "./rules/loop.ts";
import { readAgain } from "./rules/read-again.ts";
import { slowHook } from "./rules/slow-hook.ts";
import { type FirstRead, firstReads } from "./starts.ts";

const SESSION_RULES = [readAgain, editChurn, loop, failingCommand, cacheMiss, compaction, slowHook];

/** What the rules found in one session: all that the insights need to know of it. Plain JSON. */
export interface StoryNote {
  sightings: Sighting[];
  /** The files that its own conversation read first. Undefined if that called nothing. */
  firstReads?: FirstRead[];
}

/** Applies all rules of single sessions to one. */
export function noteOf(story: SessionStory): StoryNote {
  const reads = firstReads(story);
  return {
    sightings: SESSION_RULES.flatMap((rule) => rule(story)),
    ...(reads === undefined ? {} : { firstReads: reads }),
  };
}

/** Rules whose subjects are not from the conversation: causes, types of agents, events. */
const PLAIN: ReadonlySet<Rule> = new Set(["cache-miss", "compaction", "slow-hook", "expensive-session"]);

/**
 * The note with hashes in place of what was said in the conversation: files, commands, messages. It gives the same
 * insights, with these hashes. `onText` receives each hidden text with its hash.
 */
export function hidden(note: StoryNote, onText: (hash: string, text: string) => void): StoryNote {
  const hide = (text: string): string => {
    const hash = hash53(text).toString(36);
    onText(hash, text);
    return hash;
  };
  return {
    sightings: note.sightings.map((one) => ({
      ...one,
      ...(PLAIN.has(one.rule) ? {} : { subject: hide(one.subject) }),
      ...(one.details === undefined ? {} : { details: one.details.map(hide) }),
    })),
    ...(note.firstReads === undefined
      ? {}
      : { firstReads: note.firstReads.map(({ file, tokens }) => ({ file: hide(file), tokens })) }),
  };
}

/** The hashes in a note that was made by `hidden`. */
export function hashesInNote({ sightings, firstReads: reads = [] }: StoryNote): string[] {
  return [...sightings.flatMap(hashesIn), ...reads.map(({ file }) => file)];
}

/** The hashes in an insight or a sighting of notes that were made by `hidden`. */
export function hashesIn({ rule, subject, details = [] }: Sighting): string[] {
  return [...(PLAIN.has(rule) ? [] : [subject]), ...(rule === "read-at-every-start" ? [] : details)];
}

/** The insight with the texts in place of their hashes. */
export function withTexts(insight: Insight, texts: ReadonlyMap<string, string>): Insight {
  const { rule, subject, details } = insight;
  return {
    ...insight,
    ...(PLAIN.has(rule) ? {} : { subject: texts.get(subject) ?? "(unknown)" }),
    details: rule === "read-at-every-start" ? details : details.flatMap((hash) => texts.get(hash) ?? []),
  };
}
