import type { Writable } from "node:stream";
import { type Io, processIo } from "../cli/io.ts";
import { SUMMING_THREAD } from "../commands/reading/threads/messages.ts";
import { main } from "../commands/run.ts";
import { READING_THREAD } from "../delivery/export/threads/messages.ts";

/** The command line, for `src/programs/start.ts`. `program` and `code` as in `Io`. */
export async function run(
  args: readonly string[],
  { program, code }: Required<Pick<Io, "program" | "code">>,
): Promise<void> {
  if (await runThread(args[0])) return;
  const io = processIo(program);
  process.exitCode = await main(args, { ...io, code });
  // At its own end, Node takes its heap apart first, which takes longer than the walk through a small history.
  if (isIdle([io.stdout, io.stderr])) process.exit();
}

/** A large history is read by several threads, and each of them runs this program. Returns false if this is none. */
async function runThread(name: string | undefined): Promise<boolean> {
  if (name === READING_THREAD) {
    const { runReadingThread } = await import("../delivery/export/threads/reading-thread.ts");
    return runReadingThread();
  }
  if (name === SUMMING_THREAD) {
    const { runSummingThread } = await import("../commands/reading/threads/summing-thread.ts");
    return runSummingThread();
  }
  return false;
}

/** Whether everything is written, and nothing runs any more but the process's own streams. */
function isIdle(streams: readonly Writable[]): boolean {
  const running = process.getActiveResourcesInfo().filter((kind) => !OWN_STREAMS.includes(kind));
  return running.length === 0 && streams.every(({ writableLength }) => writableLength === 0);
}

const OWN_STREAMS = ["TTYWrap", "PipeWrap"];
