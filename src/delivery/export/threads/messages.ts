import type { Config } from "../../../config/load.ts";
import type { SenderConfig } from "../../../config/sending.ts";
import type { Summary } from "../../../session/sums/summary.ts";
import type { Change } from "../../../state/commit.ts";
import type { ExportRequest } from "../export-work.ts";

/** The argument that makes the program a thread of an export; no command is called so. */
export const READING_THREAD = "reading-thread";

/** What a thread is started with: all that its destination is made of, but for the right to send. */
export interface ThreadSetup {
  config: Config;
  sender: SenderConfig;
  homeDir: string;
  priceFile?: string | undefined;
}

/** A session that a thread is to read. */
export interface ReadThis {
  index: number;
  session: ExportRequest["sessions"][number];
}

/** What became of it. */
export type ReadResult = { index: number } & (
  | {
      kind: "read";
      /** Positions as text: before, and behind what was read. */
      before: string;
      position: string;
      /** What is committed with the position. */
      beside: Change[];
      /** What waits at each outlet that wants the session, in their order. */
      parcels: unknown[];
      summary: Summary;
    }
  /** It is for the main thread: it is too large, was read before, still goes on, or cannot be read. */
  | { kind: "left" }
);
