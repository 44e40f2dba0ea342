import { renameSync } from "node:fs";
import { UserError } from "../config/user-error.ts";
import { MAX_BYTES, readText, UnfitFileError } from "../disk/read.ts";
import { isMissing } from "../files/file-position.ts";

/** The format of the files that speak of one session. 1: hooks, position and delivery in one file, for one destination. */
export const FORMAT = 2;

/** Name of a session's file. Ids are UUIDs; anything else must not reach outside of the folder. */
export function fileName(sessionId: string): string {
  // To look is a tenth of replacing nothing, and a history has thousands.
  return `${UNFIT.test(sessionId) ? sessionId.replaceAll(/[^A-Za-z0-9._-]/g, "_") : sessionId}.json`;
}

const UNFIT = /[^A-Za-z0-9._-]/;

/**
 * The content of a state file as `parse` understands it; undefined when there is no file. A damaged file is moved aside,
 * and `onDamaged` is told. What a newer version has written is left to it: throws.
 */
export function readStateFile<T>(
  file: string,
  parse: (content: string) => T | undefined,
  onDamaged: (file: string) => void,
): T | undefined {
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
  if (isOfNewerVersion(content)) {
    throw new UserError(`A newer version of ccotel wrote ${file}.`, {
      hint: "Update ccotel, then run `ccotel configure` to update the hook's programs as well.",
    });
  }
  onDamaged(file);
  renameSync(file, `${file}.damaged`);
  return undefined;
}

/** The same without changing anything: what cannot be understood is not there. */
export function peekStateFile<T>(file: string, parse: (content: string) => T | undefined): T | undefined {
  try {
    return parse(readText(file, MAX_BYTES.state));
  } catch {
    return undefined;
  }
}

/** Whether a state is in order, but not for this version. */
export function isOfNewerVersion(content: string): boolean {
  try {
    const { format } = JSON.parse(content) as { format?: unknown };
    return typeof format === "number" && format > FORMAT;
  } catch {
    return false;
  }
}
