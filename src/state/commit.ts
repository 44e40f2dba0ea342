import { lstatSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { UserError } from "../config/user-error.ts";
import { syncFolder, writeAtomic, writeEachAtomic } from "../disk/atomic-write.ts";
import { moveAside } from "../disk/private.ts";
import { isAbsent, isMissing, MAX_BYTES, readText, UnfitFileError } from "../disk/read.ts";
import { removeFile } from "../disk/remove-file.ts";
import { parseJson } from "../objects.ts";
import { object } from "../transcript/fields.ts";
import type { Home } from "./home.ts";

/** A file below the state folder, and its new content. */
export interface Change {
  path: string;
  content: string;
}

/** Called at each step, so that a test can end the process there. */
export type OnStep = (step: string) => void;

const FORMAT = 1;

/** The folders that a commit may write to. */
const STATE_FOLDERS = new Set(["sessions", "destinations"]);

/** Redo files that this process has written and not removed. */
const brokenOff = new Set<string>();

/**
 * Changes several files as one. Writes the changes to `redo.json` first (by rename), then applies them, then removes
 * `redo.json`. A process that dies in between leaves either no change or a list that `recover` applies. Throws a file
 * system error.
 */
export function commit(home: Home, changes: Change[], onStep: OnStep = () => {}): void {
  // An earlier commit may have failed on a full disk. It is finished first, so that `recover` cannot apply it over a
  // newer one.
  if (brokenOff.has(home.redo)) recover(home);
  const only = changes.length === 1 ? changes[0] : undefined;
  if (only !== undefined) {
    onStep("commit: before the only write");
    writeAtomic(only.path, only.content);
    onStep("commit: after the only write");
    return;
  }
  onStep("commit: before the redo file");
  const entries = changes.map(({ path, content }) => ({ path: relative(home.root, path), content }));
  writeAtomic(home.redo, JSON.stringify({ format: FORMAT, changes: entries }));
  // From here on, the list survives a power cut. All files in it are flushed before it is removed.
  syncFolder(home.root);
  brokenOff.add(home.redo);
  onStep("commit: after the redo file");
  apply(changes, onStep);
  for (const folder of new Set(changes.map(({ path }) => dirname(path)))) syncFolder(folder);
  removeFile(home.redo);
  brokenOff.delete(home.redo);
  onStep("commit: after removing the redo file");
}

/**
 * Commits the changes of many sessions that do not depend on each other. If a file is named several times, its last
 * content counts. Flushes files in parallel, so the caller waits for the disk once.
 */
export async function commitEach(home: Home, commits: readonly (readonly Change[])[]): Promise<void> {
  const latest = new Map(commits.flat().map((change) => [change.path, change]));
  const isShared = latest.size < commits.flat().length || commits.some(({ length }) => length > 1);
  // A file that several sessions change must not be newer than any of their positions.
  if (isShared || brokenOff.has(home.redo)) commit(home, [...latest.values()]);
  else await writeEachAtomic([...latest.values()]);
}

/**
 * Finishes a commit that a dead process began. Call it with the lock held and before reading any state. Throws a
 * `UserError` if a newer version began it.
 */
export function recover(home: Home): void {
  if (isAbsent(home.redo)) return;
  let text: string;
  try {
    text = readText(home.redo, 2 * MAX_BYTES.state);
  } catch (error) {
    if (isMissing(error)) return;
    if (!(error instanceof UnfitFileError)) throw error;
    moveAside(home.redo);
    return;
  }
  apply(changesIn(home, text), () => {});
  removeFile(home.redo);
  brokenOff.delete(home.redo);
}

function apply(changes: Change[], onStep: OnStep): void {
  for (const [index, { path, content }] of changes.entries()) {
    writeAtomic(path, content);
    onStep(`commit: after write ${index + 1} of ${changes.length}`);
  }
}

/**
 * Parses a redo file. It is written by rename, so it is complete unless something else damaged it; then it is dropped.
 * Only the version that wrote it can finish a commit of a newer version, so this throws.
 */
function changesIn(home: Home, text: string): Change[] {
  const redo = object(parseJson(text));
  if (typeof redo?.format === "number" && redo.format > FORMAT) {
    throw new UserError(`A newer version of ccotel left ${home.redo} unfinished.`, {
      hint: "Update ccotel, or run the newer version once more.",
    });
  }
  const changes: unknown[] = Array.isArray(redo?.changes) ? redo.changes : [];
  return changes.flatMap((change) => {
    const { path, content } = object(change) ?? {};
    if (typeof path !== "string" || typeof content !== "string" || !isOfState(home, path)) return [];
    return [{ path: resolve(home.root, path), content }];
  });
}

/** Whether a commit may write to this path: state of sessions and destinations, in folders that are not links. */
function isOfState({ root }: Home, path: string): boolean {
  const parts = path.split(/[\\/]/);
  if (parts.some((part) => part.startsWith(".")) || !/\.(json|agents)$/.test(path)) return false;
  const folders = parts.slice(0, -1);
  const isOwn = folders.length > 0 ? STATE_FOLDERS.has(parts[0] as string) : path === "metrics.json";
  return isOwn && folders.every((_, index) => !isLink(join(root, ...folders.slice(0, index + 1))));
}

function isLink(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() === true;
}
