import { dict } from "../dict.ts";
import type { TranscriptRecord } from "../transcript/record.ts";
import type { AgentHome, AgentState, DoneAgent, Sidechain } from "./agent-state.ts";
import type { CacheLeft } from "./conversation/cache-miss.ts";
import type { DoneResponse } from "./conversation/same-response.ts";
import type { ThreadState } from "./conversation/thread.ts";
import { noRecentRows, type RecentRows } from "./known-rows.ts";
import type { AfterClear, Compaction, HookRun, PartRef, Place, TurnOutcome } from "./model.ts";
import type { CostState, RunState } from "./run-state.ts";

/** Everything that is known about a session between two records, as plain JSON. */
export interface SessionState {
  sessionId: string;
  /** The folder that the session began in. Set only when calls are assessed. */
  root?: string;
  main: MainState;
  /** The newest rows of all its files. Missing in states of old versions, which recognized repetitions by ids. */
  recent?: RecentRows;
  /** Hashes of the ids of its last responses and calls. */
  recentIds?: number[];
  /** Agents that are not done: a part of them has not been released, or may still come. */
  agents: Record<string, AgentState>;
  /** Ids of the agents whose home is known, in the order in which it became known. */
  homedAgents: string[];
  /** What is kept about finished agents, in case they get another task. */
  doneAgents: Record<string, DoneAgent>;
  /** The agent that each tool call started, when a meta file names the call. By call id. */
  agentOfCall: Record<string, string>;
  /** Homes of agents whose calls were released before their files existed. `key` identifies the agents. */
  expected?: [key: string, home: AgentHome][];
  run?: RunState | undefined;
  /** Index of the next run. */
  nextRun: number;
  lastPart?: PartRef;
  /** The previous turn, and the session that has its span. */
  lastTurn?: { sessionId: string; id: string };
  /** The last turns, each with the part of the run that has its span. A rewind may link to them. */
  recentTurns?: { id: string; part: PartRef }[];
  cost: CostState;
}

/** The main file, as far as it has been read. */
export interface MainState {
  /**
   * Time of the first record, if the process itself wrote it. A fork's file begins with such a record, and older
   * history follows.
   */
  ownSinceMs?: number;
  /** Time of the first record. */
  firstMs?: number;
  /** Latest time in the file. */
  lastMs?: number;
  /** The first rows, while none of them has a time. */
  undated?: TranscriptRecord[] | undefined;
  turnIndex: number;
  /** The file contains history that another session counts. */
  hasCopies?: true;
  knowsTurnOrigin: boolean;
  /** A client has written to the file that keeps agents beside it (up to 2.1.1). */
  oldClient?: true;
  forkedFrom?: string;
  /** Rows of the main file name the session as the file does: no program has renamed it. */
  isNamedAlike?: true;
  place: Place;
  /** The working folders that rows name. Some clients keep agents in the projects of all of them. */
  cwds?: string[];
  title?: string;
  hasCustomTitle?: true;
  /** The file begins with a `/clear`. */
  afterClear?: AfterClear;
  /**
   * The last prompts of the conversation, each with the record that it follows ("" for none) and the last line of its
   * answer. `isFirst`: the client counts it as the first.
   */
  branch?: { id: string; parent: string; answer?: string; isFirst?: true }[] | undefined;
  /** The client's last note between turns, and the record that it follows. */
  note?: { id: string; parent: string };
  /** Records name the records that they follow. */
  isLinked?: true;
  /** Sum of the tokens that all compactions removed from the context. */
  droppedTokens?: number;
  /** What the last request left in the cache. */
  cacheLeft?: CacheLeft;
  /** The permission mode that was last recorded. */
  permissionMode?: string;
  /** The MCP servers that the session has. Undefined while the client has not named them. */
  mcpServers?: string[];
  /** The last skills that began. */
  skills?: NamedSkill[];
  /** The turn that the last row belongs to. */
  turn?: OpenTurn | undefined;
  /** Turns of other windows that have not ended either, first to last. */
  turnsBeside?: OpenTurn[] | undefined;
  /**
   * A turn that begins only if the model answers. The record is a scheduled prompt or a message of the client itself.
   */
  wakeup?: OpenTurn | undefined;
  /** Responses that arrived after their turn had ended. */
  late?: { turnId?: string; thread: ThreadState; sidechains: Sidechain[] } | undefined;
  /** Calls of ended turns whose lines came later, while they wait for their results. */
  behind?: { turnId: string; thread: ThreadState; sidechains: Sidechain[] }[] | undefined;
  /** The costs that the client wrote. They end the run, unless the run continues immediately (`/fork`). */
  ending?: { totalUsd: number; startMs: number; lastMs?: number } | undefined;
  /** Prompt ids of the last turns that ended. */
  endedPrompts: string[];
  /** The last responses. A late line of one of them is recognized and not counted again. */
  doneResponses?: DoneResponse[];
  /** Finished items, in order, that have not been released. */
  items: MainItem[];
  /** Number of lines that gave no record. */
  issues: number;
}

