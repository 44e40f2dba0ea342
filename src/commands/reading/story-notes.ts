import { existsSync } from "node:fs";
import type { Io } from "../../cli/io.ts";
import { sayLeftOut } from "../../cli/left-out.ts";
import type { Config } from "../../config/load.ts";
import { createSteps } from "../../failures/steps.ts";
import { isFileTrouble } from "../../files/file-trouble.ts";
import type { SessionStory } from "../../insights/insight.ts";
import { hashesInNote, hidden, noteOf, type StoryNote } from "../../insights/note.ts";
import { walk } from "../../session/walk.ts";
import { isStanding } from "../../state/catalog/file-identity.ts";
import { openPartNotes } from "../../state/catalog/part-notes.ts";
import { homeAt } from "../../state/home.ts";
import type { LookedUp } from "./history.ts";
import { summaryKey } from "./known-summaries.ts";
import { piecesOfSession, sessionOptionsOf } from "./pieces-of-session.ts";

/**
 * What the rules of `insights` found in each session, so that a session whose files are unchanged is not opened again.
 * What is kept has hashes in place of files, commands and messages: the state folder holds nothing of a conversation.
 * So the texts that are shown are read again, each from one session.
 */
interface StoryNotes {
  /** The note of a session, with hidden texts. Undefined for one that cannot be read, which is reported. */
  of(one: LookedUp): StoryNote | undefined;
  /** The texts with these hashes, of the sessions that `of` was asked for. */
  texts(hashes: readonly string[]): ReadonlyMap<string, string>;
  save(): void;
}

/** `kin`: as in the notes of parts. */
interface Kept {
  note: StoryNote;
  kin?: string[];
}

/** Version of the notes and of the rules. Notes of another version are not used. */
const SHAPE = 1;

export function openStoryNotes(config: Config, io: Io): StoryNotes {
  const options = { ...sessionOptionsOf(config), keep: "full" as const };
  const key = JSON.stringify([SHAPE, summaryKey(config)]);
  const kept = openPartNotes<Kept>(homeAt(config.home), "insights", key);
  const texts = new Map<string, string>();
  const asked: { one: LookedUp; note: StoryNote }[] = [];

  /** Opens the session, and remembers its texts. */
  function read(one: LookedUp): StoryNote | undefined {
    try {
      return hidden(noteOf(storyOf(one)), (hash, text) => texts.set(hash, text));
    } catch (error) {
      if (!isFileTrouble(error)) throw error;
      void sayLeftOut(error, io);
      return undefined;
    }
  }

  function storyOf({ session, kin }: LookedUp): SessionStory {
    const steps = createSteps();
    const hooks: SessionStory["hooks"] = [];
    for (const pieces of piecesOfSession(session, options, { goesOn: false, kin })) {
      steps.add(pieces);
      walk(pieces, { turn: (turn) => void hooks.push(...(turn.hooks ?? [])) });
    }
    return { conversations: steps.conversations(), hooks };
  }

  function knownOf(part: { key: string; digest: string }): StoryNote | undefined {
    const known = kept.of(part);
    return known !== undefined && isStanding(known.kin) ? known.note : undefined;
  }

  return {
    of(one) {
      const part = { key: one.session.path, digest: one.identity };
      const known = knownOf(part);
      const note = known ?? read(one);
      if (note === undefined) return undefined;
      asked.push({ one, note });
      if (known !== undefined) return known;
      const { paths = [] } = one.kin.known ?? {};
      kept.note(part, paths.length === 0 ? { note } : { note, kin: paths });
      return note;
    },
    texts(hashes) {
      const missing = new Set(hashes.filter((hash) => !texts.has(hash)));
      if (missing.size === 0) return texts;
      const holds = asked
        .map(({ one, note }) => ({ one, hashes: hashesInNote(note).filter((hash) => missing.has(hash)) }))
        .filter((some) => some.hashes.length > 0)
        .sort((a, b) => workOf(a.one) - workOf(b.one));
      for (const { one, hashes: own } of holds) if (own.some((hash) => !texts.has(hash))) read(one);
      return texts;
    },
    save: () => kept.save((path) => existsSync(path)),
  };
}

/** About how much there is to read. */
function workOf({ summary }: LookedUp): number {
  return summary.rows.reduce((sum, { requests = 0, toolCalls = 0 }) => sum + requests + toolCalls, 0);
}
