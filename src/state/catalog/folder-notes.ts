import { existsSync } from "node:fs";
import { join } from "node:path";
import { writeAtomic } from "../../disk/atomic-write.ts";
import { ensurePrivateFolder } from "../../disk/private.ts";
import { MAX_BYTES, tryReadText } from "../../disk/read.ts";
import { hash53 } from "../../transcript/row-key.ts";
import type { Home } from "../home.ts";
import type { HistoryFolder } from "./history-folders.ts";

/**
 * What was worked out of all sessions of a project, for each project of the history: `~/.ccotel/folders/NAME`. A
 * command that finds a project's files unchanged need not look its sessions up in the catalog one by one. Like the
 * catalog, it only saves work.
 */
export interface FolderNotes<Note> {
  /** What was noted of the folder in its present state. */
  of(folder: HistoryFolder): Note | undefined;
  note(folder: HistoryFolder, note: Note): void;
  /** Writes the notes of these folders if there are new ones. Never throws, because nothing depends on it. */
  save(folders: readonly HistoryFolder[]): void;
}

interface Content<Note> {
  key: string;
  folders: Record<string, [digest: string, note: Note]>;
}

/**
 * Opens the notes with this name. Empty if they were made under another `key`, if they are damaged, or if there is no
 * catalog: who deletes that wants everything read again.
 */
export function openFolderNotes<Note>(home: Home, name: string, key: string): FolderNotes<Note> {
  const root = join(home.root, "folders");
  const file = join(root, name);
  const known = new Map(Object.entries(load<Note>(file, home, key)?.folders ?? {}));
  let isNew = false;
  return {
    of({ path, digest }) {
      const noted = known.get(path);
      return noted?.[0] === digest ? noted[1] : undefined;
    },
    note({ path, digest }, note) {
      known.set(path, [digest, note]);
      isNew = true;
    },
    save(folders) {
      if (!isNew) return;
      const paths = new Set(folders.map(({ path }) => path));
      const content = {
        key,
        folders: Object.fromEntries([...known].filter(([path]) => paths.has(path))),
      } satisfies Content<Note>;
      const text = JSON.stringify(content);
      try {
        ensurePrivateFolder(home.root, true);
        ensurePrivateFolder(root);
        writeAtomic(file, `${hash53(text).toString(36)} ${text}`);
      } catch {
        // The disk is full or the folder is read-only. The next command works it out again.
      }
    },
  };
}

function load<Note>(file: string, home: Home, key: string): Content<Note> | undefined {
  const whole = tryReadText(file, MAX_BYTES.state);
  if (whole === undefined || !existsSync(join(home.root, "catalog.tsv"))) return undefined;
  const at = whole.indexOf(" ");
  const text = whole.slice(at + 1);
  if (hash53(text).toString(36) !== whole.slice(0, at)) return undefined;
  const content = JSON.parse(text) as Content<Note>;
  return content.key === key ? content : undefined;
}
