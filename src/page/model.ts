import type { CacheMiss } from "../session/model.ts";

/**
 * The data of one session's page: plain JSON. `session-page.ts` builds it and `web/` draws it. Times are epoch
 * milliseconds, money is USD. Items refer to each other by their index in these lists. Lists grow only at their ends,
 * so for a running session the server sends only what was added.
 */
export interface PageSession {
  id: string;
  project?: string;
  /** The title from the user or the client. */
  title?: string;
  branch?: string;
  clientVersion?: string;
  /** The session that this one was forked from. */
  forkedFrom?: string;
  /** The session in which `/clear` started this one, if the client records it. */
  clearedFrom?: string;
  /** Cost in Claude Code's own total that no record explains. */
  hiddenUsd?: number;
  /** Whether the session is running. Its last turn may be unfinished. */
  isOpen?: boolean;
  /** How often subagents ran. Some run several times, but have one lane each. */
  agentRuns: number;
  runs: PageRun[];
  lanes: PageLane[];
  turns: PageTurn[];
  requests: PageRequest[];
  calls: PageCall[];
  compactions: PageCompaction[];
}

/** The lists of a session that grow. */
export const LISTS = ["runs", "lanes", "turns", "requests", "calls", "compactions"] as const;
export type ListName = (typeof LISTS)[number];

/** One run of the client in the session. Each run after the first resumed it. */
interface PageRun {
  startMs: number;
  clientVersion?: string;
}

/** One conversation. Lane 0 is the main conversation, and each subagent has its own lane. */
export interface PageLane {
  /** Empty for the main conversation. */
  agentId: string;
  /** Subagent type; `claude-code` for the main conversation. */
  name: string;
  description?: string;
  isBackground?: true;
  /** Index of the call that started it. */
  call?: number;
  error?: string;
}

export interface PageTurn {
  id: string;
  /** The turn's number in Claude Code, from 1. */
  index: number;
  startMs: number;
  endMs: number;
  outcome: string;
  /** Who started it: the words of `ccotel.turn.source`, with spaces. */
  source?: string;
  /** The first line of the prompt, or the slash command. */
  prompt?: string;
  error?: string;
  /** Ids of the rules in signals/ that the turn itself matches. */
  findings?: string[];
  /** The user rewound this many turns before this one. `first` is the index of the first of them, if known. */
  rewound?: { turns: number; first?: number };
  /** Milliseconds of hooks with a record: those around tool calls, and all others. */
  hookMs?: { calls: number; others: number };
}

export interface PageRequest {
  id: string;
  lane: number;
  turn?: number;
  model: string;
  startMs: number;
  endMs: number;
  /** When the first chunk arrived. Exact. */
  firstChunkMs?: number;
  /** When the first block was complete. The first chunk came no later. */
  firstBlockMs?: number;
  stopReason?: string;
  /** The transcript has no final output count, so `tokens.output` and the cost are too low. */
  isProvisional?: true;
  tokens: PageTokens;
  costUsd?: number;
  /** The cost by kind of token. The parts add up to `costUsd`. */
  costParts?: PageCostParts;
  /** The share of the context window that the prompt filled, from 0 to 1. */
  contextRatio?: number;
  /** The request paid again for tokens that the one before it had in the cache. `usd`: how much more they cost. */
  cacheMiss?: CacheMiss;
  attempts?: number;
  retries?: { atMs: number; status?: number; error?: string; delayMs?: number }[];
  error?: string;
  /** What the client says of the error or, without one, why it calls the answer one. */
  errorText?: string;
  isAborted?: true;
  /** A model that was asked for advice within a response. */
  isAdvisor?: true;
  speed?: string;
}

/** Disjoint kinds of tokens. */
interface PageTokens {
  input: number;
  output: number;
  cacheRead: number;
  cacheWrite: number;
  /** Included in `output`. */
  reasoning: number;
}

export interface PageCostParts {
  input: number;
  output: number;
  cacheRead: number;
  cacheWrite: number;
  webSearch: number;
}

export interface PageCall {
  id: string;
  lane: number;
  turn?: number;
  name: string;
  startMs: number;
  endMs: number;
  /** `unfinished` only in the browser: see `web/session/unfinished.ts`. */
  outcome: "ok" | "error" | "denied" | "interrupted" | "unfinished";
  /** Whether the time includes waiting for a person. Undefined if the client does not record it. */
  waitIncluded?: boolean;
  /** Index of the request whose response made the call. */
  request?: number;
  /** Index of the conversation that it started and waited for. */
  starts?: number;
  /** A short label: a path, the first line of a command, a host. */
  about?: string;
  /** The first line of the error, or the reason for the denial. */
  error?: string;
  /** Ids of the rules that it matches (`signals/rules.ts`). */
  findings?: string[];
}

export interface PageCompaction {
  id: string;
  /** The conversation that was compacted. */
  lane: number;
  turn?: number;
  startMs: number;
  endMs: number;
  trigger?: string;
  preTokens?: number;
  postTokens?: number;
}
