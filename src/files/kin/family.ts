import { createRowKeys } from "../../session/row-keys.ts";
import type { TranscriptRecord } from "../../transcript/record.ts";
import { originalKey, rowKey } from "../../transcript/row-key.ts";
import type { PeekSession } from "../read-state.ts";
import { recordsIn } from "../row-scan.ts";
import type { Head } from "./head.ts";
import type { Neighbour } from "./neighbours.ts";

/** Whether the other session, and not this one, counts the rows that both have. */
export function isSource(other: Neighbour, own: Neighbour, family: Family, peek: PeekSession): boolean {
  // The other session has rows before the common ones: this one is its fork and begins after a compaction.
  if (!sharesBeginning(own.head, other.head)) return true;
  const known = peek(other.sessionId)?.sources;
  if (known !== undefined) return !known.sources.some(({ sessionId }) => sessionId === own.sessionId);
  const [namesOther, namesOwn] = [names(own, other), names(other, own)];
  if (namesOther !== namesOwn) return namesOther;
  const [ofOther, ofOwn] = [rankOf(other, family), rankOf(own, family)];
  if (ofOther !== ofOwn) return ofOther < ofOwn;
  // A fork writes its own rows later than the rows of its source that it did not copy. While one of the two has no rows
  // of its own, the file that was created later is the fork.
  const [otherMs, ownMs] = [firstMsBeyond(other, own), firstMsBeyond(own, other)];
  if (otherMs !== undefined && ownMs !== undefined && otherMs !== ownMs) return otherMs < ownMs;
  const { createdMs } = own.head;
  return other.head.createdMs === createdMs
    ? other.sessionId < own.sessionId
    : other.head.createdMs < createdMs;
}

function sharesBeginning(own: Head, other: Head): boolean {
  return other.rowIds.some((id) => own.rowIds.includes(id));
}

function names({ head }: Neighbour, { sessionId }: Neighbour): boolean {
  return head.named.includes(sessionId);
}

/** The sessions with the same first rows. `showStarts`: the file of every fork shows when the fork began. */
interface Family {
  ids: readonly string[];
  showStarts: boolean;
}

/** The family that these sessions are. */
export function familyOf(members: readonly Neighbour[]): Family {
  const forks = members.filter(({ head }) => head.beginsLate || head.named.length > 0);
  return {
    ids: members.map(({ sessionId }) => sessionId),
    showStarts: forks.every(({ head }) => head.beginsLate),
  };
}

/**
 * A key that sorts the sessions of a family from the original to its last fork. A session has copied if it names
 * others, if its file shows that it began later, or if its rows have later times. Forks of clients from 2.0 to 2.1.2xx
 * may name their source or not, but with `-p` their files show when they began.
 */
export function rankOf({ head }: Neighbour, { ids, showStarts }: Family): string {
  const named = head.named.filter((id) => ids.includes(id)).length;
  const forkedMs = showStarts && head.beginsLate ? head.begunMs : 0;
  // Clients up to 2.0.29 give copied rows new times, and those show more than when a file was created: it may be a
  // restored copy.
  const isCopy = Number(!head.isOld && !head.isOriginal);
  const rank = [forkedMs, named, Number(head.beginsLate), isCopy, head.firstMs];
  return rank.map((part) => String(part).padStart(16, "0")).join(" ");
}

/** The time of the first row that `other` does not have, in epoch ms. Undefined when there is none. */
function firstMsBeyond({ path }: Neighbour, other: Neighbour): number | undefined {
  const bytes = Number.POSITIVE_INFINITY;
  const others = createRowKeys();
  for (const record of recordsIn({ path: other.path, bytes }))
    for (const key of keysIn(record)) others.add(key);
  for (const record of recordsIn({ path, bytes })) {
    const keys = keysIn(record);
    if (keys.length > 0 && record.atMs !== undefined && !keys.some((key) => others.has(key)))
      return record.atMs;
  }
  return undefined;
}

/** The keys of the row and of the one that it names as its original. */
function keysIn(record: TranscriptRecord): number[] {
  return [rowKey(record), originalKey(record)].filter((key) => key !== undefined);
}
