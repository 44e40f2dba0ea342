/**
 * The records of a transcript that say something about a session, reduced to the fields that are read. Names are Claude
 * Code's own. A field that a client's version does not write is undefined.
 */
export type TranscriptRecord =
  | UserRecord
  | AssistantRecord
  | ApiRequestRecord
  | ApiErrorRecord
  | StopHookSummaryRecord
  | TurnDurationRecord
  | CompactBoundaryRecord
  | CostStateRecord
  | TitleRecord
  | LocalCommandRecord
  | LimitRecord
  | QueuedPromptRecord
  | HookRecord
  | OtherRecord;

export interface RecordBase {
  uuid: string | undefined;
  parentUuid: string | undefined;
  /** Milliseconds since the epoch; undefined for state records without a time. */
  atMs: number | undefined;
  sessionId: string | undefined;
  version: string | undefined;
  cwd: string | undefined;
  gitBranch: string | undefined;
  entrypoint: string | undefined;
  /** Part of a subagent's conversation. */
  isSidechain: boolean;
  agentId: string | undefined;
  /** The session that the record was copied from, where the client says so (`/branch`). */
  forkedFrom: string | undefined;
  /** The session that has the row and counts it, where that is another one. */
  copiedFrom?: string;
  /** The session that the process began with; after `/clear` it is another one than `sessionId`. */
  processSessionId: string | undefined;
}

export interface UserRecord extends RecordBase {
  type: "user";
  /** The text of the message: a string content, or its text blocks joined by line feeds. */
  text: string;
  toolResults: ToolResult[];
  /** Blocks other than text and tool results, for example images. */
  otherBlocks: number;
  promptId: string | undefined;
  promptSource: string | undefined;
  turnOrigin: string | undefined;
  originKind: string | undefined;
  /** The client's name for the session, three words; it has one after a plan or a compaction. */
  slug: string | undefined;
  /** The turn's number in the client's own count (`turnPosition`). */
  turnIndex: number | undefined;
  permissionMode: string | undefined;
  isMeta: boolean;
  /** Added to a turn by the client: it starts none. */
  isTurnCompanion: boolean;
  /** The call whose result it explains, for example the text of a skill. */
  sourceToolUseId: string | undefined;
  isCompactSummary: boolean;
  hasToolUseResult: boolean;
  /** Only written for a notification that is told to the model without starting a turn. */
  isTranscriptOnly: boolean;
}

/** What a call did to the project. Numbers. */
export interface RecordedWork {
  linesAdded?: number;
  linesRemoved?: number;
  commits?: number;
  pullRequests?: number;
}

/** What was decided about a call, in words of the client; each is one word. */
export interface RecordedPermission {
  /** `accept` or `reject`. */
  decision: string;
  /** Who: `config`, `hook`, `user_temporary`, … */
  source?: string;
  /** What kind of reason: `rule`, `mode`, `hook`, … */
  reason?: string;
  /** Whose rule: `userSettings`, `cliArg`, … */
  ruleSource?: string;
  code?: string;
  /** How far a person's answer goes: `once`, `session`, … */
  scope?: string;
}

export interface ToolResult {
  /** Empty where a gateway gave the call none. */
  toolUseId: string;
  /** `uuid` of the record with the call. */
  assistantUuid: string | undefined;
  isError: boolean;
  text: string;
  denialKind: string | undefined;
  deniedBeforeRun: boolean;
  permission: RecordedPermission | undefined;
  /** What it changed, as far as the result says. */
  work: RecordedWork | undefined;
  /** The pull request that it opened, changed or merged. */
  pullRequest: { number?: number; url?: string } | undefined;
  /** Of an agent's result (`toolUseResult`). */
  agentId: string | undefined;
  /** Of a teammate's: the name that the agent was given. */
  teammate: string | undefined;
  /** Of a workflow's: names the folder of its agents. */
  workflowRunId: string | undefined;
  /** Of a message to an agent that was done, and goes on. */
  resumedAgentId: string | undefined;
  /** What was started goes on after the call. */
  isAsync: boolean;
}

export interface AssistantRecord extends RecordBase {
  type: "assistant";
  /** Empty where a gateway writes none. */
  messageId: string;
  /** Another response of the session may have had this id before. */
  isUsedId?: boolean;
  /** What the API says it is; `<synthetic>` for texts of the client itself. */
  model: string;
  requestedModel: string | undefined;
  requestId: string | undefined;
  /** Id of the `api-request` that brought this response. */
  requestRef: string | undefined;
  /** Which session sent the request; another one than the file's in history that a fork copied. */
  requestSessionId: string | undefined;
  blockIndex: number | undefined;
  stopReason: string | undefined;
  usage: RecordedUsage;
  /** Of `usage.iterations`. */
  advisors: RecordedAdvisor[];
  blocks: Block[];
  thinkingDurationMs: number | undefined;
  toolInputStreamMs: number | undefined;
  isAborted: boolean;
  isApiError: boolean;
  apiErrorStatus: number | undefined;
  apiErrorType: string | undefined;
  error: string | undefined;
  effort: string | undefined;
  attribution: Attribution | undefined;
}

