import type { Writable } from "node:stream";
import { type Io, processIo } from "../cli/io.ts";
import { main } from "../commands/run.ts";
import { READING_THREAD } from "../delivery/export/threads/messages.ts";

/** The command line, for `src/programs/start.ts`. `program` and `code` as in `Io`. */
export async function run(
  args: readonly string[],
  { program, code }: Required<Pick<Io, "program" | "code">>,
): Promise<void> {
  // An export reads with several threads, and each of them runs this program.
  if (args[0] === READING_THREAD) {
    const { runReadingThread } = await import("../delivery/export/threads/reading-thread.ts");
    if (runReadingThread()) return;
  }
  const io = processIo(program);
  process.exitCode = await main(args, { ...io, code });
  // At its own end, Node takes its heap apart first, which takes longer than the walk through a small history.
  if (isIdle([io.stdout, io.stderr])) process.exit();
}

/** Whether everything is written, and nothing runs any more but the process's own streams. */
function isIdle(streams: readonly Writable[]): boolean {
  const running = process.getActiveResourcesInfo().filter((kind) => !OWN_STREAMS.includes(kind));
  return running.length === 0 && streams.every(({ writableLength }) => writableLength === 0);
}

const OWN_STREAMS = ["TTYWrap", "PipeWrap"];