/** A skill or slash command, as a hash of its name. `ended`: a prompt that did not start it has come since. */
export interface NamedSkill {
  key: number;
  ended?: true;
}

/** A turn that has not ended, or whose end has not been released. */
export interface OpenTurn {
  id: string;
  promptId?: string;
  index: number;
  /** The record that the prompt follows. */
  parentUuid?: string;
  /** The number of the turn as the client counts. The client restarts this count in some cases. */
  clientIndex?: number;
  /** Prompts that were queued after the first one and answered with it. */
  morePromptIds?: string[];
  /** uuid of the last of them. */
  lastPromptUuid?: string;
  /** uuid of the turn's last row. */
  lastUuid: string;
  /** Another prompt came while the turn was at work: its process has died, or another window goes on. */
  mayBeOver?: true | undefined;
  /** A person stopped it for another prompt: in place of its own, or sent while it worked. */
  isGivenUp?: true | undefined;
  source?: string;
  startMs: number;
  /** Latest time in the file before the prompt. */
  beforeMs?: number;
  /** The session that counts the turn, when that is another one: copied history. */
  copiedFrom?: string;
  thread: ThreadState;
  sidechains: Sidechain[];
  compactions: Compaction[];
  /** A hook, or a goal that was not met, made the turn continue. The next Stop summary does not end it. */
  sentBack?: true | undefined;
  /** The turn is a slash command whose work an agent does. `agentId`: set when the agent runs in the background. */
  skill?: { agentId?: string };
  /** A hook has ended the turn before the model answered. */
  isStopped?: true;
  /** The total that `--max-budget-usd` allows. */
  budgetUsd?: number;
  /** The limit of `claude -p` that ended the turn. */
  limit?: "max_turns" | "max_budget_usd";
  place: Place;
  /** Ids of the turns that the prompt removes by a rewind, first to last. */
  rewound?: string[];
  afterClear?: AfterClear;
  command?: string;
  hooks?: HookRun[];
  permissionMode?: string;
  /** Ids of the rules that its hooks meet. */
  findings?: string[];
  /** The permission mode differs from that of the turn before. */
  hasNewMode?: true;
  prompt?: string;
}

/** A finished piece of the main file that has not been released. */
export type MainItem =
  | {
      type: "turn";
      turn: OpenTurn;
      endMs: number;
      outcome: TurnOutcome;
      /**
       * The next record may say how long the client worked. It is needed because a call of the turn may have waited for
       * a person.
       */
      awaitsDuration?: true | undefined;
      workedMs?: number;
    }
  | { type: "late"; turnId?: string; thread: ThreadState; sidechains: Sidechain[] }
  | { type: "compaction"; compaction: Compaction; beforeMs?: number; place: Place }
  | {
      type: "cost-state";
      totalUsd: number;
      startMs: number;
      lastMs?: number;
      /** Time of the first record after it, when the file continues. */
      nextMs?: number;
    };

/** The state of a session of which nothing was read. */
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

/**
 * Restores a session from its JSON form, in place: plain objects become maps without a prototype again. Returns the
 * same object.
 */
export function restoreSession(session: SessionState): SessionState {
  session.agents = dict(session.agents);
  session.doneAgents = dict(session.doneAgents);
  session.agentOfCall = dict(session.agentOfCall);
  return session;
}
