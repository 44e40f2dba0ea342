import type { TranscriptRecord } from "../../transcript/record.ts";
import { idKey, isUnique } from "../../transcript/row-key.ts";
import type { AgentState } from "../agent-state.ts";
import type { RowLedger } from "../known-rows.ts";
import type { SessionState } from "../state.ts";

/**
 * The purpose of an agent that the client made for itself: `compact`, `side_question`. The id of such an agent consists
 * of the letter `a`, the kind and random hex digits. Agents that the model calls have only the letter and the digits.
 */
export function hiddenKind(agentId: string): string | undefined {
  return /^a([a-z_]+)-[0-9a-f]{6,}$/.exec(agentId)?.[1];
}

/** A teammate's id looks similar, but a meta file describes the teammate. */
export function isHidden(agentId: string, agent: AgentState | undefined): boolean {
  return hiddenKind(agentId) !== undefined && agent?.type === undefined && agent?.name === undefined;
}

/**
 * Whether a row of a hidden agent's file belongs to a response that the session already has. The file begins with a
 * copy of the conversation. Rows in it may have new ids, but the API's id of the response does not change.
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

/** Drops prompts and results before a copied response: they are copies too. */
export function forgetUnanswered(session: SessionState, agentId: string): void {
  const agent = session.agents[agentId];
  if (agent === undefined) return;
  agent.threads = agent.threads.filter(({ thread }) => thread.requests.length > 0);
  delete agent.promptHash;
  delete agent.promptId;
}
