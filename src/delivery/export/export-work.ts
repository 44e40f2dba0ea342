import type { HookEvent } from "../../hook/inbox.ts";
import type { Outcome } from "../../otlp/outcome.ts";
import type { Looked } from "../../state/catalog/catalog.ts";
import type { Home } from "../../state/home.ts";
import type { Lock } from "../../state/lock.ts";
import type { World } from "../../state/world.ts";
import type { Destination } from "../destination.ts";
import type { Prepared } from "../load/load.ts";

export interface ExportRequest {
  home: Home;
  sessions: { sessionId: string; path: string; copies?: string[] }[];
  prepared: Prepared;
  /** Sends everything again, whatever has been sent. */
  resend: boolean;
  /** Counts the sessions in the metrics although no hook has named them. */
  countMetrics: boolean;
  /**
   * What the destination is to workers: the one that the settings name (`usual`, the default), one that `configure --also`
   * has added, or one that only this command sends to.
   */
  role?: "usual" | "further" | "elsewhere";
  /**
   * Reads with more than one thread where that is quicker; `program`: the command line, which each of them runs. How much
   * must be there to read for one, and how many cores there are, is for tests.
   */
  threads?: { program: string; leastBytes?: number; cores?: number };
  /** Told before each session; bytes are of the transcripts. */
  onProgress?: (progress: { done: number; total: number; doneBytes: number; totalBytes: number }) => void;
}

export interface ExportResult {
  sessions: number;
  spansSent: number;
  /** Log records. */
  logsSent: number;
  /** Spans and log records. */
  spansRejected: number;
  /** Sessions that were sent before and are counted in the metrics now. */
  counted: number;
  /** What went wrong, in words for the user. */
  failure?: { outcome: Outcome; message: string };
}

export type Failure = NonNullable<ExportResult["failure"]>;

/** An export while it goes on. */
export interface Export {
  request: ExportRequest;
  destination: Destination;
  events: readonly HookEvent[];
  lock: Lock;
  world: World;
  result: ExportResult;
}

/** A session, and whether reading it from its start once more has begun: to send it again, or to count it. */
export type Look = ExportRequest["sessions"][number] & {
  files: Looked;
  isBegun?: boolean;
  isCounted?: boolean;
};

/** By which the catalog knows what a destination has been sent of a session; counting it is something else. */
export function deliveredKey({ destination, request }: Export): string {
  return request.countMetrics ? `${destination.place.key} counted` : destination.place.key;
}
