import type { ContentLevel } from "../choices.ts";
import type { LlmRequest } from "./model.ts";

/** What a reader of sessions wants to know beyond the records. */
export interface SessionOptions {
  /**
   * What the finished pieces keep of what was said and done; `none` keeps no word of a prompt, an answer, a command or a
   * file. What of it leaves the machine is decided by telemetry/content alone.
   */
  keep: ContentLevel;
  /** Price and size of a finished request; fields it does not know are left out. */
  appraise: (
    request: LlmRequest,
  ) => Pick<LlmRequest, "costUsd" | "costSource" | "clientUsd" | "outputUsd" | "contextUsedRatio">;
  /** A run continues in a new trace after so many spans. */
  maxSpansPerTrace: number;
  /** A run is over after so long a silence. */
  idleCloseMs: number;
}

export const DEFAULT_OPTIONS: SessionOptions = {
  keep: "none",
  appraise: () => ({}),
  maxSpansPerTrace: 2000,
  idleCloseMs: 6 * 3600 * 1000,
};
