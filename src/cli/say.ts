import type { Writable } from "node:stream";
import { MAX_COLUMNS } from "../report/text/style.ts";
import { width } from "../report/text/width.ts";
import { wrap } from "../report/text/wrap.ts";
import type { Io } from "./io.ts";
import { write } from "./output.ts";

/**
 * Writes sentences, each on its own line. On a terminal, breaks long ones at spaces, where the terminal would break
 * them within words. A pipe gets them unbroken, so that `grep` finds them.
 */
export async function say(
  io: Pick<Io, "stdout" | "stderr" | "columns" | "isTerminal">,
  stream: "stdout" | "stderr",
  text: string,
): Promise<boolean> {
  if (!io.isTerminal[stream]) return write(io[stream], `${text}\n`);
  // Results may go elsewhere than messages, so each terminal has its own width. One that does not know it says 0.
  const { columns: own } = io[stream] as Writable & { columns?: number };
  const columns = Math.min(own || io.columns, MAX_COLUMNS);
  const lines = text.split("\n").flatMap((line) => (width(line) <= columns ? [line] : wrap(line, columns)));
  return write(io[stream], `${lines.join("\n")}\n`);
}
