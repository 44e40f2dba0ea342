import type { AgentArchive } from "../../files/agent-archive.ts";
import type { ReadOptions } from "../../files/feed.ts";
import type { Change } from "../commit.ts";
import type { DestinationPlace } from "../destinations/destination-place.ts";
import { type Position, peekPosition, positionChange, positionFile } from "./position.ts";
import { ledgerFile, openSavedRows } from "./row-ledger.ts";
import { agentsFile, openSavedAgents, peekSavedAgents } from "./saved-agents.ts";

/**
 * A session's place in its files while it is read on from there: the position, and what lies in files beside it. When a
 * delivery breaks off, it must be opened anew.
 */
export interface OpenPosition {
  position: Position;
  files: PositionFiles;
}

export interface PositionFiles {
  /** What the reader of the session asks for. */
  reading: Required<Pick<ReadOptions, "openLedger" | "openArchive" | "peek">>;
  /** The agents that were done long ago. */
  archive(): AgentArchive;
  /**
   * What is to be committed, all at once, so that the next reading goes on from here. `isSoonRead`: as `mayWait` of
   * `SavedRows.save`.
   */
  changes(isSoonRead?: boolean): [position: Change, ...beside: Change[]];
}

/** Opens the files beside a position whose reading begins as it says now. */
export function withFiles(place: DestinationPlace, position: Position): OpenPosition {
  const file = positionFile(place, position.read.session.sessionId);
  const rows = openSavedRows(ledgerFile(file), position.read);
  const agents = openSavedAgents(agentsFile(file), position.read);
  const files: PositionFiles = {
    reading: {
      openLedger: rows.open,
      openArchive: agents.open,
      peek: (sessionId) => peekPosition(place, sessionId)?.read,
    },
    archive: agents.archive,
    changes(isSoonRead) {
      rows.save(isSoonRead);
      const resting = agents.change();
      const own = positionChange(place, position);
      return resting === undefined ? [own] : [own, resting];
    },
  };
  return { position, files };
}

/** The agents of the session that were done long ago, for a look that changes nothing. */
export function peekArchive(place: DestinationPlace, { read }: Position): AgentArchive {
  return peekSavedAgents(agentsFile(positionFile(place, read.session.sessionId)), read);
}
