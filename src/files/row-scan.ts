import { createLineReader, MIN_STRING_BYTES } from "../transcript/lines.ts";
import { parseLine } from "../transcript/parse.ts";
import { idKeys, rowKey } from "../transcript/row-key.ts";
import { chunks, withFile } from "./file-position.ts";

/** A file and how much of it has been read, in bytes. */
export interface ReadPart {
  path: string;
  bytes: number;
}

/** The keys of all rows in what has been read of a session's files. A file that is gone has none. */
export function scanRowKeys(parts: Iterable<ReadPart>): Float64Array {
  const keys: number[] = [];
  for (const { path, bytes } of parts) {
    withFile(path, (fd) => {
      const lines = createLineReader(0, MIN_STRING_BYTES);
      for (const piece of chunks(fd, 0, bytes)) {
        for (const line of lines.push(piece)) {
          const parsed = parseLine(line);
          if (parsed.kind !== "record") continue;
          const key = rowKey(parsed.record);
          if (key !== undefined) keys.push(key);
          keys.push(...idKeys(parsed.record));
        }
      }
    });
  }
  return Float64Array.from(keys);
}
