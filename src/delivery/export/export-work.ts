import type { HookEvent } from "../../hook/inbox.ts";
import type { Outcome } from "../../otlp/outcome.ts";
import type { Looked } from "../../state/catalog/look-up.ts";
import type { Home } from "../../state/home.ts";
import type { Lock } from "../../state/lock.ts";
import type { World } from "../../state/world.ts";
import type { Destination } from "../destination.ts";
import type { Prepared } from "../load/load.ts";

/** What an export sends, where to, and how. */
export interface ExportRequest {
  home: Home;
  sessions: { sessionId: string; path: string; copies?: string[] }[];
  prepared: Prepared;
  /** Sends everything again, even what the destination already has. */
  resend: boolean;
  /** Counts the sessions in the metrics even if no hook has named them. */
  countMetrics: boolean;
  /**
   * How workers know the destination: as the one that the settings name (`usual`, the default), as one that `configure
   * --also` added (`further`), or not at all, because only this command sends to it (`elsewhere`).
   */
  role?: "usual" | "further" | "elsewhere";
  /**
   * Lets threads help to read where that is faster. Each of them runs `program`, the path of the command line.
   * `leastBytes` (bytes that justify one thread) and `cores` are for tests.
   */
  threads?: { program: string; leastBytes?: number; cores?: number };
  /** Called if another process is sending: the export waits for it. */
  onWait?: () => void;
  /** Called before each session is sent. Byte counts are sizes of transcripts. */
  onProgress?: (progress: { done: number; total: number; doneBytes: number; totalBytes: number }) => void;
}

/** What an export has sent: items, and the number of sessions of which something was new. */
export interface ExportResult {
  sessions: number;
  spansSent: number;
  /** Number of log records. */
  logsSent: number;
  /** Number of rejected spans and log records. */
  spansRejected: number;
  /** Why sessions were left out: their files cannot be read, or a newer version wrote their state. */
  unread?: Error[];
  /** Sessions that were sent earlier and are counted in the metrics now. */
  counted: number;
  /** The backend has not accepted all points of metrics. The counters keep them for the next export or worker. */
  hasUnsentMetrics?: true;
  /** What went wrong, in words for the user. */
  failure?: { outcome: Outcome; message: string };
}

/** The result of an export that has sent nothing yet. */
export function noResult(): ExportResult {
  return { sessions: 0, spansSent: 0, logsSent: 0, spansRejected: 0, counted: 0 };
}

export type Failure = NonNullable<ExportResult["failure"]>;

/** The state of a running export. */
export interface Export {
  request: ExportRequest;
  destination: Destination;
  events: readonly HookEvent[];
  lock: Lock;
  world: World;
  result: ExportResult;
}

/**
 * A session. `isBegun`: it has been opened in this export, so a replay must not start again. `isCounted`: it is
 * replayed to be counted.
 */
export type Look = ExportRequest["sessions"][number] & {
  files: Looked;
  isBegun?: boolean;
  isCounted?: boolean;
};

/** The key under which the catalog records that a session was delivered. Sending with counting has a key of its own. */
export function deliveredKey({ destination, request }: Export): string {
  return request.countMetrics ? `${destination.place.key} counted` : destination.place.key;
}
