import { readdirSync } from "node:fs";
import { basename } from "node:path";
import type { DestinationPlace } from "../state/destinations/destination-place.ts";
import { positionFile } from "../state/position/position.ts";
import { createConvoy } from "./convoy.ts";
import { type Begun, begin, exportOne } from "./export-one.ts";
import { deliveredKey, type Export, type Failure, type Look } from "./export-work.ts";

/**
 * Sends the sessions in their order, small ones together. One whose items are refused, for a reason that may be its own, is
 * left, and tried once more behind the others: if these are accepted, its refused items are set aside. Returns why one
 * stayed behind.
 */
export async function exportAll(work: Export, looks: readonly Look[]): Promise<Failure | undefined> {
  const { request, result, destination, world } = work;
  const convoy = createConvoy(work);
  const totalBytes = looks.reduce((sum, { files }) => sum + files.bytes, 0);
  let doneBytes = 0;
  const doubtful: Look[] = [];
  // Who has lost the positions wants everything once more, whatever the catalog says.
  const positions = namesOfPositions(destination.place);

  /** Sends one after the other. False: the export is over. */
  async function exportAlone(sessions: readonly Begun[]): Promise<boolean> {
    for (const begun of sessions) {
      const failure = await exportOne(work, begun);
      if (result.failure !== undefined) return false;
      if (failure === undefined) continue;
      doubtful.push(begun.look);
      if (destination.backoff.waitMs(world.ticks()) === undefined) {
        result.failure = failure;
        return false;
      }
    }
    return true;
  }

  for (const [position, look] of looks.entries()) {
    request.onProgress?.({ done: position, total: looks.length, doneBytes, totalBytes });
    doneBytes += look.files.bytes;
    const isKnown = positions.has(basename(positionFile(destination.place, look.sessionId)));
    if (!request.resend && isKnown && look.files.isDelivered(deliveredKey(work))) continue;
    if (!(await exportAlone(await convoy.add(begin(work, look, convoy.peek))))) return undefined;
  }
  if (!(await exportAlone(await convoy.end()))) return undefined;
  let left: Failure | undefined;
  for (const look of doubtful) {
    left = (await exportOne(work, begin(work, look))) ?? left;
    if (result.failure !== undefined) return undefined;
  }
  request.onProgress?.({ done: looks.length, total: looks.length, doneBytes, totalBytes });
  return left;
}

function namesOfPositions({ sessions }: DestinationPlace): Set<string> {
  try {
    return new Set(readdirSync(sessions));
  } catch {
    return new Set();
  }
}
