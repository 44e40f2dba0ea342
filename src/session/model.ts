/**
 * The parts of a session, in Claude Code's words. These are the finished pieces: each is complete when it appears here,
 * and never changes afterwards. Times are milliseconds since the epoch. Everything is plain JSON.
 */

import type { Attribution, HookRun, RecordedPermission } from "../transcript/record.ts";
import type { Counts, Usage, Work } from "./amounts.ts";

export type { Attribution, HookRun, RecordedPermission } from "../transcript/record.ts";

/** A failed attempt of a request that the client retried. `delayMs`: the wait before the next attempt. */
export interface Retry {
  /** When the attempt failed or, if no record says so, when the request was sent again. */
  atMs: number;
  status?: number;
  errorType?: string;
  delayMs?: number;
}

/** A request to the model, with its response or its error. */
export interface LlmRequest {
  /**
   * Identifies the request within its session: its id. If the id is missing or not unique, the `uuid` of a record is
   * added.
   */
  key: string;
  /** `message.id` of the response, as the API or a gateway wrote it. It may not be unique. */
  id?: string;
  requestId?: string;
  requestedModel: string;
  responseModel?: string;
  /**
   * When the first attempt was sent. Without `api-request` records, the time of the record before it in the
   * conversation.
   */
  startMs: number;
  /** Time of the last block, or of the error. */
  endMs: number;
  /** When the successful attempt was sent. Undefined for clients that do not record it. */
  lastAttemptMs?: number;
  /** When the first content block began to stream. It is exact, or undefined when the client does not record it. */
  firstChunkMs?: number;
  /** When the first content block was complete. Never earlier than the first chunk. */
  firstBlockMs?: number;
  stopReason?: string;
  usage: Usage;
  /** The transcript lacks the final output count, so `usage.output` and the cost are too low. */
  provisional?: true;
  /** Requests sent, including the successful one. Undefined when the client does not record them. */
  attempts?: number;
  retries: Retry[];
  speed?: string;
  effort?: string;
  inferenceGeo?: string;
  clientVersion?: string;
  attribution?: Attribution;
  /** The user stopped the response while it streamed. */
  aborted?: true;
  error?: ApiFailure;
  /**
   * The client calls the answer an error, and nothing followed it: it was refused, reached a limit, or broke off. The
   * request itself has not failed.
   */
  badAnswer?: ApiFailure;
  /** Price in USD. Undefined when the model's price is unknown. */
  costUsd?: number;
  /** The source of the price. */
  costSource?: string;
  /**
   * The amount that Claude Code's own sum counts for it, in USD, when it differs. Zero: Claude Code's list has no
   * price.
   */
  clientUsd?: number;
  /** The part of `costUsd` that pays for the output. */
  outputUsd?: number;
  /** Share of the model's context window that the prompt filled, 0 to 1. */
  contextUsedRatio?: number;
  /** The request paid again for tokens that the request before it had in the cache. */
  cacheMiss?: CacheMiss;
  content?: RequestContent;
  /** Models that were asked within the response, for advice or a summary. Each is a request with its own price. */
  advisors?: LlmRequest[];
  /**
   * The request is such an advisor. It has no id from the API, and its times are bounds between which it took place.
   */
  isAdvisor?: true;
  /** Such a request in which the API summed up the conversation. Claude Code's own sum does not have it. */
  isCompaction?: true;
}

/** Tokens that a request did not find in the cache. */
export interface CacheMiss {
  tokens: number;
  /** How much more they cost than reading them from the cache. Undefined when the model's price is unknown. */
  usd?: number;
  /** `expired_*`: the pause was longer than the lifetime of the cache. */
  cause: "model_changed" | "expired_5m" | "expired_1h" | "prompt_changed";
}

