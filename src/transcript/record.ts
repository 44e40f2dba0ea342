/**
 * The records of a transcript that describe a session, reduced to the fields that ccotel reads. Names are Claude Code's
 * own. A field is undefined when the client's version does not write it.
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
  | HookStoppedRecord
  | McpServersRecord
  | OtherRecord;

/** Fields that every record may have. */
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
  /** The record is part of a subagent's conversation. */
  isSidechain: boolean;
  agentId: string | undefined;
  /**
   * The session that the record was copied from, when the writer says so (`/branch`, `forkSession` of the Agent SDK).
   */
  forkedFrom: string | undefined;
  /** The `uuid` of the record in that session. The Agent SDK gives copies new ones. */
  originalUuid: string | undefined;
  /** The session that owns the row and counts it, when that is another one. */
  copiedFrom?: string;
  /** The row has another id there. */
  isRetold?: true;
  /** A resume took the row from that session, which is a fork of this one or has the same source. */
  isTaken?: true;
  /** The session that the process began with. After `/clear` it differs from `sessionId`. */
  processSessionId: string | undefined;
}

/** A row of the conversation as it was written: other programs leave out its id. */
export type Written<R extends UserRecord | AssistantRecord> = Omit<R, "uuid"> & RecordBase;

export interface UserRecord extends RecordBase {
  type: "user";
  /** Made from what the row says if it has none (`madeId`). */
  uuid: string;
  /** The text of the message: a string content, or the text blocks joined by line feeds. */
  text: string;
  toolResults: ToolResult[];
  /** The texts of its blocks other than tool results, empty for an image. None in a message that is only a text. */
  blockTexts: string[];
  promptId: string | undefined;
  promptSource: string | undefined;
  turnOrigin: string | undefined;
  originKind: string | undefined;
  /** The client's three-word name for the session. It exists after a plan or a compaction. */
  slug: string | undefined;
  /** The number of the turn as the client counts (`turnPosition`). */
  turnIndex: number | undefined;
  /** When the prompt was typed or sent, in epoch ms. The client may take it in later (`sentAtMs`, from 2.1.332 on). */
  sentMs: number | undefined;
  permissionMode: string | undefined;
  isMeta: boolean;
  /** The client added the record to a turn. It does not start a turn. */
  isTurnCompanion: boolean;
  /** The call whose result the record explains, for example the text of a skill. */
  sourceToolUseId: string | undefined;
  isCompactSummary: boolean;
  hasToolUseResult: boolean;
  /** The record exists only because the model gets a notification without a new turn. */
  isTranscriptOnly: boolean;
}

/** What a call changed in the project, as counts. */
export interface RecordedWork {
  linesAdded?: number;
  linesRemoved?: number;
  commits?: number;
  pullRequests?: number;
}

/** The permission decision about a call. Each value is one word of the client's. */
export interface RecordedPermission {
  /** `accept` or `reject`. */
  decision: string;
  /** Who decided: `config`, `hook`, `user_temporary`, … */
  source?: string;
  /** The kind of reason: `rule`, `mode`, `hook`, … */
  reason?: string;
  /** The source of the rule: `userSettings`, `cliArg`, … */
  ruleSource?: string;
  code?: string;
  /** The scope of a person's answer: `once`, `session`, … */
  scope?: string;
}

/** A result of a tool call, with the fields of its record that describe it. */
export interface ToolResult {
  /** Empty when a gateway gave the call no id. */
  toolUseId: string;
  /** `uuid` of the record that contains the call. */
  assistantUuid: string | undefined;
  isError: boolean;
  text: string;
  /**
   * The error does not begin with the exit code that a failed shell command has. So a shell command was denied before it
   * ran. Only of clients that write no other sign of it.
   */
  lacksExitCode: boolean;
  denialKind: string | undefined;
  deniedBeforeRun: boolean;
  /** The command ran in the client's sandbox. */
  isSandboxed: boolean;
  permission: RecordedPermission | undefined;
  /** What the call changed, as far as the result says. */
  work: RecordedWork | undefined;
  /** The pull request that the call opened, changed or merged. */
  pullRequest: { number?: number; url?: string } | undefined;
  /** The agent, in the result of an agent call (`toolUseResult`). */
  agentId: string | undefined;
  /** The name that the agent was given, in the result of a call that started a teammate. */
  teammate: string | undefined;
  /** In the result of a workflow call: the name of the folder with its agents. */
  workflowRunId: string | undefined;
  /** In the result of a message that made a finished agent continue: that agent. */
  resumedAgentId: string | undefined;
  /** What the call started continues after the call. */
  isAsync: boolean;
}

