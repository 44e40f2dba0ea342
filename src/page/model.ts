/**
 * What the page shows of one session: plain JSON, made by `session-page.ts`, drawn by `web/`. Times are epoch
 * milliseconds, money is USD. Items name each other by their index in these lists; lists only grow at their ends, so a
 * live session sends what was added and nothing else.
 */
export interface PageSession {
  id: string;
  project?: string;
  /** What the user or the client called it. */
  title?: string;
  branch?: string;
  clientVersion?: string;
  /** The session whose history this one began with. */
  forkedFrom?: string;
  /** The session of the process in which `/clear` began this one, where the client says so. */
  clearedFrom?: string;
  /** Cost in Claude Code's own sum that no record explains. */
  hiddenUsd?: number;
  /** The session goes on: its last turn may be unfinished. */
  isOpen?: boolean;
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

/** One run of the client over the session; each but the first resumed it. */
export interface PageRun {
  startMs: number;
  clientVersion?: string;
}

/** One conversation: lane 0 is the main one, each subagent has its own. */
export interface PageLane {
  /** Empty for the main conversation. */
  agentId: string;
  /** Subagent type; `claude-code` for the main conversation. */
  name: string;
  description?: string;
  isBackground?: true;
  /** The call that started it. */
  call?: number;
  error?: string;
}

export interface PageTurn {
  id: string;
  /** From 1, as Claude Code counts them. */
  index: number;
  startMs: number;
  endMs: number;
  outcome: string;
  source?: string;
  /** First line of the prompt, or the slash command. */
  prompt?: string;
  error?: string;
  /** Ids of the rules of signals/ that the turn itself meets. */
  findings?: string[];
  /** A person went back behind so many turns before this one; `first` is the index of the first of them, where it is known. */
  rewound?: { turns: number; first?: number };
  /** Milliseconds of hooks that left a record: those that ran around tool calls, and all others. */
  hookMs?: { calls: number; others: number };
}

export interface PageRequest {
  id: string;
  lane: number;
  turn?: number;
  model: string;
  startMs: number;
  endMs: number;
  /** When the first chunk arrived: exact. */
  firstChunkMs?: number;
  /** When the first block was complete: the first chunk came no later. */
  firstBlockMs?: number;
  stopReason?: string;
  tokens: PageTokens;
  costUsd?: number;
  /** The same taken apart; the parts add up to `costUsd`. */
  costParts?: PageCostParts;
  /** Share of the context window that the prompt filled, 0 to 1. */
  contextRatio?: number;
  attempts?: number;
  retries?: { atMs: number; status?: number; error?: string; delayMs?: number }[];
  error?: string;
  errorText?: string;
  isAborted?: true;
  speed?: string;
}

/** Disjoint kinds of tokens. */
export interface PageTokens {
  input: number;
  output: number;
  cacheRead: number;
  cacheWrite: number;
  /** Part of `output`. */
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
  outcome: "ok" | "error" | "denied" | "interrupted";
  /** Whether the time includes waiting for a person; undefined where the client does not say. */
  waitIncluded?: boolean;
  /** The request whose response made the call. */
  request?: number;
  /** The conversation that it started and waited for. */
  starts?: number;
  /** What it was about: a path, the first line of a command, a host. */
  about?: string;
  /** First line of the error, or why it was denied. */
  error?: string;
  /** Ids of the rules that it touches (`signals/rules.ts`). */
  findings?: string[];
}

export interface PageCompaction {
  id: string;
  turn?: number;
  startMs: number;
  endMs: number;
  trigger?: string;
  preTokens?: number;
  postTokens?: number;
}
