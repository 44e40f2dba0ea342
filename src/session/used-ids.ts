import type { AssistantRecord } from "../transcript/record.ts";
import { idKey, isUnique } from "../transcript/row-key.ts";
import type { RowLedger } from "./known-rows.ts";

/** More than the number of responses and calls to which an API under load gave one id. */
const MAX_RECENT = 64;

/**
 * Records the ids that a row gives its response and its calls. Marks those that are not the first of their kind in the
 * session: gateways restart the numbers of calls in each response, or give all responses one id.
 *
 * `recent`: hashes of the last ids. `isAgents`: the row is from an agent.
 */
export function markUsedIds(
  recent: number[],
  ledger: RowLedger,
  record: AssistantRecord,
  isAgents: boolean,
): void {
  const note = (kind: "message" | "tool", id: string): boolean => {
    const isOnlyOne = isUnique(id);
    // Which of two files is read first depends on when they are read. So an id that may occur in both counts as used in
    // each.
    if (isAgents && !isOnlyOne && !/^(msg|toolu)_/.test(id)) return true;
    const key = idKey(kind, id);
    if (recent.includes(key)) return true;
    recent.push(key);
    if (recent.length > MAX_RECENT) recent.shift();
    if (kind === "tool" && isOnlyOne) return false;
    if (!isOnlyOne && ledger.has(key)) return true;
    ledger.add(key);
    return false;
  };
  record.isUsedId = note("message", record.messageId);
  for (const block of record.blocks) if (block.type === "tool_use") block.isUsedId = note("tool", block.id);
}

/**
 * Records the API's id of a response that another session counts: the file of a hidden agent may repeat the response.
 */
export function noteMessageId(ledger: RowLedger, { messageId }: AssistantRecord): void {
  if (isUnique(messageId)) ledger.add(idKey("message", messageId));
}
