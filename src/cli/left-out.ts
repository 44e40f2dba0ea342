import { UnfitFileError } from "../disk/read.ts";
import { isFileTrouble } from "../files/file-trouble.ts";
import { NewerStateError } from "../state/state-file.ts";
import type { Io } from "./io.ts";
import { say } from "./say.ts";

/** Reports that a session cannot be read, and that the command goes on without it. Throws any other error. */
export async function sayLeftOut(error: unknown, io: Io): Promise<void> {
  if (error instanceof NewerStateError) {
    await say(io, "stderr", `${error.message} Its session is left out. ${error.hint}`);
    return;
  }
  if (!isFileTrouble(error)) throw error;
  if (error instanceof UnfitFileError) {
    const left = `${error.message}, so its session is left out.`;
    await say(io, "stderr", error.remedy === undefined ? left : `${left} ${error.remedy}`);
    return;
  }
  const what = `${error.path ?? "A file"} cannot be read (${error.code}), so its session is left out.`;
  await say(io, "stderr", `${what} Check who owns the file and its permissions.`);
}
