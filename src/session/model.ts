/**
 * What a session consists of, in Claude Code's words. These are the finished things: each is complete when it appears
 * here and never changes afterwards. Times are milliseconds since the epoch. All of it is plain JSON.
 */

import type { Attribution, HookRun, RecordedPermission } from "../transcript/record.ts";
import type { Counts, Usage, Work } from "./amounts.ts";

export type { Attribution, HookRun, RecordedPermission } from "../transcript/record.ts";

export interface Retry {
  atMs: number;
  status?: number;
  errorType?: string;
  delayMs?: number;
}

export interface LlmRequest {
  /** Names it within its session: its id, or, where that is missing or not the only one, `uuid` of a record too. */
  key: string;
  /** `message.id` of the response, as the API or a gateway wrote it: perhaps not the only one of that id. */
  id?: string;
  requestId?: string;
  requestedModel: string;
  responseModel?: string;
  /** When its first attempt was sent; without `api-request` records, the record before it in the conversation. */
  startMs: number;
  /** The last block (or the error). */
  endMs: number;
  /** When the attempt that succeeded was sent; undefined for clients that do not record it. */
  lastAttemptMs?: number;
  /** When the first content block began to stream: exact, or undefined where the client does not say. */
  firstChunkMs?: number;
  /** When the first content block was complete: never before the first chunk. */
  firstBlockMs?: number;
  stopReason?: string;
  usage: Usage;
  /** Requests sent for it, the successful one included; undefined where the client does not record them. */
  attempts?: number;
  retries: Retry[];
  speed?: string;
  effort?: string;
  inferenceGeo?: string;
  clientVersion?: string;
  attribution?: Attribution;
  /** The user stopped it while it streamed. */
  aborted?: true;
  error?: ApiFailure;
  /** Price in USD; undefined when the model's price is unknown. */
  costUsd?: number;
  /** Where the price came from. */
  costSource?: string;
  /** What Claude Code's own sum counts for it, in USD, where that is another amount. Zero: its list has no price. */
  clientUsd?: number;
  /** The part of `costUsd` that the output took. */
  outputUsd?: number;
  /** Share of the model's context window that the prompt filled, 0 to 1. */
  contextUsedRatio?: number;
  /** It paid again for what the request before it had in the cache. */
  cacheMiss?: CacheMiss;
  content?: RequestContent;
  /** Models that were asked for advice within the response, each a request with a price of its own. */
  advisors?: LlmRequest[];
  /** It is such a request: it has no id that the API gave, and its times are those between which it took place. */
  isAdvisor?: true;
}

/** What a request did not find in the cache. */
export interface CacheMiss {
  tokens: number;
  /** What it cost more than to read them from the cache; undefined where the model's price is unknown. */
  usd?: number;
  /** `expired_*`: the pause was longer than the cache is kept. */
  cause: "model_changed" | "expired_5m" | "expired_1h" | "prompt_changed";
}

/** Why a request failed for good. */
export interface ApiFailure {
  type: string;
  status?: number;
  /** First line of what the client says about it: only from content level `details` on. */
  message?: string;
}

/** Only at content level `full`. */
export interface RequestContent {
  output: (
    | { type: "text"; text: string }
    | { type: "reasoning"; text: string }
    | { type: "tool_call"; id: string; name: string; input: unknown }
  )[];
}

export type ToolOutcome = "ok" | "error" | "denied" | "interrupted";

export interface ToolCall {
  /** Names it within its session: its id, or, where that is not the only one, `uuid` of its record too. */
  key: string;
  /** Id of the `tool_use` block, as the API or a gateway wrote it: perhaps not the only one of that id. */
  id: string;
  name: string;
  startMs: number;
  endMs: number;
  outcome: ToolOutcome;
  /** Why a call was denied, in the client's words. */
  denialKind?: string;
  /** What it did; nothing where it did not run. */
  work?: Work;
  /** Who allowed or refused it, and why. */
  permission?: RecordedPermission;
  /** Whether the time includes waiting for a human; undefined where the client does not say. */
  waitIncluded?: boolean;
  /** How long of its time a person was waited for; undefined where nothing tells. */
  waitedMs?: number;
  /** Ids of the rules of signals/ that it meets. */
  findings?: string[];
  /** Only from content level `details` on. */
  details?: ToolDetails;
  /** Only at content level `full`. */
  content?: { input: unknown; result?: string };
  /** The agent that the call started and that ended with it. */
  subagent?: Subagent;
}

export interface PullRequest {
  number?: number;
  url?: string;
}

/** What a call was about, without what was said. */
export interface ToolDetails {
  /** The file or folder that it worked on. */
  filePath?: string;
  /** The program that a command line begins with. */
  program?: string;
  /** Host of the URL that was fetched. */
  host?: string;
  /** Name of the skill or slash command. */
  skill?: string;
  /** The pull request that it opened, changed or merged. */
  pullRequest?: PullRequest;
  /** First line of the result, where that is an error. */
  error?: string;
}

