import { readFrom } from "../files/transcript-file.ts";

/** Longer lines are skipped. Long lines of real transcripts have a few hundred kilobytes. */
const MAX_LINE_BYTES = 64 << 20;
const LINE_FEED = 0x0a;

/**
 * A transcript's complete lines as bytes; undefined for a line that is too long. A buffer is valid until the next one.
 */
export function* rawLines(path: string): Generator<Buffer | undefined> {
  let rest: Buffer[] = [];
  let restBytes = 0;
  for (const chunk of readFrom(path, 0)) {
    let from = 0;
    for (let feed = chunk.indexOf(LINE_FEED); feed !== -1; feed = chunk.indexOf(LINE_FEED, from)) {
      const piece = chunk.subarray(from, feed);
      from = feed + 1;
      if (restBytes === 0) yield piece;
      else if (restBytes > MAX_LINE_BYTES) yield undefined;
      else yield Buffer.concat([...rest, piece]);
      rest = [];
      restBytes = 0;
    }
    if (from === chunk.length) continue;
    restBytes += chunk.length - from;
    // Copied, because the next chunk reuses the memory.
    if (restBytes <= MAX_LINE_BYTES) rest.push(Buffer.from(chunk.subarray(from)));
    else rest = [];
  }
}
