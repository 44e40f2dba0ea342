import { dict } from "../dict.ts";
import type { TranscriptRecord } from "../transcript/record.ts";
import type { Counts } from "./amounts.ts";
import type { CacheLeft } from "./conversation/cache-miss.ts";
import type { DoneResponse } from "./conversation/same-response.ts";
import type { ThreadState } from "./conversation/thread.ts";
import { noRecentRows, type RecentRows } from "./known-rows.ts";
import type { AfterClear, Compaction, HookRun, PartRef, Place, RunPart, TurnOutcome } from "./model.ts";

/** Everything that is known of a session between two records, as plain JSON. */
export interface SessionState {
  sessionId: string;
  /** The folder that the session began in, where calls are assessed by it. */
  root?: string;
  main: MainState;
  /** The newest rows of all its files; absent in the states of versions that knew repetitions by their ids. */
  recent?: RecentRows;
  /** Hashes of the ids of its last responses and calls. */
  recentIds?: number[];
  /** Agents that are not done: something of them is still to be released, or may come. */
  agents: Record<string, AgentState>;
  /** Ids of those whose home is known, in the order in which it became so. */
  homedAgents: string[];
  /** What is kept of the others, in case that they are given something to do again. */
  doneAgents: Record<string, DoneAgent>;
  /** Which agent a tool call started, where a meta file says so. */
  agentOfCall: Record<string, string>;
  /** Homes of agents whose calls have gone out before their files were there, by what will tell them. */
  expected?: [key: string, home: AgentHome][];
  run?: RunState;
  /** Index of the next run. */
  nextRun: number;
  lastPart?: PartRef;
  /** The turn before, and the session that has its span. */
  lastTurn?: { sessionId: string; id: string };
  /** The last turns, with the part of the run that has their spans: a rewind may point to them. */
  recentTurns?: { id: string; part: PartRef }[];
  cost: CostState;
}

/** The main file, as far as it has been read. */
export interface MainState {
  /** Time of the first record, where it is the process's own: a fork's file begins with it, and older history follows. */
  ownSinceMs?: number;
  /** Time of the first record. */
  firstMs?: number;
  /** Latest time in the file. */
  lastMs?: number;
  /** Its first rows, while none has had a time. */
  undated?: TranscriptRecord[];
  turnIndex: number;
  /** It holds history that another session counts. */
  hasCopies?: true;
  knowsTurnOrigin: boolean;
  /** A client up to 2.0 has written to the file. */
  oldClient?: true;
  forkedFrom?: string;
  place: Place;
  title?: string;
  hasCustomTitle?: true;
  /** The file begins with a `/clear`. */
  afterClear?: AfterClear;
  /** The last prompts that the conversation consists of, each with the record that it follows; "" for none. */
  branch?: { id: string; parent: string }[];
  /** Records name the ones that they follow. */
  isLinked?: true;
  /** What its compactions have taken out of the context, all together. Tokens. */
  droppedTokens?: number;
  /** What its last request left in the cache. */
  cacheLeft?: CacheLeft;
  /** What was last said to be allowed without asking. */
  permissionMode?: string;
  /** The last skills that have begun. */
  skills?: NamedSkill[];
  turn?: OpenTurn;
  /** A turn that begins if the model answers: perhaps a scheduled prompt, perhaps a message of the client's own. */
  wakeup?: OpenTurn;
  /** Responses that came after their turn was over. */
  late?: { turnId?: string; thread: ThreadState; sidechains: Sidechain[] };
  /** Calls of turns that are over which another window has made since, while they wait for their results. */
  behind?: { turnId: string; thread: ThreadState; sidechains: Sidechain[] }[];
  /** What the client wrote as its costs: the end of its run, unless it goes on at once (`/fork`). */
  ending?: { totalUsd: number; startMs: number; lastMs?: number };
  /** Prompt ids of the last turns that are over. */
  endedPrompts: string[];
  /** The last responses: a line of one of them that comes late is nothing new. */
  doneResponses?: DoneResponse[];
  /** Finished, in order, and not yet released. */
  items: MainItem[];
  /** Lines that gave no record. */
  issues: number;
}

/** A skill or slash command by a hash of its name; `ended`: a prompt that is not its own has come since. */
export interface NamedSkill {
  key: number;
  ended?: true;
}

