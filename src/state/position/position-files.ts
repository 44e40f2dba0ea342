import type { AgentArchive } from "../../files/agents/archive.ts";
import type { ReadOptions } from "../../files/feed.ts";
import type { Change } from "../commit.ts";
import type { DestinationPlace } from "../destinations/destination-place.ts";
import { type Position, peekPosition, positionChange, positionFile } from "./position.ts";
import { ledgerFile, openSavedRows } from "./row-ledger.ts";
import { agentsFile, openSavedAgents, peekSavedAgents } from "./saved-agents.ts";

/**
 * A session's position and the files beside it, open for reading on. After a delivery that failed, it must be opened
 * again.
 */
export interface OpenPosition {
  position: Position;
  files: PositionFiles;
}

export interface PositionFiles {
  /** What `readSession` needs. */
  reading: Required<Pick<ReadOptions, "openLedger" | "openArchive" | "peek">>;
  /** The agents that finished long ago. */
  archive(): AgentArchive;
  /** The position as JSON text, as it was opened or as `changes` returned it last. */
  saved(): string;
  /** A reading has moved the position and left it to the next one, or to the end of following, to save that. */
  isUnsaved: boolean;
  /**
   * The files to commit together, so that the next reading continues from here. `isSoonRead`: see `mayWait` of
   * `SavedRows.save`.
   */
  changes(isSoonRead?: boolean): [position: Change, ...beside: Change[]];
}

/** Opens the files beside a position. The reading must begin where the position is now. */
export function withFiles(place: DestinationPlace, position: Position): OpenPosition {
  const file = positionFile(place, position.read.session.sessionId);
  const rows = openSavedRows(ledgerFile(file), position.read);
  const agents = openSavedAgents(agentsFile(file), position.read);
  let saved = JSON.stringify(position);
  const files: PositionFiles = {
    reading: {
      openLedger: rows.open,
      openArchive: agents.open,
      peek: (sessionId) => peekPosition(place, sessionId)?.read,
    },
    archive: agents.archive,
    saved: () => saved,
    isUnsaved: false,
    changes(isSoonRead) {
      rows.save(isSoonRead);
      const resting = agents.change();
      const own = positionChange(place, position);
      saved = own.content;
      files.isUnsaved = false;
      return resting === undefined ? [own] : [own, resting];
    },
  };
  return { position, files };
}

/** The session's agents that finished long ago. Changes nothing on disk. */
export function peekArchive(place: DestinationPlace, { read }: Position): AgentArchive {
  return peekSavedAgents(agentsFile(positionFile(place, read.session.sessionId)), read);
}
