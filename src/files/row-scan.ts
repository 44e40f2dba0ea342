import { createLineReader, MIN_STRING_BYTES } from "../transcript/lines.ts";
import { parseLine, recordsOf } from "../transcript/parse.ts";
import type { TranscriptRecord } from "../transcript/record.ts";
import { idKeys, rowKey } from "../transcript/row-key.ts";
import { isReadable, readFrom } from "./file-position.ts";

/** A file and how much of it has been read, in bytes. */
export interface ReadPart {
  path: string;
  bytes: number;
}

/** What a ledger holds of all rows in what has been read of a session's files. A file that is gone has none. */
export function scanRowKeys(parts: Iterable<ReadPart>): Float64Array {
  const keys: number[] = [];
  for (const part of parts) {
    if (part.bytes === 0 || !isReadable(part.path)) continue;
    let hasPrompt = false;
    for (const record of recordsIn(part)) {
      const key = rowKey(record);
      if (key !== undefined) keys.push(key);
      hasPrompt ||= record.type === "user";
      // Before its prompt, a fork's file has the call that started it: the ids in that are the parent's to use first.
      if (hasPrompt || record.agentId === undefined) keys.push(...idKeys(record));
    }
  }
  return Float64Array.from(keys);
}

/** The records of a file's beginning, their texts cut short. */
export function* recordsIn({ path, bytes }: ReadPart): Generator<TranscriptRecord> {
  const lines = createLineReader(0, MIN_STRING_BYTES);
  for (const piece of readFrom(path, 0)) {
    for (const line of lines.push(piece)) {
      if (line.end > bytes) return;
      yield* recordsOf(parseLine(line));
    }
  }
}
