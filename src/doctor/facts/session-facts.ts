import { existsSync } from "node:fs";
import { join } from "node:path";
import { namesIn } from "../../disk/folder.ts";
import { sizeOf, tryStat } from "../../disk/stat.ts";
import { listAgentFiles } from "../../files/agents/agent-files.ts";
import type { AgentArchive } from "../../files/agents/archive.ts";
import { foldersElsewhere } from "../../files/agents/folders-elsewhere.ts";
import { isOwnedByLivingClient } from "../../files/alive.ts";
import { readSession } from "../../files/read-session.ts";
import type { SessionOptions } from "../../session/options.ts";
import { endOf } from "../../session/walk.ts";
import { type DestinationPlace, destinationPlace } from "../../state/destinations/destination-place.ts";
import type { Home } from "../../state/home.ts";
import { isClientAlive, peekHookFacts } from "../../state/position/hook-facts.ts";
import { newPosition, type Position, peekPosition, positionFile } from "../../state/position/position.ts";
import { peekArchive } from "../../state/position/position-files.ts";
import type { DestinationFact } from "./destination-facts.ts";

/** The state of a session that a hook named or an export sent. */
export interface SessionStatus {
  readonly sessionId: string;
  readonly path: string;
  /** Name of the project's folder. */
  readonly project: string | undefined;
  /** When its state was last written, in epoch ms. */
  readonly seenMs: number;
  /** Its last delivery to any destination. */
  readonly lastDelivery: Position["lastDelivery"];
  /** Its deliveries: one for each destination it was or will be sent to. */
  readonly deliveries: readonly SessionDelivery[];
  /** Requests without a known price in its current run. */
  readonly unpricedRequests: number;
  /** Finished data that is not delivered, for the destination that lacks most of it. */
  readonly pending: Pending;
  /** Whether its transcript was never read and its client has exited. */
  readonly hasNoTranscript: boolean;
}

interface SessionDelivery {
  /** Key of the destination. */
  readonly destination: string;
  readonly lastDelivery: Position["lastDelivery"];
  /** Whether some of it has been read for that destination. */
  readonly hasBegun: boolean;
  /** Empty if workers no longer send there. */
  readonly pending: Pending;
}

interface Pending {
  /** Bytes of transcript after the last delivery. Zero if they hold nothing that is finished. */
  readonly bytes: number;
  readonly turns: number;
  /** When the first undelivered piece ended, in epoch ms. */
  readonly sinceMs?: number;
}

const NOTHING: Pending = { bytes: 0, turns: 0 };

/**
 * Returns the sessions in the state folder, the latest first. To find what is waiting, it reads on from the end of the
 * last delivery, on a copy of the state. So the result is what the next delivery to that destination would send.
 */
export function readSessionStatus(
  home: Home,
  destinations: readonly DestinationFact[],
  options: SessionOptions,
  onProgress: (done: number, total: number) => void = () => {},
): SessionStatus[] {
  const known = sessionFiles(home, destinations);
  return [...known]
    .flatMap(([sessionId, seenMs], index) => {
      const status = statusOf({ home, destinations, sessionId, seenMs, options });
      onProgress(index + 1, known.size);
      return status ?? [];
    })
    .sort((a, b) => b.seenMs - a.seenMs);
}

