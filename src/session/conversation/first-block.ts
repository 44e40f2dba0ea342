import type { AssistantRecord } from "../../transcript/record.ts";
import type { RequestDraft } from "./thread.ts";

/**
 * No API receives a request, reads the prompt and answers within this time. If it seems so, the client wrote the
 * request's time late.
 */
const SOONEST_CHUNK_MS = 20;

/** The client writes a request's time at most this late: 226 ms in recordings on busy machines. */
const LATEST_NOTE_MS = 300;

/**
 * Sets when the first block of a response began and ended. The record of the first block is written when the block is
 * complete. A thinking or tool-use block records how long it streamed, so the time of its beginning is known. For a text
 * block, only the bound is known.
 *
 * The bound is also all that is known when the request's own time is implausible, because a busy machine wrote it late.
 * Then the bound begins at the record before, but no earlier than the request's time can be.
 *
 * `sentMs`: when the successful attempt was sent, if the client records attempts. `beforeMs`: time of the record before
 * it. Both in epoch ms.
 */
export function setFirstBlock(
  draft: RequestDraft,
  record: AssistantRecord,
  sentMs: number | undefined,
  beforeMs: number | undefined,
): void {
  if (sentMs === undefined) return;
  draft.lastAttemptMs = sentMs;
  if (record.blockIndex !== undefined && record.blockIndex > 0) return;
  const atMs = record.atMs ?? draft.endMs;
  if (!record.isAborted) draft.firstBlockMs = atMs;
  const streamedMs = streamedMsOf(record);
  if (streamedMs === undefined || record.blockIndex !== 0 || record.isAborted) return;
  const chunkMs = atMs - streamedMs;
  if (chunkMs - sentMs >= SOONEST_CHUNK_MS) draft.firstChunkMs = chunkMs;
  else if (draft.retries.length === 0 && beforeMs !== undefined) {
    draft.lastAttemptMs = Math.min(Math.max(beforeMs, sentMs - LATEST_NOTE_MS), sentMs);
    draft.startMs = Math.min(draft.startMs, draft.lastAttemptMs);
  }
}

/** How long the block of a line streamed, in ms. Undefined for a text block. */
function streamedMsOf({
  blocks,
  thinkingDurationMs,
  toolInputStreamMs,
}: AssistantRecord): number | undefined {
  switch (blocks[0]?.type) {
    case "thinking":
      return thinkingDurationMs;
    case "tool_use":
      return toolInputStreamMs;
    default:
      return undefined;
  }
}

/** A response has few blocks that no line shows. */
const MAX_MISSING = 32;

/** Records the index of a line's block. Lines may come in another order than their blocks. */
export function noteBlockIndex(draft: RequestDraft, record: AssistantRecord, index: number): void {
  const { lines, lastAttemptMs } = draft;
  const { blockIndex = -1, missing = [] } = lines;
  if (index <= blockIndex) {
    lines.missing = missing.filter((one) => one !== index);
    // The line of the first block comes behind another one.
    if (index === 0) setFirstBlock(draft, record, lastAttemptMs, undefined);
    return;
  }
  lines.blockIndex = index;
  for (let one = blockIndex + 1; one < index && missing.length < MAX_MISSING; one++) missing.push(one);
  if (missing.length > 0) lines.missing = missing;
}