/** What the client says that a request was made for. Names, as a person or a plugin gave them. */
export interface Attribution {
  /** Type of the subagent that made it. */
  agent?: string;
  /** The skill or slash command whose work it is; with its plugin before it: `kit:release`. */
  skill?: string;
  plugin?: string;
  /** The MCP call whose result it read: server and tool. */
  mcpServer?: string;
  mcpTool?: string;
}

export type Block =
  | { type: "text"; text: string }
  | { type: "thinking"; text: string }
  | { type: "tool_use"; id: string; name: string; input: unknown; isUsedId?: boolean; findings?: string[] }
  | { type: "other"; name: string };

/** A model that was asked for advice within a response, which the response's own sums leave out. */
export interface RecordedAdvisor {
  model: string;
  usage: RecordedUsage;
}

/** `message.usage` in one shape over all client versions. Tokens. */
export interface RecordedUsage {
  input: number;
  output: number;
  reasoning: number;
  cacheRead: number;
  cacheWrite5m: number;
  cacheWrite1h: number;
  webSearches: number;
  speed: string | undefined;
  inferenceGeo: string | undefined;
  serviceTier: string | undefined;
}

/** One HTTP attempt of a request. */
export interface ApiRequestRecord extends RecordBase {
  type: "api-request";
  id: string;
  model: string | undefined;
}

/** A failed attempt that was tried again. */
export interface ApiErrorRecord extends RecordBase {
  type: "api_error";
  status: number | undefined;
  errorType: string | undefined;
  retryInMs: number | undefined;
}

export interface StopHookSummaryRecord extends RecordBase {
  type: "stop_hook_summary";
  /** A hook said that the client must not go on, whatever the others say. */
  preventedContinuation: boolean;
  /** The Stop hooks; those that failed without blocking are `ok` here, and have records of their own. */
  hooks: HookRun[];
}

/** Right behind the summary of a turn in the terminal: how long the client worked, without its dialogs. */
export interface TurnDurationRecord extends RecordBase {
  type: "turn_duration";
  durationMs: number | undefined;
}

/** A slash command that the client carried out itself: what was typed, or what it printed. */
export interface LocalCommandRecord extends RecordBase {
  type: "local_command";
  /** Name of the command, without the slash; undefined where the record does not say. */
  command: string | undefined;
  /** The agent that a forked skill goes on in, in the background. */
  launchedAgentId: string | undefined;
}

/** A limit of `claude -p`: `max_turns` when it was reached, `max_budget_usd` with how much may be spent in all. */
export interface LimitRecord extends RecordBase {
  type: "limit";
  limit: "max_turns" | "max_budget_usd";
  budgetUsd: number | undefined;
}

/** A hook that ran. The client writes those that printed something, failed or were cancelled, and every Stop hook. */
export interface HookRun {
  /** The event that it ran for: `PreToolUse`, `Stop`, … */
  event: string;
  outcome: "ok" | "error" | "blocked" | "cancelled";
  durationMs?: number;
  /** When it was over. */
  atMs?: number;
  /** Its command line: only from content level `details` on. */
  command?: string;
}

export interface HookRecord extends RecordBase {
  type: "hook";
  run: HookRun;
}

/** A prompt that was typed while the model worked, and given to it within the running turn. */
export interface QueuedPromptRecord extends RecordBase {
  type: "queued_prompt";
  /** The slash command that it is, without the slash. */
  command: string | undefined;
}

export interface CompactBoundaryRecord extends RecordBase {
  type: "compact_boundary";
  trigger: string | undefined;
  preTokens: number | undefined;
  postTokens: number | undefined;
  /** By this compaction and all before it. */
  droppedTokens: number | undefined;
  durationMs: number | undefined;
}

export interface CostStateRecord extends RecordBase {
  type: "cost-state";
  totalUsd: number | undefined;
  /** When the process began whose costs are in the sum; kept over a resume, new after a kill. */
  startMs: number | undefined;
  /** How long that process and those whose costs are in the sum have run. */
  totalMs: number | undefined;
  hasUnknownModelCost: boolean;
}

/** A name for the session: the client's own (`ai-title`), or one that a person gave (`custom-title`). */
export interface TitleRecord extends RecordBase {
  type: "title";
  title: string;
  isCustom: boolean;
}

/** Anything else; `name` is its type as written. */
export interface OtherRecord extends RecordBase {
  type: "other";
  name: string;
}
