import type { ContentLevel } from "../choices.ts";
import type { LlmRequest, Repository } from "./model.ts";

/**
 * Returns the ids of the rules that a tool call meets. `root`: the folder that the session began in. `cwd`: the folder
 * of the call. `by`: the session, and the call within it.
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

/**
 * Ids of the rules that a hook meets, from its command line. It is called while the hook is read, since the command may
 * not be kept.
 */
export type AssessHook = (command: string, where: WhereTurn) => string[];

/** What a session has at one time, by kind, as a complete list. */
export interface SetUp {
  kind: "mcp-server" | "stop-hook";
  names: string[];
}

/** Ids of the rules that a session meets by what it has, and no longer has. Called whenever a list is complete. */
export type AssessSetUp = (setUp: SetUp, where: WhereTurn) => string[];

/** The turn that something is found in. `root`: the folder that the session began in. */
export interface WhereTurn {
  root?: string | undefined;
  sessionId: string;
  turnId: string;
  /** When the turn began, in milliseconds since the epoch. */
  startMs: number;
}

/** What the caller sets for a reader of sessions. */
export interface SessionOptions {
  /**
   * What the finished pieces keep of the content. `none` keeps no word of a prompt, an answer, a command or a file.
   * Only telemetry/content decides which of it leaves the machine.
   */
  keep: ContentLevel;
  /** Price and size of a finished request. Unknown fields are left out. */
  appraise: (
    request: LlmRequest,
  ) => Pick<LlmRequest, "costUsd" | "costSource" | "clientUsd" | "outputUsd" | "contextUsedRatio">;
  /**
   * Ids of the rules that a tool call meets. It is called while the call is read, so that no input has to be kept for
   * it.
   */
  assess?: Assess;
  assessHook?: AssessHook;
  assessSetUp?: AssessSetUp;
  /** The repository of the folder that a session began in, if it is wanted. Called once a session. */
  repositoryOf?: (cwd: string) => Repository | undefined;
  /** A run continues in a new trace after this many spans. */
  maxSpansPerTrace: number;
  /** A run ends when nothing happens for this long, in ms. */
  idleCloseMs: number;
}

export const DEFAULT_OPTIONS: SessionOptions = {
  keep: "none",
  appraise: () => ({}),
  maxSpansPerTrace: 2000,
  idleCloseMs: 6 * 3600 * 1000,
};
