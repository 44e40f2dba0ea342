import type { ContentLevel } from "../../choices.ts";
import type { TranscriptRecord, UserRecord } from "../../transcript/record.ts";
import type { Sidechain } from "../agent-state.ts";
import {
  addAssistant,
  addRetry,
  addToolResults,
  interrupt,
  isInterruption,
  newThread,
} from "../conversation/conversation.ts";
import type { ThreadState } from "../conversation/thread.ts";
import { promptHash } from "../conversation/tool-call.ts";

const REMEMBERED_TIPS = 32;

/**
 * Reads a record of a subagent in the main file, as 1.0 clients write it. The first record of a subagent has no parent,
 * and the others are found by their parent. Only equal prompts show which call started it.
 */
export function readSidechain(
  conversation: { sidechains: Sidechain[] },
  record: TranscriptRecord,
  content: ContentLevel,
): void {
  const sidechain = findSidechain(conversation.sidechains, record) ?? openSidechain(record, content);
  if (sidechain === undefined) return;
  if (!conversation.sidechains.includes(sidechain)) conversation.sidechains.push(sidechain);
  if (record.uuid !== undefined) sidechain.tips = [...sidechain.tips, record.uuid].slice(-REMEMBERED_TIPS);
  if (record.type === "assistant") addAssistant(sidechain.thread, record, content);
  if (record.type === "api_error") addRetry(sidechain.thread, record);
  if (record.type === "user") {
    if (record.toolResults.length > 0) addToolResults(sidechain.thread, record, content);
    else if (isInterruption(record.text)) interrupt(sidechain.thread, record.atMs);
  }
}

/**
 * Links sidechains to calls. The client writes a whole sidechain right before the result of its call, so the order
 * distinguishes equal prompts.
 */
export function linkSidechains(
  conversation: { thread: ThreadState; sidechains: Sidechain[] },
  record: UserRecord,
): void {
  if (conversation.sidechains.length === 0) return;
  for (const { toolUseId } of record.toolResults) {
    const call = conversation.thread.toolCalls.find((open) => open.id === toolUseId);
    if (call?.promptHash === undefined) continue;
    const sidechain = conversation.sidechains.findLast(
      (candidate) => candidate.callId === undefined && candidate.promptHash === call.promptHash,
    );
    if (sidechain !== undefined) sidechain.callId = toolUseId;
  }
}

function findSidechain(sidechains: Sidechain[], record: TranscriptRecord): Sidechain | undefined {
  if (record.parentUuid === undefined) return undefined;
  const parent = record.parentUuid;
  return sidechains.findLast((sidechain) => sidechain.tips.includes(parent)) ?? sidechains.at(-1);
}

/**
 * A response without a prompt above it opens one, too, so that it counts. No call is known to have started that one.
 */
function openSidechain(record: TranscriptRecord, content: ContentLevel): Sidechain | undefined {
  if (record.type !== "user" && record.type !== "assistant") return undefined;
  if (record.atMs === undefined) return undefined;
  const text = record.type === "user" ? record.text : undefined;
  const sidechain: Sidechain = {
    rootUuid: record.uuid,
    startMs: record.atMs,
    promptHash: text === undefined ? "" : promptHash(text),
    thread: newThread(record.atMs, content === "full" ? text : undefined),
    tips: [],
  };
  if (record.version !== undefined) sidechain.clientVersion = record.version;
  return sidechain;
}
