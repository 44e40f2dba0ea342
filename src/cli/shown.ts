import type { Input } from "./command.ts";
import type { Io } from "./io.ts";
import { write } from "./output.ts";

/**
 * Says that a list has more than it shows: `what` it shows, and which limit shows more. Not to a program that asked for
 * so many itself.
 */
export async function sayShown(what: string, more: string, input: Input, io: Io): Promise<void> {
  if (input.flags.json === true && input.flags.limit !== undefined) return;
  await write(io.stderr, `${io.isTerminal.stdout ? "\n" : ""}Shown: ${what}. ${more}.\n`);
}

/** The same for a list of the newest, which is not read further than its limit. */
export function sayNewest(limit: number, input: Input, io: Io): Promise<void> {
  return sayShown(`the newest ${limit}`, `--limit ${limit * 5} lists up to ${limit * 5}`, input, io);
}
