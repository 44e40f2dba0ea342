import { hash53 } from "../../hash53.ts";
import type { TranscriptRecord } from "../../transcript/record.ts";
import { rowKey, writesRowsAgain } from "../../transcript/row-key.ts";
import type { Source } from "../read-state.ts";
import { recordsIn } from "../row-scan.ts";
import { type Head, readHead } from "./head.ts";
import { CLOCK_MS, type ListedFile, listingAround } from "./listing.ts";
import { filesHolding, knownHead } from "./neighbours.ts";

/** Whether the row is what a person wrote, and not the results of tools. */
export function isPrompt(record: TranscriptRecord): boolean {
  return record.type === "user" && record.toolResults.length === 0 && record.uuid !== undefined;
}

/**
 * Whether the row is a prompt that may have been taken from another session. With clients before 2.1.30, `claude -c`
 * may go on from the newest row of any fork, and first appends the fork's rows to the file of the session that it
 * resumes. They are older than the rows above them, or name the other session. `lastMs`: latest time above, in epoch
 * ms.
 */
export function looksTaken(record: TranscriptRecord, sessionId: string, lastMs = 0): boolean {
  if (!isPrompt(record) || !writesRowsAgain(record.version)) return false;
  const namesOther = record.sessionId !== undefined && record.sessionId !== sessionId;
  return namesOther || (record.atMs ?? lastMs) < lastMs;
}

/** The keys of the rows that a session may have taken from others since it began. */
export function takenKeys({ sessionId, path = "" }: Source): Set<number> {
  const keys = new Set<number>();
  let lastMs = 0;
  let hasOwn = false;
  let isTaking = false;
  for (const record of recordsIn({ path, bytes: Number.POSITIVE_INFINITY })) {
    if (isPrompt(record)) {
      const isForeign = looksTaken(record, sessionId, lastMs);
      isTaking = isForeign && hasOwn;
      hasOwn ||= !isForeign;
    }
    const key = isTaking ? rowKey(record) : undefined;
    if (key !== undefined) keys.add(key);
    lastMs = Math.max(lastMs, record.atMs ?? 0);
  }
  return keys;
}

/**
 * The session that has such a prompt as its own: of those with the row, the last fork that had begun by then, or else a
 * source of this session. Undefined when there is none.
 */
export function giverOf(
  path: string,
  sessionId: string,
  record: TranscriptRecord,
  sources: readonly Source[],
): Source | undefined {
  const { uuid = "", atMs = 0 } = record;
  const begunMs = (file: ListedFile): number | undefined => {
    const forkedMs = forkedMsOf(knownHead(file.path) ?? readHead(file.path, file.sessionId));
    return forkedMs ?? (sources.some((source) => source.sessionId === file.sessionId) ? 0 : undefined);
  };
  const others = listingAround(path, false).files.filter(
    (file) => file.sessionId !== sessionId && file.changedMs >= atMs - CLOCK_MS,
  );
  const paths = filesHolding(others, hash53(uuid));
  const givers = others
    .filter((file) => paths.has(file.path))
    .map((file) => ({ file, begunMs: begunMs(file) ?? Number.POSITIVE_INFINITY }))
    .filter((one) => one.begunMs <= atMs)
    .sort((a, b) => b.begunMs - a.begunMs || (a.file.path < b.file.path ? -1 : 1));
  const [giver] = givers;
  return giver === undefined ? undefined : { sessionId: giver.file.sessionId, path: giver.file.path };
}

/** When the session was forked, in epoch ms. Undefined when its file does not show it. */
export function forkedMsOf(head: Head | undefined): number | undefined {
  return head?.beginsLate && !head.isOld ? head.begunMs : undefined;
}
