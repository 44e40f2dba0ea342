import type { ContentLevel } from "../choices.ts";
import type { LlmRequest, Repository } from "./model.ts";

/**
 * `root`: the folder that the session began in; `cwd`: the one that the call was made in; `by` names the session and the
 * call within it.
 */
export type Assess = (
  name: string,
  input: unknown,
  where: {
    root?: string | undefined;
    cwd?: string | undefined;
    by?: { sessionId: string; call: string };
  },
) => string[];

/** Ids of the rules that a hook meets, by its command line: told while it is read, as the command may not be kept. */
export type AssessHook = (
  command: string,
  where: { root?: string | undefined; sessionId: string; turnId: string },
) => string[];

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
  /** Ids of the rules that a tool call meets: told while it is read, so that nothing of it has to be kept for that. */
  assess?: Assess;
  assessHook?: AssessHook;
  /** The repository of the folder that a session began in, where that is wanted; asked for once a session. */
  repositoryOf?: (cwd: string) => Repository | undefined;
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
