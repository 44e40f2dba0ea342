import { readFrom } from "../files/file-position.ts";

/** A longer line is not shown; real ones are a few hundred kilobytes. */
const MAX_LINE_BYTES = 64 << 20;
const LINE_FEED = 0x0a;

/** A transcript's whole lines as bytes; one that is too long comes as undefined. Each is valid until the next. */
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
    // The chunk's memory is used again for the next one.
    if (restBytes <= MAX_LINE_BYTES) rest.push(Buffer.from(chunk.subarray(from)));
    else rest = [];
  }
}
