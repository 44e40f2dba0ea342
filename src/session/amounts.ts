/** Amounts: the tokens of a request, and the sum of requests, tool calls and turns that all parts of ccotel use. */

/** Tokens of one request or a sum of them. The five kinds of tokens are disjoint. */
export interface Usage {
  /** Prompt tokens that were neither read from nor written to the cache. */
  input: number;
  output: number;
  cacheRead: number;
  cacheWrite5m: number;
  cacheWrite1h: number;
  /** The part of `output` spent on thinking. */
  reasoning: number;
  webSearches: number;
}

/** The sum for a subagent, a turn, a run, a session, or many of them. */
export interface Counts extends Usage {
  /** Includes failed ones. */
  requests: number;
  failedRequests: number;
  /** Failed attempts that were followed by another attempt of the same request. */
  retries: number;
  /** Requests that a model without a known price answered. */
  unpricedRequests: number;
  /** Answered requests of which the transcript lacks the final output count. `output` and `costUsd` are too low. */
  provisionalRequests: number;
  costUsd: number;
  /** How much more Claude Code's own sum counts for the same requests than `costUsd`. Negative when it counts less. */
  clientMoreUsd: number;
  /** Includes calls of every outcome. */
  toolCalls: number;
  failedToolCalls: number;
  deniedToolCalls: number;
  interruptedToolCalls: number;
  /** Duration of the calls, including the time that they waited for a person. */
  toolMs: number;
  turns: number;
  failedTurns: number;
  interruptedTurns: number;
  /** Time from a prompt to the end of its turn. */
  turnMs: number;
  subagents: number;
  compactions: number;
  /** From the patches of edits, and from created files. */
  linesAdded: number;
  linesRemoved: number;
  /** Each file counts once in a conversation, which is a turn or a subagent. */
  filesWritten: number;
  /** Shell commands that ran. */
  commands: number;
  webFetches: number;
  searches: number;
  commits: number;
  pullRequests: number;
}

/** What a call changed or did, as a part of its counts. Zero counts are left out. */
export type Work = Partial<
  Pick<
    Counts,
    | "linesAdded"
    | "linesRemoved"
    | "filesWritten"
    | "commands"
    | "webFetches"
    | "searches"
    | "commits"
    | "pullRequests"
  >
>;
