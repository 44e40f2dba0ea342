import type { TranscriptRecord } from "../transcript/record.ts";
import {
  addAssistant,
  addAttempt,
  addRetry,
  addToolResults,
  interrupt,
  interruptResponse,
  isAtRest,
  newThread,
} from "./conversation.ts";
import type { SessionOptions } from "./options.ts";
import type { AgentState, SessionState } from "./state.ts";
import { promptHash } from "./tool-call.ts";

/** What a subagent's `agent-<id>.meta.json` says; fields that the client's version does not write are undefined. */
export interface AgentMeta {
  agentType?: string;
  description?: string;
  toolUseId?: string;
  requestShape?: string;
  finished?: boolean;
}

/** The agent's state, made when it is first heard of. */
export function agentOf(session: SessionState, agentId: string): AgentState {
  const known = session.agents[agentId];
  if (known !== undefined) return known;
  const agent: AgentState = { agentId, threads: [], released: 0, ...session.doneAgents[agentId] };
  delete session.doneAgents[agentId];
  session.agents[agentId] = agent;
  if (agent.home !== undefined) session.homedAgents.push(agentId);
  return agent;
}

export function readAgentMeta(session: SessionState, agentId: string, meta: AgentMeta): void {
  const agent = agentOf(session, agentId);
  if (meta.agentType !== undefined) agent.type = meta.agentType;
  if (meta.description !== undefined) agent.description = meta.description;
  if (meta.toolUseId !== undefined) {
    agent.toolUseId = meta.toolUseId;
    session.agentOfCall[meta.toolUseId] = agentId;
  }
  if (meta.requestShape !== undefined) agent.requestShape = meta.requestShape;
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
  if (record.type === "user" && record.toolResults.length === 0) {
    if (record.text.startsWith("[Request interrupted by user")) {
      if (current !== undefined) interrupt(current.thread, record.atMs);
    } else if ((!record.isMeta || record.originKind === "coordinator") && record.atMs !== undefined) {
      // A finished agent may be given something to do again: that is a conversation of its own.
      if (current === undefined || isAtRest(current.thread)) {
        const prompt = options.keep === "full" ? record.text : undefined;
        agent.threads.push({ startMs: record.atMs, thread: newThread(record.atMs, prompt) });
      }
      agent.promptHash ??= promptHash(record.text);
    }
    return;
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
