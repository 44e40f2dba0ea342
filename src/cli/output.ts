import type { Writable } from "node:stream";
import { printableLines } from "../printable.ts";

const failures = new WeakMap<Writable, Error & { code?: string }>();

/**
 * Records errors of a stream instead of letting them end the process: a reader such as `head` may close its end early.
 */
export function watchOutput(stream: Writable): void {
  stream.on("error", (error) => failures.set(stream, error));
}

/**
 * Writes text and waits until the stream accepts more. Returns false when the reader has closed the stream. Replaces
 * control and invisible characters by `?`: the text may quote a transcript or a server.
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

/** Writes one text after the other, as `write` does. Stops and returns false when the reader has closed the stream. */
export async function writeEach(stream: Writable, texts: Iterable<string>): Promise<boolean> {
  for (const text of texts) if (!(await write(stream, text))) return false;
  return true;
}

/** Returns the error of a stream, such as a full disk. Ignores a reader that closed its end. */
export function failureOf(stream: Writable): Error | undefined {
  const error = failures.get(stream);
  return error === undefined || ["EPIPE", "ERR_STREAM_DESTROYED", "EOF"].includes(error.code ?? "")
    ? undefined
    : error;
}

function isClosed(stream: Writable): boolean {
  return failures.has(stream) || stream.destroyed || stream.writableEnded;
}
