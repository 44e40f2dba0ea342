import { grouped } from "../units.ts";
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

/** How many there are in all of what a list of the newest shows or, if that is unknown, whether there are more. */
export type More = number | "are" | "may be" | "are not";

/** The same for a list of the newest, which is not read further than its limit. Says nothing if it has all. */
export async function sayNewest(limit: number, more: More, input: Input, io: Io): Promise<void> {
  if (more === "are not" || (typeof more === "number" && more <= limit)) return;
  const next = limit * 5;
  const further =
    typeof more === "number" && more <= next
      ? `--limit ${more} lists all`
      : `--limit ${next} lists up to ${grouped(next)}`;
  return typeof more === "number"
    ? sayShown(`the newest ${grouped(limit)} of ${grouped(more)}`, further, input, io)
    : sayShown(`the newest ${grouped(limit)}`, `There ${more} more: ${further}`, input, io);
}
