/** How much there was of something: tokens of a request, and the one sum of requests, tool calls and turns. */

/** Tokens of one request or a sum of them; the five kinds of tokens are disjoint. */
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

/** The one sum: of a subagent, a turn, a run, a session, or of many. */
export interface Counts extends Usage {
  /** Failed ones included. */
  requests: number;
  failedRequests: number;
  /** Attempts that failed and were followed by another one of the same request. */
  retries: number;
  /** Answered by a model without a known price. */
  unpricedRequests: number;
  costUsd: number;
  /** What Claude Code's own sum counts more than `costUsd` for the same requests; less where it is negative. */
  clientMoreUsd: number;
  /** Whatever their outcome. */
  toolCalls: number;
  failedToolCalls: number;
  deniedToolCalls: number;
  interruptedToolCalls: number;
  /** Time that calls took, waiting for a person included. */
  toolMs: number;
  turns: number;
  failedTurns: number;
  interruptedTurns: number;
  /** Time from a prompt to the end of its turn. */
  turnMs: number;
  subagents: number;
  compactions: number;
  /** Of edits' own patches, and of files that were created. */
  linesAdded: number;
  linesRemoved: number;
  /** Each file once a conversation: a turn, or a subagent. */
  filesWritten: number;
  /** Shell commands that ran, fetches and searches of the web. */
  commands: number;
  webFetches: number;
  searches: number;
  commits: number;
  pullRequests: number;
}

/** What a call did to the project, where it did something: a part of its counts. */
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