/** Why a request failed for good. */
export interface ApiFailure {
  type: string;
  status?: number;
  /** First line of the client's message about it, only from content level `details` on. */
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

/** `unfinished`: a running client still works on it. Only in reports: such a call is not sent before it ends. */
export type ToolOutcome = "ok" | "error" | "denied" | "interrupted" | "unfinished";

/** A call of a tool, with its result. */
export interface ToolCall {
  /** Identifies the call within its session: its id. If the id is not unique, the `uuid` of its record is added. */
  key: string;
  /** Id of the `tool_use` block, as the API or a gateway wrote it. It may not be unique. */
  id: string;
  name: string;
  startMs: number;
  endMs: number;
  outcome: ToolOutcome;
  /** Why the call was denied, in the client's words. */
  denialKind?: string;
  /** It needed an approval, and nobody could be asked. Some clients write `user-rejected` for that. */
  unasked?: true;
  /** What the call did. Missing when it did not run. */
  work?: Work;
  /** Who accepted or rejected it, and why. */
  permission?: RecordedPermission;
  /** It ran in the client's sandbox. */
  isSandboxed?: true;
  /** Whether the time includes waiting for a person. Undefined when the client does not record it. */
  waitIncluded?: boolean;
  /** How long the call waited for a person, in ms. Undefined when it is unknown. */
  waitedMs?: number;
  /** Ids of the rules in signals/ that the call meets. */
  findings?: string[];
  /** Only from content level `details` on. */
  details?: ToolDetails;
  /** Only at content level `full`. */
  content?: { input: unknown; result?: string };
  /** The agent that the call started and waited for. */
  subagent?: Subagent;
}

export interface PullRequest {
  number?: number;
  url?: string;
}

/** What a call was about, without the content of prompts and answers. */
export interface ToolDetails {
  /** The file or folder that the call worked on. */
  filePath?: string;
  /** The program that the command line begins with. */
  program?: string;
  /** Host of the URL that was fetched. */
  host?: string;
  /** Name of the skill or slash command. */
  skill?: string;
  /** The pull request that the call opened, changed or merged. */
  pullRequest?: PullRequest;
  /** First line of the result, when that is an error. */
  error?: string;
}

/** One conversation of an agent that the session started. */
export interface Subagent {
  agentId: string;
  /** From 1. A finished agent may get another task. */
  invocation: number;
  agentType: string;
  /** Written by the model. Only from content level `details` on. */
  description?: string;
  startMs: number;
  endMs: number;
  /** The agent outlives the call that started it. */
  background: boolean;
  /** A running client still works on it, as for tool calls. */
  isUnfinished?: true;
  error?: ApiFailure;
  /** Key of the tool call that started the agent. Undefined for agents that no call started. */
  callKey?: string;
  /** The agent whose conversation contains that call. Undefined: the main conversation does. */
  parentAgentId?: string;
  requests: LlmRequest[];
  toolCalls: ToolCall[];
  /** Compactions of the agent's own conversation. Undefined: none. */
  compactions?: Compaction[];
  /** Sums over the agent and the agents that it waited for. */
  totals: Counts;
  /** Only at content level `full`. */
  content?: { prompt: string };
}

/** A compaction of the conversation. `preTokens` and `postTokens`: size of the context before and after it. */
export interface Compaction {
  /** uuid of the boundary record. */
  id: string;
  startMs: number;
  endMs: number;
  trigger?: string;
  preTokens?: number;
  postTokens?: number;
  /** Tokens that the compaction removed from the context. */
  droppedTokens?: number;
}

/** `cut_off`: no record shows how the turn ended. `unfinished` as for tool calls. */
export type TurnOutcome = "completed" | "interrupted" | "failed" | "cut_off" | "unfinished";

/** A turn: a prompt, and everything that the client did until its end. */
export interface Turn {
  /** uuid of the prompt. */
  id: string;
  promptId?: string;
  /** From 1, over the whole file, including copied history. */
  index: number;
  /** `human`, `sdk`, `task_notification`, … Undefined when the client does not record it. */
  source?: string;
  startMs: number;
  endMs: number;
  outcome: TurnOutcome;
  error?: ApiFailure;
  requests: LlmRequest[];
  toolCalls: ToolCall[];
  compactions: Compaction[];
  /** Sums over the turn and the agents that it waited for. */
  totals: Counts;
  place: Place;
  /** How long the turn waited for a person, in ms. Undefined when it is unknown. */
  waitedMs?: number;
  /** The permission mode when the turn began: `default`, `acceptEdits`, `plan`, `bypassPermissions`, … */
  permissionMode?: string;
  /** Ids of the rules in signals/ that the turn itself meets. */
  findings?: string[];
  /** Hooks of the main conversation that left a record. */
  hooks?: HookRun[];
  /** The earlier turns that are no longer part of the conversation, because a person rewound it. */
  rewound?: Rewound;
  /** `/clear` ended the conversation before this turn. Only on the first turn of a session. */
  afterClear?: AfterClear;
  /** Name of the slash command in the prompt, only from content level `details` on. */
  command?: string;
  /** Only at content level `full`. */
  content?: { prompt: string };
}

/** The turns that a rewind removed: their number, and the first of them when its span is known. */
export interface Rewound {
  turns: number;
  first?: { id: string; part: PartRef };
}

/** The session that the client was started with, if the client records it. */
export interface AfterClear {
  sessionId?: string;
}

/** Where something happened, and with which client. */
export interface Place {
  clientVersion?: string;
  entrypoint?: string;
  /** Name of the project's folder. */
  project?: string;
  branch?: string;
  repository?: Repository;
  /** The client's own name for the session, only from content level `details` on. */
  slug?: string;
  /** The title that the client or a person gave the session, only from content level `details` on. */
  title?: string;
}

/** The git repository that a session began in. */
export interface Repository {
  name?: string;
  owner?: string;
  /** The address for a browser, without user, password and query. */
  url?: string;
  /** Name of the worktree, if the folder is in one. */
  worktree?: string;
}

/** Identifies a part of a run. Each part is one trace when runs are traces. */
export interface PartRef {
  /** From 0. */
  run: number;
  part: number;
  startMs: number;
}

/** One run of the client over a session, or a part of it when the run fills more than one trace. */
export interface RunPart extends PartRef {
  /** The session whose history is at the beginning of the file. */
  forkedFrom?: string;
  /** The run began with `/clear` in the process of another session. */
  afterClear?: AfterClear;
  place: Place;
}

/** The sum of a run: the contents of its span `claude_code.session.summary`. */
interface RunSummary {
  /** When the run began. The last part of the run may not show it. */
  startMs?: number;
  endMs: number;
  /** The outcome of the last turn. */
  outcome: TurnOutcome;
  /** The session's title and slug at its last turn, only from content level `details` on. */
  title?: string;
  slug?: string;
  turns: number;
  compactions: number;
  totals: Counts;
  /** Cost in Claude Code's own sum that no record explains, in USD. Undefined when the client wrote no sum. */
  hiddenUsd?: number;
}

/**
 * A finished piece of a session, in the order in which it may be sent. `part`: the trace that the piece belongs to.
 * `late`: responses that arrived after their turn had ended. `rootKey`: identifies the trace when the piece belongs to
 * no turn.
 */
export type Finished =
  | { type: "part_started"; part: RunPart; firstEndMs: number; previous?: PartRef }
  | { type: "turn"; part: RunPart; turn: Turn; previousTurn?: { sessionId: string; id: string } }
  | { type: "late"; part: RunPart; turnId?: string; requests: LlmRequest[]; toolCalls: ToolCall[] }
  | { type: "compaction"; part: RunPart; compaction: Compaction }
  | { type: "subagent"; part: RunPart; turnId?: string; rootKey?: string; subagent: Subagent }
  | { type: "part_finished"; part: RunPart; endMs: number; turns: number }
  | { type: "run_finished"; part: RunPart; summary: RunSummary };
