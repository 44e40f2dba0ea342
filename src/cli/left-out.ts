import { isFileTrouble } from "../files/file-trouble.ts";
import type { Io } from "./io.ts";
import { say } from "./say.ts";

/** Reports a file that cannot be read, and that the command goes on without its session. Throws any other error. */
export async function sayLeftOut(error: unknown, io: Io): Promise<void> {
  if (!isFileTrouble(error)) throw error;
  const what = `${error.path ?? "A file"} cannot be read (${error.code}), so its session is left out.`;
  await say(io, "stderr", `${what} Check who owns the file and its permissions.`);
}
