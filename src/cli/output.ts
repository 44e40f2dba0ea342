import type { Writable } from "node:stream";
import { printableLines } from "../printable.ts";

const failures = new WeakMap<Writable, Error & { code?: string }>();

/** Notes when a stream fails, instead of ending the process: a reader such as `head` may leave at any time. */
export function watchOutput(stream: Writable): void {
  stream.on("error", (error) => failures.set(stream, error));
}

/**
 * Writes and waits until there is room for more; false when nobody reads any longer. Nothing that steers a terminal gets
 * through, whoever wrote it into the text.
 */
export async function write(stream: Writable, content: string): Promise<boolean> {
  const text = printableLines(content);
  if (isClosed(stream)) return false;
  if (stream.write(text)) return !isClosed(stream);
  await new Promise<void>((resolve) => {
    const done = () => {
      for (const event of ["drain", "error", "close"]) stream.off(event, done);
      resolve();
    };
    for (const event of ["drain", "error", "close"]) stream.once(event, done);
  });
  return !isClosed(stream);
}

/** What went wrong with a stream, other than that its reader left: a full disk, for example. */
export function failureOf(stream: Writable): Error | undefined {
  const error = failures.get(stream);
  return error === undefined || ["EPIPE", "ERR_STREAM_DESTROYED", "EOF"].includes(error.code ?? "")
    ? undefined
    : error;
}

function isClosed(stream: Writable): boolean {
  return failures.has(stream) || stream.destroyed || stream.writableEnded;
}
