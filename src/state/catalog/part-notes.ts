import { existsSync } from "node:fs";
import { join } from "node:path";
import { ensurePrivateFolder } from "../../disk/private.ts";
import { MAX_BYTES } from "../../disk/read.ts";
import type { Home } from "../home.ts";
import { readChecked, writeChecked } from "./checked-file.ts";
import type { HistoryPart } from "./history-parts.ts";

/**
 * What was worked out of each part of the history, or of each session, in `~/.ccotel/history/NAME`. A command that finds
 * a part's files unchanged need not look its sessions up in the catalog one by one. Like the catalog, it only saves work.
 */
interface PartNotes<Note> {
  /** What was noted of the part in its present state. */
  of(part: Part): Note | undefined;
  note(part: Part, note: Note): void;
  /**
   * Writes the notes if there are new ones, without those of parts that are gone. Never throws, because nothing depends
   * on it.
   */
  save(isThere: (part: string) => boolean): void;
}

type Part = Pick<HistoryPart, "key" | "digest">;

interface Content<Note> {
  key: string;
  parts: Record<string, [digest: string, note: Note]>;
}

/**
 * Opens the notes with this name. Empty if they were made under another `key`, if they are damaged, or if there is no
 * catalog: a user who deletes that wants everything read again.
 */
export function openPartNotes<Note>(home: Home, name: string, key: string): PartNotes<Note> {
  const root = join(home.root, "history");
  const file = join(root, name);
  const known = new Map(Object.entries(load<Note>(file, home, key)?.parts ?? {}));
  let isNew = false;
  return {
    of({ key: part, digest }) {
      const noted = known.get(part);
      return noted?.[0] === digest ? noted[1] : undefined;
    },
    note({ key: part, digest }, note) {
      known.set(part, [digest, note]);
      isNew = true;
    },
    save(isThere) {
      if (!isNew) return;
      const content: Content<Note> = {
        key,
        parts: Object.fromEntries([...known].filter(([part]) => isThere(part))),
      };
      const text = JSON.stringify(content);
      try {
        ensurePrivateFolder(home.root, true);
        ensurePrivateFolder(root);
        writeChecked(file, text);
      } catch {
        // The disk is full or the folder is read-only. The next command works it out again.
      }
    },
  };
}

function load<Note>(file: string, home: Home, key: string): Content<Note> | undefined {
  const text = readChecked(file, MAX_BYTES.state);
  if (text === undefined || !existsSync(join(home.root, "catalog.tsv"))) return undefined;
  const content = JSON.parse(text) as Content<Note>;
  return content.key === key ? content : undefined;
}