/** A line of a response: usually one content block. */
export interface AssistantRecord extends RecordBase {
  type: "assistant";
  /** As in a `UserRecord`. */
  uuid: string;
  /** Empty when a gateway writes none. */
  messageId: string;
  /** An earlier response of the session may have the same id. */
  isUsedId?: boolean;
  /** The model that the API reports; `<synthetic>` for texts of the client itself. */
  model: string;
  requestedModel: string | undefined;
  requestId: string | undefined;
  /** Id of the `api-request` that led to this response. */
  requestRef: string | undefined;
  /** The session that sent the request. It differs from the file's session in history that a fork copied. */
  requestSessionId: string | undefined;
  blockIndex: number | undefined;
  stopReason: string | undefined;
  usage: RecordedUsage;
  /** From `usage.iterations`. */
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

/** What the client says that a request was made for. A person or a plugin chose the names. */
export interface Attribution {
  /** Type of the subagent that made the request. */
  agent?: string;
  /** The skill or slash command that the request works for, with its plugin as prefix: `kit:release`. */
  skill?: string;
  plugin?: string;
  /** The MCP call whose result the request reads: server and tool. */
  mcpServer?: string;
  mcpTool?: string;
}

export type Block =
  | { type: "text"; text: string }
  | { type: "thinking"; text: string }
  | { type: "tool_use"; id: string; name: string; input: unknown; isUsedId?: boolean; findings?: string[] }
  | { type: "other"; name: string };

/** A model that was asked within a response, for advice or a summary. The response's own sums do not include it. */
export interface RecordedAdvisor {
  model: string;
  usage: RecordedUsage;
  /** It summed up the conversation for the response. */
  isCompaction?: true;
}

/** `message.usage` in one shape for all client versions. Token counts, except the last three fields. */
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
}

/** One HTTP attempt of a request. */
export interface ApiRequestRecord extends RecordBase {
  type: "api-request";
  id: string;
  model: string | undefined;
}

/** A failed attempt that the client retried. */
export interface ApiErrorRecord extends RecordBase {
  type: "api_error";
  status: number | undefined;
  errorType: string | undefined;
  retryInMs: number | undefined;
}

/** The summary of the Stop hooks of a turn. */
export interface StopHookSummaryRecord extends RecordBase {
  type: "stop_hook_summary";
  /** A hook said that the client must not continue. This overrides the other hooks. */
  preventedContinuation: boolean;
  /** The Stop hooks. Those that failed without blocking are `ok` here and have `hook` records of their own. */
  hooks: HookRun[];
}

/** Follows the summary of a turn in the terminal: how long the client worked, without the time of its dialogs. */
interface TurnDurationRecord extends RecordBase {
  type: "turn_duration";
  durationMs: number | undefined;
}

/** A slash command that the client carried out itself: what was typed, or what the command printed. */
export interface LocalCommandRecord extends RecordBase {
  type: "local_command";
  /** Name of the command, without the slash. Undefined when the record does not name it. */
  command: string | undefined;
  /** The agent in which a forked skill continues in the background. */
  launchedAgentId: string | undefined;
}

/** A limit of `claude -p`. `max_turns`: the limit was reached. `max_budget_usd`: how much may be spent in all. */
export interface LimitRecord extends RecordBase {
  type: "limit";
  limit: "max_turns" | "max_budget_usd";
  budgetUsd: number | undefined;
}

/** A hook that ran. The client writes hooks that printed something, failed or were cancelled, and every Stop hook. */
export interface HookRun {
  /** The event that triggered the hook: `PreToolUse`, `Stop`, … */
  event: string;
  outcome: "ok" | "error" | "blocked" | "cancelled";
  durationMs?: number;
  /** When the hook ended, in milliseconds since the epoch. */
  atMs?: number;
  /** Its command line, only from content level `details` on. */
  command?: string;
}

export interface HookRecord extends RecordBase {
  type: "hook";
  run: HookRun;
  /** Of a PreToolUse hook that denied a call or sent it to a person: the call, and the reason that it gave. */
  objection: { toolUseId: string; reason: string } | undefined;
}

/** A hook said that the client must not continue: the turn ends here, without an answer. */
interface HookStoppedRecord extends RecordBase {
  type: "hook_stopped";
}

/** A change of the MCP servers that the session has. The first one of a session names all of them. */
export interface McpServersRecord extends RecordBase {
  type: "mcp_servers";
  added: string[];
  removed: string[];
}

/** A prompt that was typed while the model worked, and that the model got within the running turn. */
interface QueuedPromptRecord extends RecordBase {
  type: "queued_prompt";
  /** The name of the slash command, without the slash, when the prompt is one. */
  command: string | undefined;
}

/** The end of a compaction. Sizes of the context are in tokens. */
export interface CompactBoundaryRecord extends RecordBase {
  type: "compact_boundary";
  trigger: string | undefined;
  preTokens: number | undefined;
  postTokens: number | undefined;
  /** Tokens that this compaction and all earlier ones dropped. */
  droppedTokens: number | undefined;
  durationMs: number | undefined;
}

/** Claude Code's own sum of the costs, which it writes when it exits, and on `/fork`. */
interface CostStateRecord extends RecordBase {
  type: "cost-state";
  totalUsd: number | undefined;
  /**
   * When the process began whose costs are in the sum, in milliseconds since the epoch. Kept over a resume, new after a
   * kill.
   */
  startMs: number | undefined;
  /** How long that process has run, in milliseconds, with the earlier processes whose costs are in the sum. */
  totalMs: number | undefined;
}

/** A name for the session: the client's own (`ai-title`), or one that a person gave (`custom-title`). */
export interface TitleRecord extends RecordBase {
  type: "title";
  title: string;
  isCustom: boolean;
}

/** Any other record. `name` is its type as written. */
interface OtherRecord extends RecordBase {
  type: "other";
  name: string;
}
