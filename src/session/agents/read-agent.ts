import type { TranscriptRecord, UserRecord } from "../../transcript/record.ts";
import { isUuid } from "../../uuid.ts";
import { atLeast, parseVersion } from "../../versions.ts";
import type { AgentState } from "../agent-state.ts";
import { compactionOf } from "../conversation/compaction.ts";
import { keptText } from "../conversation/content-limits.ts";
import {
  addAssistant,
  addAttempt,
  addRetry,
  addToolResults,
  interrupt,
  interruptResponse,
  isAtRest,
  isInterruption,
  newThread,
} from "../conversation/conversation.ts";
import { skillOfAgent } from "../conversation/skill-key.ts";
import { promptHash } from "../conversation/tool-call.ts";
import type { SessionOptions } from "../options.ts";
import type { SessionState } from "../state.ts";
import { isHidden } from "./hidden.ts";

/**
 * The contents of a subagent's `agent-<id>.meta.json`. Fields that the client's version does not write are undefined.
 */
export interface AgentMeta {
  agentType?: string;
  description?: string;
  toolUseId?: string;
  requestShape?: string;
  /** Only for a teammate. */
  name?: string;
  finished?: boolean;
  /** The run of the workflow that started it. It is not in the file but in its path. */
  workflowRunId?: string;
}

/** The agent's state. It is created at the first mention of the agent. */
function agentOf(session: SessionState, agentId: string): AgentState {
  const known = session.agents[agentId];
  if (known !== undefined) return known;
  const agent: AgentState = { agentId, threads: [], released: 0, ...session.doneAgents[agentId] };
  delete session.doneAgents[agentId];
  session.agents[agentId] = agent;
  if (agent.home !== undefined) session.homedAgents.push(agentId);
  return agent;
}

/**
 * Stores the contents of a meta file. The description of the task is content: at level `none`, the state does not keep
 * it.
 */
export function readAgentMeta(
  session: SessionState,
  agentId: string,
  meta: AgentMeta,
  { keep }: Pick<SessionOptions, "keep">,
): void {
  const agent = agentOf(session, agentId);
  if (meta.agentType !== undefined) agent.type = meta.agentType;
  if (keep === "none") delete agent.description;
  else if (meta.description !== undefined) agent.description = meta.description;
  if (meta.toolUseId !== undefined) {
    agent.toolUseId = meta.toolUseId;
    session.agentOfCall[meta.toolUseId] = agentId;
  }
  if (meta.requestShape !== undefined) agent.requestShape = meta.requestShape;
  if (meta.name !== undefined) agent.name = meta.name;
  if (meta.workflowRunId !== undefined) agent.workflowRunId = meta.workflowRunId;
  if (meta.finished !== undefined) agent.finished = meta.finished;
}

/** Reads one record of the agent's own file, in file order. */
export function readAgentRecord(
  session: SessionState,
  agentId: string,
  record: TranscriptRecord,
  options: SessionOptions,
): void {
  const agent = agentOf(session, agentId);
  const current = agent.threads.at(-1);
  if (record.type === "other" && record.name === "fork-context-ref") agent.isFork = true;
  if (record.type === "user" && (current === undefined || record.toolResults.length === 0)) {
    if (current !== undefined) interruptResponse(current.thread, record);
    return readPrompt(agent, record, options);
  }
  if (current === undefined) {
    if (record.type !== "assistant" || record.atMs === undefined) return;
    agent.threads.push({ startMs: record.atMs, thread: newThread(record.atMs) });
    return readAgentRecord(session, agentId, record, options);
  }
  if (record.type === "compact_boundary") {
    const compaction = compactionOf(record, current.startMs, agent);
    if (compaction !== undefined)
      current.thread.compactions = [...(current.thread.compactions ?? []), compaction];
  }
  if (record.type === "assistant") addAssistant(current.thread, record, options.keep);
  if (record.type === "user") addToolResults(current.thread, record, options.keep);
  if (record.type === "api-request") addAttempt(current.thread, record);
  if (record.type === "api_error") addRetry(current.thread, record);
}

