import { type Io, processIo } from "./cli/io.ts";
import { main } from "./commands/run.ts";
import { READING_THREAD } from "./delivery/export/threads/messages.ts";

/** The command line, for `src/start.ts`. `program` and `code` as in `Io`. */
export async function run(
  args: readonly string[],
  { program, code }: Required<Pick<Io, "program" | "code">>,
): Promise<void> {
  // An export reads with several threads, and each of them runs this program.
  if (args[0] === READING_THREAD) {
    const { runReadingThread } = await import("./delivery/export/threads/reading-thread.ts");
    if (runReadingThread()) return;
  }
  process.exitCode = await main(args, { ...processIo(program), code });
}