function statusOf(about: {
  home: Home;
  destinations: readonly DestinationFact[];
  sessionId: string;
  seenMs: number;
  options: SessionOptions;
}): SessionStatus | undefined {
  const { home, destinations, sessionId, seenMs, options } = about;
  const hook = peekHookFacts(home, sessionId);
  const positions = destinations.flatMap(({ key, isLive }) => {
    const place = destinationPlace(home, key);
    const saved = peekPosition(place, sessionId);
    if (saved !== undefined) return [{ key, isLive, position: saved }];
    // A session that a hook named will go to all live destinations, unless its state file cannot be read.
    const isNew = isLive && hook !== undefined && !existsSync(positionFile(place, sessionId));
    return isNew ? [{ key, isLive, position: newPosition(sessionId, hook.path) }] : [];
  });
  const path = hook?.path ?? positions[0]?.position.path;
  if (path === undefined) return undefined;
  const isClientGone = hook === undefined || !isClientAlive(home, hook);
  // Without the id of the client's process, an open turn may still go on.
  const isOver = isClientGone && hook?.pid !== undefined;
  const isRead = positions.some(({ position }) => position.read.main !== undefined);
  const state = positions[0]?.position.read.session;
  const lastDelivery = positions
    .map(({ position }) => position.lastDelivery)
    .reduce((last, one) => (one === undefined || one.atMs < (last?.atMs ?? 0) ? last : one), undefined);
  // Clients of 2.0 leave empty transcripts behind, of which there is nothing to tell.
  if (lastDelivery === undefined && sizeOf(path) === 0 && existsSync(path)) return undefined;
  const status = {
    sessionId,
    path,
    project: state?.main.place.project,
    seenMs,
    lastDelivery,
    unpricedRequests: state?.run?.totals.unpricedRequests ?? 0,
    hasNoTranscript: hook?.hookSeen === true && !isRead && !existsSync(path) && isClientGone,
  };
  // Reading on changes the state, so copy these values first.
  const deliveries = positions.map(
    ({ key, isLive, position }): SessionDelivery => ({
      destination: key,
      lastDelivery: position.lastDelivery,
      hasBegun: position.read.main !== undefined,
      pending: isLive
        ? pendingOf({ ...position, path }, { isOver, place: destinationPlace(home, key), session: options })
        : NOTHING,
    }),
  );
  const pending = deliveries.reduce(
    (most, one) => (one.pending.bytes > most.bytes ? one.pending : most),
    NOTHING,
  );
  // Reading on finds the project of a session that was never read, and of one that is to be sent again.
  const project = status.project ?? state?.main.place.project ?? projectOf(path, sessionId, options);
  return { ...status, project, deliveries, pending };
}

/** The project that the beginning of a transcript names. */
function projectOf(path: string, sessionId: string, session: SessionOptions): string | undefined {
  const { read } = newPosition(sessionId, path);
  try {
    // The first records that are read name it.
    for (const _ of readSession(path, read, { quiet: true, ended: false, session })) break;
  } catch {
    // The transcript cannot be read.
  }
  return read.session.main.place.project;
}

/**
 * What of a session has not been delivered to a destination, as far as its files can be read. `isOver`: its client has
 * ended, so no more of an open turn will come.
 */
function pendingOf(
  position: Position,
  { isOver, place, session }: { isOver: boolean; place: DestinationPlace; session: SessionOptions },
): Pending {
  const { path, read } = position;
  const archive = peekArchive(place, position);
  const bytes = unreadBytes(position, archive);
  if (bytes === 0 && read.session.main.items.length === 0) return NOTHING;
  const quiet = !isOwnedByLivingClient(path, read.session.sessionId);
  let turns = 0;
  let sinceMs: number | undefined;
  try {
    const reading = { quiet, ended: quiet && isOver, session, openArchive: () => archive };
    for (const pieces of readSession(path, read, reading)) {
      turns += pieces.filter(({ type }) => type === "turn").length;
      sinceMs = Math.min(sinceMs ?? Number.POSITIVE_INFINITY, ...pieces.map(endOf));
    }
  } catch {
    // The transcript was deleted meanwhile or cannot be read, so nothing can be sent.
    return NOTHING;
  }
  return sinceMs === undefined ? NOTHING : { bytes, turns, sinceMs };
}

function unreadBytes({ path, read }: Position, archive: AgentArchive): number {
  const main = Math.max(0, sizeOf(path) - (read.main?.offset ?? 0));
  const { sessionId, main: state } = read.session;
  const files = listAgentFiles(path, sessionId, false, foldersElsewhere(path, state.cwds));
  const agents = files.reduce((sum, { agentId, path }) => {
    const readBytes = read.agents[agentId] ?? archive.all().get(agentId)?.bytes ?? 0;
    return sum + Math.max(0, sizeOf(path) - readBytes);
  }, 0);
  return main + agents;
}

/** Returns the ids of sessions with a state file, and when the latest file of each was written. */
function sessionFiles(home: Home, destinations: readonly DestinationFact[]): Map<string, number> {
  const folders = [home.sessions, ...destinations.map(({ key }) => destinationPlace(home, key).sessions)];
  const seen = new Map<string, number>();
  for (const folder of folders) {
    for (const name of namesIn(folder)) {
      if (!/^[^.]+\.json$/.test(name)) continue;
      const stats = tryStat(join(folder, name));
      const sessionId = name.slice(0, -".json".length);
      if (stats !== undefined) seen.set(sessionId, Math.max(seen.get(sessionId) ?? 0, stats.mtimeMs));
    }
  }
  return seen;
}
