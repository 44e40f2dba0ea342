import { dirname } from "node:path";
import { flushFolder, writeAtomic, writeEachAtomic } from "../../disk/atomic-write.ts";
import { MAX_BYTES, readJson } from "../../disk/read.ts";
import { removeFile } from "../../disk/remove-file.ts";
import type { ReadEnd } from "../../files/read-end.ts";
import { object } from "../../transcript/fields.ts";
import type { DestinationPlace } from "../destinations/destination-place.ts";
import { readEndShape } from "./position-shape.ts";

/**
 * Sessions that are being sent as sessions that are over, because no client has them open. No record shows where they
 * ended. If the sender is killed, or the backend's answer is lost, the same must be sent again, even if the session has
 * been resumed and has grown.
 */
export interface UnderWay {
  /** Up to where the session may have been sent. */
  of(sessionId: string): ReadEnd | undefined;
  /**
   * Saves that these sessions are now sent up to there. Await it before the request, with the lock held. It flushes the
   * file, so that a power cut does not lose it.
   */
  begin(ends: readonly SessionEnd[]): Promise<void>;
  /** These sessions have been sent, or certainly not. */
  settle(sessionIds: readonly string[]): void;
  /** Saves what `settle` has changed. Call it with the lock held. */
  save(): void;
}

export type SessionEnd = readonly [sessionId: string, end: ReadEnd];

/** After a power cut, an entry too many is harmless: the position says that all of it has been sent. */
const UNFLUSHED = { isFlushed: false };

/** Opens the list of a destination. It is read on first use. */
export function openUnderWay({ underWay: file }: Pick<DestinationPlace, "underWay">): UnderWay {
  let loaded: Map<string, ReadEnd> | undefined;
  let isSaved = true;
  const ends = () => {
    loaded ??= read(file);
    return loaded;
  };
  const save = () => {
    if (isSaved) return;
    if (ends().size === 0) removeFile(file);
    else writeAtomic(file, content(), UNFLUSHED);
    isSaved = true;
  };
  const content = () => JSON.stringify({ format: 1, sessions: Object.fromEntries(ends()) });
  return {
    of: (sessionId) => ends().get(sessionId),
    async begin(begun) {
      if (begun.length === 0) return;
      for (const [sessionId, end] of begun) ends().set(sessionId, end);
      isSaved = true;
      await writeEachAtomic([{ path: file, content: content() }]);
      await flushFolder(dirname(file));
    },
    settle(sessionIds) {
      for (const sessionId of sessionIds) if (ends().delete(sessionId)) isSaved = false;
    },
    save,
  };
}

/** Of a damaged file, returns the valid entries. */
function read(file: string): Map<string, ReadEnd> {
  const sessions = object(readJson(file, MAX_BYTES.state)?.sessions) ?? {};
  return new Map(Object.entries(sessions).filter((one): one is [string, ReadEnd] => readEndShape(one[1])));
}
