import type { TranscriptRecord } from "../../transcript/record.ts";
import { idKey, isUnique } from "../../transcript/row-key.ts";
import type { RowLedger } from "../known-rows.ts";
import type { AgentState, SessionState } from "../state.ts";

/**
 * What an agent is for that the client made for itself: `compact`, `side_question`. Its id is the letter `a`, the kind and
 * random hex digits; those of agents that the model calls are the letter and the digits.
 */
export function hiddenKind(agentId: string): string | undefined {
  return /^a([a-z_]+)-[0-9a-f]{6,}$/.exec(agentId)?.[1];
}

/** A teammate's id looks alike, but a meta file names it. */
export function isHidden(agentId: string, agent: AgentState | undefined): boolean {
  return hiddenKind(agentId) !== undefined && agent?.type === undefined && agent?.name === undefined;
}

/**
 * Whether a row of a hidden agent's file is of a response that the session has had before. Its file begins with a copy of
 * the conversation, in which rows may have other ids; the API's id of the response stays.
 */
export function isCopiedResponse(
  session: SessionState,
  agentId: string,
  record: TranscriptRecord,
  ledger: RowLedger,
): boolean {
  const agent = session.agents[agentId];
  if (record.type !== "assistant" || !isHidden(agentId, agent) || !isUnique(record.messageId)) return false;
  const isOwn = agent?.threads.some(({ thread }) =>
    thread.requests.some(({ lines }) => lines.messageId === record.messageId),
  );
  return isOwn !== true && ledger.has(idKey("message", record.messageId));
}

/** Prompts and results that stand before a copied response are copies, too. */
export function forgetUnanswered(session: SessionState, agentId: string): void {
  const agent = session.agents[agentId];
  if (agent === undefined) return;
  agent.threads = agent.threads.filter(({ thread }) => thread.requests.length > 0);
  delete agent.promptHash;
  delete agent.promptId;
}
