import type { TranscriptRecord, UserRecord } from "../../transcript/record.ts";
import {
  addAssistant,
  addAttempt,
  addRetry,
  addToolResults,
  interrupt,
  interruptResponse,
  isAtRest,
  newThread,
} from "../conversation/conversation.ts";
import { promptHash } from "../conversation/tool-call.ts";
import type { SessionOptions } from "../options.ts";
import type { AgentState, SessionState } from "../state.ts";
import { isHidden } from "./hidden.ts";

/** What a subagent's `agent-<id>.meta.json` says; fields that the client's version does not write are undefined. */
export interface AgentMeta {
  agentType?: string;
  description?: string;
  toolUseId?: string;
  requestShape?: string;
  /** Of a teammate. */
  name?: string;
  finished?: boolean;
  /** The run of the workflow that started it: not in the file, but in its path. */
  workflowRunId?: string;
}

/** The agent's state, made when it is first heard of. */
function agentOf(session: SessionState, agentId: string): AgentState {
  const known = session.agents[agentId];
  if (known !== undefined) return known;
  const agent: AgentState = { agentId, threads: [], released: 0, ...session.doneAgents[agentId] };
  delete session.doneAgents[agentId];
  session.agents[agentId] = agent;
  if (agent.home !== undefined) session.homedAgents.push(agentId);
  return agent;
}

/** What an agent is to do is content: at level `none` it does not even rest in the state. */
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
  if (record.type === "user" && current !== undefined) interruptResponse(current.thread);
  if (record.type === "other" && record.name === "fork-context-ref") agent.isFork = true;
  if (record.type === "user" && (current === undefined || record.toolResults.length === 0)) {
    return readPrompt(agent, record, options);
  }
  if (current === undefined) {
    if (record.type !== "assistant" || record.atMs === undefined) return;
    agent.threads.push({ startMs: record.atMs, thread: newThread(record.atMs) });
    return readAgentRecord(session, agentId, record, options);
  }
  if (record.type === "assistant") addAssistant(current.thread, record, options.keep);
  if (record.type === "user") addToolResults(current.thread, record, options.keep);
  if (record.type === "api-request") addAttempt(current.thread, record);
  if (record.type === "api_error") addRetry(current.thread, record);
}

/**
 * A finished agent may be given something to do again: that is a conversation of its own. The first record begins one
 * whatever it is: a forked skill's is a message of the client, a fork's the result of its own call.
 */
function readPrompt(agent: AgentState, record: UserRecord, options: SessionOptions): void {
  const current = agent.threads.at(-1);
  if (record.text.startsWith("[Request interrupted by user")) {
    if (current !== undefined) interrupt(current.thread, record.atMs);
    return;
  }
  // A hidden agent has called nothing: the result is one that the conversation before it has had.
  const isOfOther = record.toolResults.length > 0 && isHidden(agent.agentId, agent);
  const isFirst = current === undefined && agent.released === 0 && !isOfOther;
  const isGiven = isFirst || (!record.isMeta && record.toolResults.length === 0);
  if ((!isGiven && record.originKind !== "coordinator") || record.atMs === undefined) return;
  if (current === undefined || isAtRest(current.thread)) {
    const prompt = options.keep === "full" ? record.text : undefined;
    agent.threads.push({ startMs: record.atMs, thread: newThread(record.atMs, prompt) });
  }
  agent.promptHash ??= promptHash(record.text);
  if (record.promptId !== undefined) agent.promptId ??= record.promptId;
}

/**
 * A fork's file begins with what its parent said last: the call that started it, under a row id of its own. It is the
 * parent's, whichever of the two files is on disk first.
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
