import type { Config } from "../../../config/load.ts";
import type { SenderConfig } from "../../../config/sending.ts";
import type { ReadEnd } from "../../../files/read-end.ts";
import type { Summary } from "../../../session/sums/summary.ts";
import type { Change } from "../../../state/commit.ts";
import type { ExportRequest } from "../export-work.ts";

/** The argument that makes the program run as a thread of an export. It is not the name of any command. */
export const READING_THREAD = "reading-thread";

/**
 * What a thread is started with: all of its destination except for headers, TLS files and the lock, so it cannot send.
 */
export interface ThreadSetup {
  config: Config;
  sender: SenderConfig;
  homeDir: string;
  priceFile?: string | undefined;
}

/** A session that a thread is to read. */
export type ReadThis = ExportRequest["sessions"][number];

/**
 * The result of reading one session. There is none if the main thread must read it: it is too large, was read earlier,
 * is still running, or cannot be read.
 */
export interface ReadResult {
  /** The position as JSON text before the reading. */
  before: string;
  position: string;
  end: ReadEnd;
  /** Other files to commit with the position. */
  beside: Change[];
  /** The packed items of each outlet that wants the session, in the order of the outlets. */
  parcels: unknown[];
  summary: Summary;
}
