import { UserError } from "../../config/user-error.ts";
import { readHead } from "../../files/kin/head.ts";
import { readInbox } from "../../hook/inbox.ts";
import { openCatalog } from "../../state/catalog/catalog.ts";
import { keyOf } from "../../state/destinations/destination-place.ts";
import type { Lock } from "../../state/lock.ts";
import { adoptEarlier } from "../../state/migrate.ts";
import { realWorld, type World } from "../../state/world.ts";
import { createDestination, flush, isHeldBack } from "../destination.ts";
import { openPlace, saveState } from "../open-place.ts";
import { exportAll } from "./export-all.ts";
import { type Export, type ExportRequest, type ExportResult, type Look, noResult } from "./export-work.ts";
import { holdingLock } from "./hold-lock.ts";

/**
 * Sends the parts of the given sessions that this destination does not have yet. Shares positions with the background
 * worker. Stops at the first failure that persists after a few attempts. Throws a `UserError` if no endpoint is set or
 * if another process holds the lock.
 */
export async function exportSessions(
  request: ExportRequest,
  world: World = realWorld(request.home, process.env),
): Promise<ExportResult> {
  return holdingLock(world, (lock) => exportWithLock(request, lock, world), request.onWait);
}

async function exportWithLock(request: ExportRequest, lock: Lock, world: World): Promise<ExportResult> {
  const { prepared, sessions } = request;
  const key = keyOf(prepared);
  if (key === undefined) throw new UserError("No endpoint is set.");
  const opened = openPlace(key, world);
  const { role = "usual" } = request;
  if (role === "usual") adoptEarlier(world.home, opened.place);
  const counts = request.countMetrics ? "all" : role === "elsewhere" ? "none" : "hooked";
  const destination = createDestination(opened, prepared, world, { counts });
  const result = noResult();
  const events = readInbox(world.home.inbox);
  const work: Export = { request, destination, events, lock, world, result };
  const catalog = openCatalog(world.home);
  // Findings about new hosts, servers and hooks belong to the first session that used them, so the earliest session is
  // read first.
  const inOrder = prepared.config.findings ? byBeginning(sessions) : sessions;
  const looks: Look[] = inOrder.map((session) => ({ ...session, files: catalog.look(session) }));
  try {
    const left = await exportAll(work, looks);
    if (result.failure !== undefined) return result;
    // A backend for traces alone rejects the metrics that hooks counted. That is reported only if the user asked for
    // metrics.
    const failure = await flush(destination, world, lock.isHeld);
    if (failure !== undefined || isHeldBack(destination, world)) result.hasUnsentMetrics = true;
    if (failure !== undefined && request.countMetrics) result.failure = failure;
    else if (left !== undefined) result.failure = left;
    return result;
  } finally {
    if (lock.isHeld()) destination.underWay.save();
    catalog.save();
    saveState(destination);
    destination.sender.close();
  }
}

function byBeginning(sessions: ExportRequest["sessions"]): ExportRequest["sessions"] {
  const begun = sessions.map((session) => ({
    session,
    atMs: readHead(session.path, session.sessionId)?.firstMs ?? Number.POSITIVE_INFINITY,
  }));
  return begun.sort((a, b) => (a.atMs < b.atMs ? -1 : a.atMs > b.atMs ? 1 : 0)).map(({ session }) => session);
}
