import { join } from "node:path";
import type { Signal } from "../../config/signals.ts";
import type { ReadEnd } from "../../files/read-end.ts";
import { newReadState, type ReadState, restoreReadState } from "../../files/read-state.ts";
import type { Change } from "../commit.ts";
import type { DestinationPlace } from "../destinations/destination-place.ts";
import { FORMAT, fileName, peekStateFile, readStateFile } from "../state-file.ts";
import { upgradeResting } from "../upgrade.ts";
import { lastDeliveryShape, outletsShape, readEndShape, readStateShape } from "./position-shape.ts";
import { agentsFile, hasSavedAgents } from "./saved-agents.ts";
import { maybe } from "./shape.ts";
import { beginReplay, laterOf, type Progress, type Watermark } from "./watermark.ts";

/**
 * How far a session has been delivered to one destination: `destinations/<key>/sessions/<id>.json`. Keeps fields that
 * this version does not know.
 */
export interface Position {
  format: typeof FORMAT;
  path: string;
  /** The reader's part: how far everything has been delivered, and what is known of turns that are not complete. */
  read: ReadState;
  /** The delivery's part, one entry for each signal. */
  outlets: Partial<Record<OutletName, OutletMemory>>;
  lastDelivery?: { atMs: number; spans: number; rejected: number };
  /** Up to here, an earlier process may have sent the session as one that is over (`UnderWay`). */
  maybeSent?: ReadEnd;
  /** When its transcript was first found missing, in epoch ms. */
  vanishedMs?: number;
}

/** What handles the pieces of a session: a signal, or the notices, which have no backend. */
type OutletName = Signal | "notices";

/** What an outlet remembers of a session. */
export interface OutletMemory extends Progress {
  /**
   * Ids of items after the position that the backend has already accepted, because the delivery failed before the rest
   * was sent.
   */
  taken?: string[];
  /**
   * Items that were rejected, each alone in a request, and the number of requests that the backend had accepted by
   * then.
   */
  refused?: { ids: string[]; accepted: number };
}

/** A position at the start of a session that was never sent. `path`: its transcript. */
export function newPosition(sessionId: string, path: string): Position {
  return { format: FORMAT, path, read: newReadState(sessionId), outlets: {} };
}

/** An outlet's memory of a session, created in place if it is missing. */
export function memoryOf(position: Position, signal: OutletName): OutletMemory {
  const memory = position.outlets[signal] ?? { until: {} };
  position.outlets[signal] = memory;
  return memory;
}

/** What at least one outlet has delivered. */
export function deliveredOf({ outlets }: Position): Watermark {
  return Object.values(outlets).reduce<Watermark>((sum, { until }) => laterOf(sum, until), {});
}

/** The file of a session's position. */
export function positionFile(place: DestinationPlace, sessionId: string): string {
  return join(place.sessions, fileName(sessionId));
}

/**
 * Loads a position; undefined if there is none. Moves a damaged file aside. If it still says what the outlets have, the
 * session is read from its start and only the rest is delivered. Otherwise the whole session is sent again, with the
 * same ids.
 */
export function loadPosition(
  place: DestinationPlace,
  sessionId: string,
  onDamaged: (file: string) => void,
): Position | undefined {
  const file = positionFile(place, sessionId);
  let kept: Position | undefined;
  const parseWhole = (content: string) => {
    const position = parsePosition(content);
    if (position !== undefined && hasSavedAgents(agentsFile(file), position.read)) return position;
    kept = withoutReader(content, sessionId);
    return undefined;
  };
  return readStateFile(file, parseWhole, onDamaged) ?? kept;
}

/**
 * A position that starts at the session's start but keeps what the outlets have; undefined if the content does not tell
 * that.
 */
function withoutReader(content: string, sessionId: string): Position | undefined {
  let saved: Partial<Position> | null;
  try {
    saved = JSON.parse(content);
  } catch {
    return undefined;
  }
  if (saved?.format !== FORMAT || typeof saved.path !== "string") return undefined;
  if (saved.outlets === undefined || !outletsShape(saved.outlets)) return undefined;
  const position = { ...newPosition(sessionId, saved.path), outlets: saved.outlets };
  for (const memory of Object.values(position.outlets)) beginReplay(memory);
  return position;
}

/** Reads a position and changes nothing on disk. Undefined if there is none or it is damaged. */
export function peekPosition(place: DestinationPlace, sessionId: string): Position | undefined {
  return peekStateFile(positionFile(place, sessionId), parsePosition);
}

/** Parses a position and converts the forms of earlier versions. Undefined if it is damaged. */
export function parsePosition(content: string): Position | undefined {
  try {
    const position = JSON.parse(content) as Partial<Position> | null;
    if (position?.read !== undefined) upgradeResting(position.read);
    const whole =
      position?.format === FORMAT &&
      typeof position.path === "string" &&
      readStateShape(position.read) &&
      outletsShape(position.outlets) &&
      lastDeliveryShape(position.lastDelivery) &&
      maybe(readEndShape)(position.maybeSent);
    if (!whole) return undefined;
    restoreReadState((position as Position).read);
    return position as Position;
  } catch {
    return undefined;
  }
}

/** The change that saves a position. */
export function positionChange(place: DestinationPlace, position: Position): Change {
  return {
    path: positionFile(place, position.read.session.sessionId),
    content: JSON.stringify(position),
  };
}