export interface OpenTurn {
  id: string;
  promptId?: string;
  index: number;
  /** The record that its prompt follows. */
  parentUuid?: string;
  /** Its number in the client's own count, which starts anew here and there. */
  clientIndex?: number;
  /** Prompts that were queued behind the first one and answered with it. */
  morePromptIds?: string[];
  /** uuid of the last of them. */
  lastPromptUuid?: string;
  source?: string;
  startMs: number;
  /** Latest time in the file before the prompt. */
  beforeMs?: number;
  /** The session that counts it, when that is not this one: copied history. */
  copiedFrom?: string;
  thread: ThreadState;
  sidechains: Sidechain[];
  compactions: Compaction[];
  /** A hook, or a goal that was not met, sent it back to work: the summary behind that does not end it. */
  sentBack?: true;
  /** It was a slash command whose work an agent does: `agentId` where that goes on in the background. */
  skill?: { agentId?: string };
  /** What `--max-budget-usd` allows in all. */
  budgetUsd?: number;
  /** The limit of `claude -p` that ended it. */
  limit?: "max_turns" | "max_budget_usd";
  place: Place;
  /** The turns that the prompt leaves behind, first to last. */
  rewound?: string[];
  afterClear?: AfterClear;
  command?: string;
  hooks?: HookRun[];
  permissionMode?: string;
  /** Ids of rules that its hooks meet. */
  findings?: string[];
  /** The mode is another one than that of the turn before. */
  hasNewMode?: true;
  prompt?: string;
}

/** A subagent's conversation inside the main file (1.0 clients). */
export interface Sidechain {
  rootUuid: string;
  startMs: number;
  promptHash: string;
  thread: ThreadState;
  /** uuids of its last records, by which the next ones are found. */
  tips: string[];
  clientVersion?: string;
  /** The call whose result came right behind it. */
  callId?: string;
}

export type MainItem =
  | {
      type: "turn";
      turn: OpenTurn;
      endMs: number;
      outcome: TurnOutcome;
      /** The client says behind it how long it worked, and it matters, as something may have waited for a person. */
      awaitsDuration?: true;
      workedMs?: number;
    }
  | { type: "late"; turnId?: string; thread: ThreadState; sidechains: Sidechain[] }
  | { type: "compaction"; compaction: Compaction; beforeMs?: number; place: Place }
  | {
      type: "cost-state";
      totalUsd: number;
      startMs: number;
      lastMs?: number;
      /** When the file goes on behind it. */
      nextMs?: number;
    };

/** A subagent, as far as its file has been read. */
export interface AgentState {
  agentId: string;
  type?: string;
  description?: string;
  /** The tool call that started it, as its meta file says. */
  toolUseId?: string;
  requestShape?: string;
  /** The name that a teammate was given. */
  name?: string;
  /** The prompt that it belongs to. */
  promptId?: string;
  /** The run of the workflow that started it, as the path of its file says. */
  workflowRunId?: string;
  /** A fork: its file begins with a copy of what its parent said. */
  isFork?: true;
  /** The meta file says that it has finished. */
  finished?: boolean;
  promptHash?: string;
  /** Its conversations that have not been released, one per time that it was given something to do. */
  threads: { startMs: number; thread: ThreadState }[];
  /** How many have been released. */
  released: number;
  /** The turn (and trace) that it belongs to, once that is known. */
  home?: AgentHome;
}

export interface AgentHome extends PartRef {
  turnId?: string;
  /** Where there is no turn, what names the trace: an agent that nobody called, or a late request. */
  rootKey?: string;
  callKey?: string;
  /** The agent in whose conversation the call is. */
  parentAgentId?: string;
  /** A skill that the client still names for it, although its work had ended when the call was made. */
  endedSkill?: string;
}

export interface DoneAgent {
  released: number;
  type?: string;
  home?: AgentHome;
}

export interface RunState {
  part: RunPart;
  startMs?: number;
  /** Whether the current part's root has been released. */
  partStarted: boolean;
  /** Spans of the current part that come from the main file. */
  partSpans: number;
  partTurns: number;
  turns: number;
  compactions: number;
  totals: Counts;
  outcome: TurnOutcome;
  title?: string;
  /** Latest time of what the main file's items say. */
  partEndMs: number;
  /** Latest time of what has been released of agents that outlived their turns. */
  agentsEndMs: number;
  /** The summary has been released: the end of the file was taken for the end of the run, and then it went on. */
  summarized?: true;
  /** The run is over unless its file goes on without a mark between. */
  closed?: true;
}

/** What is needed to compare the transcript's cost with Claude Code's own sum. */
export interface CostState {
  /** Cost of what started when, since the process began whose sum comes next. */
  since: [startMs: number, usd: number][];
  /** Start of the process of the last sum, and what that sum had beyond the transcript. */
  last?: { startMs: number; hiddenUsd: number };
}

export function newSession(sessionId: string): SessionState {
  return {
    sessionId,
    main: {
      turnIndex: 0,
      knowsTurnOrigin: false,
      place: {},
      endedPrompts: [],
      items: [],
      issues: 0,
    },
    recent: noRecentRows(),
    agents: dict(),
    homedAgents: [],
    doneAgents: dict(),
    agentOfCall: dict(),
    nextRun: 0,
    cost: { since: [] },
  };
}

/** A session that was saved as JSON, in place: its maps are maps again. */
export function restoreSession(session: SessionState): SessionState {
  session.agents = dict(session.agents);
  session.doneAgents = dict(session.doneAgents);
  session.agentOfCall = dict(session.agentOfCall);
  return session;
}