/**
 * Messages of the client that give an agent more work: from the agent or the session that started it, and the
 * notification that an agent of its own has finished.
 */
const GIVES_WORK: ReadonlySet<string | undefined> = new Set(["coordinator", "task-notification"]);

/**
 * Begins a new conversation when a finished agent gets another task. The first record always begins one: for a forked
 * skill it is a message of the client, for a fork the result of the call that started it.
 */
function readPrompt(agent: AgentState, record: UserRecord, options: SessionOptions): void {
  const current = agent.threads.at(-1);
  if (isInterruption(record.text)) {
    if (current !== undefined) interrupt(current.thread, record.atMs);
    return;
  }
  // A hidden agent makes no calls. The result belongs to the conversation that its file copies.
  const isOfOther = record.toolResults.length > 0 && isHidden(agent.agentId, agent);
  const isFirst = current === undefined && agent.released === 0 && !isOfOther;
  const isGiven = isFirst || (!record.isMeta && !record.isCompactSummary && record.toolResults.length === 0);
  if ((!isGiven && !GIVES_WORK.has(record.originKind)) || record.atMs === undefined) return;
  if (isAboveFirst(agent, record)) giveFirstPrompt(agent, record, options);
  else if (current === undefined || isAtRest(current.thread)) {
    const prompt = options.keep === "full" ? record.text : undefined;
    agent.threads.push({ startMs: record.atMs, thread: newThread(record.atMs, prompt) });
  }
  if (agent.promptHash === undefined) {
    agent.promptHash = promptHash(record.text);
    const skill = skillOfAgent(record.text);
    if (skill !== undefined) agent.skill = skill;
  }
  if (record.promptId !== undefined) agent.promptId ??= record.promptId;
}

/** Whether the prompt is the agent's first one although the file has its answer above it. */
function isAboveFirst({ threads, released, promptHash }: AgentState, { atMs }: UserRecord): boolean {
  const [first, ...others] = threads;
  if (first === undefined || others.length > 0 || released > 0 || promptHash !== undefined) return false;
  return atMs !== undefined && atMs <= first.startMs;
}

function giveFirstPrompt({ threads }: AgentState, { atMs, text }: UserRecord, options: SessionOptions): void {
  const [first] = threads;
  if (first === undefined || atMs === undefined) return;
  first.startMs = atMs;
  const [request] = first.thread.requests;
  if (request?.attempts === undefined && request !== undefined) request.startMs = atMs;
  if (options.keep === "full") first.thread.prompt = keptText(text);
}

/**
 * Which session wrote a row of an agent's file, and counts it, where the row's own word decides. A session that is moved
 * to the background goes on as a fork of itself, and its agents go on in the files that they have. The fork's folder has
 * links to them (2.1.332). `unknown`: the main file is not there yet.
 */
export function writerOf(
  { main, sessionId }: SessionState,
  { sessionId: named, version }: TranscriptRecord,
): "own" | "other" | "unknown" | undefined {
  // For nearly all rows, this is all that is asked.
  if (named === undefined || (named === sessionId && main.forkedFrom === undefined)) return undefined;
  const known = parseVersion(version ?? main.place.clientVersion ?? "");
  if (known === undefined || !atLeast(known, [2, 1, 300])) return undefined;
  if (named === sessionId) return "own";
  // Only the client's own ids name another session. Rows of other programs count where they are.
  if (!isUuid(named)) return undefined;
  if (main.isNamedAlike === true) return "other";
  return main.firstMs === undefined ? "unknown" : undefined;
}

/**
 * Whether the row belongs to the agent's parent. A fork's file begins with the end of the parent's conversation: the
 * call that started the fork, with a new row id. The row belongs to the parent, even if the fork's file is written
 * first.
 */
export function isOfParent(session: SessionState, agentId: string, record: TranscriptRecord): boolean {
  const agent = session.agents[agentId];
  if (agent === undefined || agent.released > 0 || agent.threads.length > 0) return false;
  if (record.type !== "assistant") return false;
  const { toolUseId } = agent;
  return (
    agent.isFork === true ||
    record.blocks.some((block) => block.type === "tool_use" && block.id === toolUseId)
  );
}