export interface Subagent {
  agentId: string;
  /** From 1: a finished agent may be given something to do again. */
  invocation: number;
  agentType: string;
  /** Written by the model: only from content level `details` on. */
  description?: string;
  startMs: number;
  endMs: number;
  /** It outlives the call that started it. */
  background: boolean;
  error?: ApiFailure;
  /** Key of the tool call that started it; undefined for agents that nobody called. */
  callKey?: string;
  /** The agent in whose conversation that call is; undefined: in the session's own. */
  parentAgentId?: string;
  requests: LlmRequest[];
  toolCalls: ToolCall[];
  /** Sums over it and the agents that it waited for. */
  totals: Counts;
  /** Only at content level `full`. */
  content?: { prompt: string };
}

export interface Compaction {
  /** uuid of the boundary record. */
  id: string;
  startMs: number;
  endMs: number;
  trigger?: string;
  preTokens?: number;
  postTokens?: number;
  /** What it took out of the context. */
  droppedTokens?: number;
}

/** `cut_off`: nothing says how the turn ended. */
export type TurnOutcome = "completed" | "interrupted" | "failed" | "cut_off";

export interface Turn {
  /** uuid of the prompt. */
  id: string;
  promptId?: string;
  /** From 1, over the whole file, copied history included. */
  index: number;
  /** `human`, `sdk`, `task_notification`, …; undefined where the client does not say. */
  source?: string;
  startMs: number;
  endMs: number;
  outcome: TurnOutcome;
  error?: ApiFailure;
  requests: LlmRequest[];
  toolCalls: ToolCall[];
  compactions: Compaction[];
  /** Sums over it and the agents that it waited for. */
  totals: Counts;
  place: Place;
  /** How long of its time a person was waited for; undefined where nothing tells. */
  waitedMs?: number;
  /** What was allowed without asking when it began: `default`, `acceptEdits`, `plan`, `bypassPermissions`, … */
  permissionMode?: string;
  /** Ids of the rules of signals/ that it meets: those about the turn itself. */
  findings?: string[];
  /** Hooks of the main conversation that left a record. */
  hooks?: HookRun[];
  /** The turns before it that are no longer part of the conversation, as a person went back behind them. */
  rewound?: Rewound;
  /** `/clear` ended the conversation before it; the session's first turn only. */
  afterClear?: AfterClear;
  /** Name of the slash command that the prompt is: only from content level `details` on. */
  command?: string;
  /** Only at content level `full`. */
  content?: { prompt: string };
}

/** What a rewind left behind: the number of turns, and the first of them where its span is known. */
export interface Rewound {
  turns: number;
  first?: { id: string; part: PartRef };
}

/** The session that the client was started with, where it says so. */
export interface AfterClear {
  sessionId?: string;
}

/** Where and with which client something happened. */
export interface Place {
  clientVersion?: string;
  entrypoint?: string;
  /** Name of the project's folder. */
  project?: string;
  branch?: string;
  repository?: Repository;
  /** The client's own name for the session: only from content level `details` on. */
  slug?: string;
  /** What the client or a person calls the session: only from content level `details` on. */
  title?: string;
}

/** The git repository that a session began in. */
export interface Repository {
  name?: string;
  owner?: string;
  /** For a browser: without user, password and query. */
  url?: string;
  /** Name of the worktree, where it is one. */
  worktree?: string;
}

/** Names a part of a run: a trace, where a run is one. */
export interface PartRef {
  /** From 0. */
  run: number;
  part: number;
  startMs: number;
}

/** One run of the client over a session; a part of it when a run fills more than one trace. */
export interface RunPart extends PartRef {
  /** The session whose history the file began with. */
  forkedFrom?: string;
  /** The run began with `/clear` in the process of another session. */
  afterClear?: AfterClear;
  place: Place;
}

export interface RunSummary {
  /** When the run began, which its last part may not tell. */
  startMs?: number;
  endMs: number;
  /** How its last turn ended. */
  outcome: TurnOutcome;
  /** The session's title at its last turn: only from content level `details` on. */
  title?: string;
  turns: number;
  compactions: number;
  totals: Counts;
  /** Cost in Claude Code's own sum that no record explains; undefined where the client wrote no sum. */
  hiddenUsd?: number;
}

/**
 * A finished piece of a session, in the order in which it may be sent. `part` says which trace it belongs to. `late` are
 * responses that came after their turn was over. `rootKey`: what names the trace where the piece belongs to no turn.
 */
export type Finished =
  | { type: "part_started"; part: RunPart; firstEndMs: number; previous?: PartRef }
  | { type: "turn"; part: RunPart; turn: Turn; previousTurn?: { sessionId: string; id: string } }
  | { type: "late"; part: RunPart; turnId?: string; requests: LlmRequest[]; toolCalls: ToolCall[] }
  | { type: "compaction"; part: RunPart; compaction: Compaction }
  | { type: "subagent"; part: RunPart; turnId?: string; rootKey?: string; subagent: Subagent }
  | { type: "part_finished"; part: RunPart; endMs: number; turns: number }
  | { type: "run_finished"; part: RunPart; summary: RunSummary };
