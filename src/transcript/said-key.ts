import { hash53 } from "../hash53.ts";
import { isOlder } from "../versions.ts";
import type { AssistantRecord, TranscriptRecord, UserRecord, Written } from "./record.ts";

/**
 * From this version on, a copied row keeps its `uuid`. Clients before it (seen: 1.0.25 and 1.0.60) give new ids, and
 * the time of the resume, to all rows that a resumed session copies.
 */
const KEEPS_IDS = [1, 0, 96] as const;

/** Whether the client gives new ids to the rows that it copies. */
function renewsIds(version: string | undefined): boolean {
  return version !== undefined && isOlder(version, KEEPS_IDS);
}

/**
 * A number that identifies what such a client wrote, in the row and in its copies. Undefined for other rows and
 * clients.
 *
 * It is no identity by itself: a person may give the same prompt twice.
 */
export function renewedKey(record: TranscriptRecord): number | undefined {
  if (!renewsIds(record.version) || record.isSidechain) return undefined;
  return record.type === "user" ? hash53(JSON.stringify(saidIn(record))) : responseKey(record);
}

/**
 * A number that identifies a row of a response, and its copies under new ids and times. Undefined for other rows, and
 * for a response without an id.
 */
export function responseKey(record: TranscriptRecord): number | undefined {
  if (record.type !== "assistant" || record.messageId === "" || record.isSidechain) return undefined;
  return hash53(JSON.stringify(saidIn(record)));
}

type Said = Written<UserRecord> | Written<AssistantRecord>;

/**
 * An id for a row that has none, as other programs write them: what it says, and when. A row that says the same at the
 * same time is that row, written again.
 */
export function madeId(record: Said): string {
  const sent = record.type === "assistant" ? [record.requestId, record.requestRef] : [];
  return `row ${hash53(JSON.stringify([record.atMs, ...sent, ...saidIn(record)])).toString(36)}`;
}

/** Of a response its id, its usage and its block, of a result its call, of a prompt its text. */
function saidIn(record: Said): unknown[] {
  if (record.type === "user") {
    const results = record.toolResults.map(({ toolUseId }) => toolUseId);
    return ["user", results, beginning(record.text)];
  }
  const { messageId, model, usage } = record;
  const { input, output, cacheRead, cacheWrite5m, cacheWrite1h } = usage;
  const blocks = record.blocks.map((block) =>
    block.type === "tool_use" ? block.id : block.type === "other" ? block.name : beginning(block.text),
  );
  return [messageId, model, input, output, cacheRead, cacheWrite5m, cacheWrite1h, ...blocks];
}

/** The same for a text that was cut or decoded in another way: short, and only ASCII. */
export function beginning(text: string): string {
  return /^[\x20-\x7e]{0,40}/.exec(text)?.[0] ?? "";
}
