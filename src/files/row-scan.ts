import { createLineReader, MIN_STRING_BYTES } from "../transcript/lines.ts";
import { parseLine, recordsOf } from "../transcript/parse.ts";
import type { TranscriptRecord } from "../transcript/record.ts";
import { contentKeys, idKeys, isBlock, retimedKeys, rowKey, toldKey } from "../transcript/row-key.ts";
import { renewedKey } from "../transcript/said-key.ts";
import { isReadable, readFrom } from "./transcript-file.ts";

/** A file and how much of it has been read, in bytes. */
interface ReadPart {
  path: string;
  bytes: number;
}

/** The keys that a ledger holds for all rows in the parts that have been read. A missing file has no rows. */
export function scanRowKeys(parts: Iterable<ReadPart>): Float64Array {
  const keys: number[] = [];
  for (const part of parts) {
    if (part.bytes === 0 || !isReadable(part.path)) continue;
    let hasPrompt = false;
    for (const record of recordsIn(part)) {
      const key = rowKey(record);
      if (key !== undefined) keys.push(key, ...(contentKeys(record) ?? []));
      if (!isBlock(record)) keys.push(...(retimedKeys(record) ?? []));
      for (const said of [renewedKey(record), toldKey(record)]) if (said !== undefined) keys.push(said);
      hasPrompt ||= record.type === "user";
      // The rows before the prompt of a fork's file contain the call that started it. The ids in these rows belong to
      // the parent.
      if (hasPrompt || record.agentId === undefined) keys.push(...idKeys(record));
    }
  }
  return Float64Array.from(keys);
}

/** The records in the first `bytes` bytes of a file, with long texts cut. */
export function* recordsIn({ path, bytes }: ReadPart): Generator<TranscriptRecord> {
  const lines = createLineReader(0, MIN_STRING_BYTES);
  for (const piece of readFrom(path, 0)) {
    for (const line of lines.push(piece)) {
      if (line.end > bytes) return;
      yield* recordsOf(parseLine(line));
    }
  }
}
