import { namesIn } from "../../disk/folder.ts";
import { fileName } from "../../state/state-file.ts";
import { type Begun, begin, exportOne } from "./export-one.ts";
import { deliveredKey, type Export, type Failure, type Look } from "./export-work.ts";
import { createSharedRequests } from "./shared-requests.ts";
import { readSessions } from "./threads/readers.ts";

/**
 * Sends the sessions, small ones together. A session whose items are in doubt is tried once more after all others: if
 * the backend accepted those, the rejected items are set aside. Returns why a session was left unsent.
 */
export async function exportAll(work: Export, looks: readonly Look[]): Promise<Failure | undefined> {
  const { request, result, destination, world } = work;
  const shared = createSharedRequests(work);
  const totalBytes = bytesOf(looks);
  const doubtful: Look[] = [];
  // If positions were lost, their sessions are sent again, whatever the catalog says.
  const positions = new Set(namesIn(destination.place.sessions));

  /** Sends sessions one by one. Returns false if the export is over. */
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

  const hasPosition = ({ sessionId }: Look) => positions.has(fileName(sessionId));
  const isDue = (look: Look) =>
    request.resend || !hasPosition(look) || !look.files.isDelivered(deliveredKey(work));
  const due = looks.filter(isDue);
  let done = looks.length - due.length;
  let doneBytes = totalBytes - bytesOf(due);
  try {
    for await (const begun of readSessions(work, due, { peek: shared.peek, hasPosition })) {
      request.onProgress?.({ done: done++, total: looks.length, doneBytes, totalBytes });
      doneBytes += begun.look.files.bytes;
      if (!(await exportAlone(await shared.add(begun)))) return undefined;
    }
  } finally {
    // If a session cannot be read, the result of the request under way must still be recorded.
    await shared.arrival();
  }
  if (!(await exportAlone(await shared.end()))) return undefined;
  let left: Failure | undefined;
  for (const look of doubtful) {
    left = (await exportOne(work, begin(work, look))) ?? left;
    if (result.failure !== undefined) return undefined;
  }
  request.onProgress?.({ done: looks.length, total: looks.length, doneBytes: totalBytes, totalBytes });
  return left;
}

function bytesOf(looks: readonly Look[]): number {
  return looks.reduce((sum, { files }) => sum + files.bytes, 0);
}
