import { renameSync } from "node:fs";
import { UserError } from "../config/user-error.ts";
import { isAbsent, isMissing, MAX_BYTES, readText, UnfitFileError } from "../disk/read.ts";
import { isRecord, parseJson } from "../objects.ts";

/**
 * The format of files about one session. Format 1 had hooks, position and delivery in one file, for one destination.
 */
export const FORMAT = 2;

/** A state file that a newer version of ccotel wrote. It concerns its own session only. */
export class NewerStateError extends UserError {
  override readonly name = "NewerStateError";

  constructor(file: string) {
    super(`A newer version of ccotel wrote ${file}.`, {
      hint: "Update ccotel, then run `ccotel configure` to update the hook's programs as well.",
    });
  }
}

/** Name of a session's file. Ids are UUIDs; any other id must not lead outside the folder. */
export function fileName(sessionId: string): string {
  // A test takes a tenth of the time of a replacement, and a history has thousands of sessions.
  return `${UNFIT.test(sessionId) ? sessionId.replaceAll(/[^A-Za-z0-9._-]/g, "_") : sessionId}.json`;
}

const UNFIT = /[^A-Za-z0-9._-]/;

/**
 * Reads a state file with `parse`; undefined if there is no file. Moves a damaged file aside and calls `onDamaged` with
 * its path. Throws a `NewerStateError` if a newer version wrote the file.
 */
export function readStateFile<T>(
  file: string,
  parse: (content: string) => T | undefined,
  onDamaged: (file: string) => void,
): T | undefined {
  // A session that was never sent has no such file.
  if (isAbsent(file)) return undefined;
  let content: string;
  try {
    content = readText(file, MAX_BYTES.state);
  } catch (error) {
    if (isMissing(error)) return undefined;
    if (!(error instanceof UnfitFileError)) throw error;
    content = "";
  }
  const state = parse(content);
  if (state !== undefined) return state;
  if (isOfNewerVersion(content)) throw new NewerStateError(file);
  onDamaged(file);
  renameSync(file, `${file}.damaged`);
  return undefined;
}

/** Like `readStateFile`, but changes nothing and never throws. A file that is not valid counts as missing. */
export function peekStateFile<T>(file: string, parse: (content: string) => T | undefined): T | undefined {
  try {
    return parse(readText(file, MAX_BYTES.state));
  } catch {
    return undefined;
  }
}

/** Whether a newer version wrote the state. */
export function isOfNewerVersion(content: string): boolean {
  const value = parseJson(content);
  return isRecord(value) && typeof value.format === "number" && value.format > FORMAT;
}
