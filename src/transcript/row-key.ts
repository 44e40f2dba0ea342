import { hash53 } from "../hash53.ts";
import { isOlder } from "../versions.ts";
import type { AssistantRecord, TranscriptRecord, UserRecord } from "./record.ts";
import { beginning } from "./said-key.ts";

/**
 * A number that identifies a row wherever it is written again. Clients repeat a row with its `uuid`, while its version,
 * branch or prompt id may be those of the process that repeats it.
 *
 * The number has 53 bits, so that it is an exact JavaScript integer, and is never zero. Undefined when nothing
 * distinguishes the row from others; such a row has nothing to count.
 */
export function rowKey(record: TranscriptRecord): number | undefined {
  if (record.uuid !== undefined && record.uuid !== "") return hash53(record.uuid);
  if (record.type === "api-request") return hash53(`api-request ${record.id}`);
  if (record.type === "cost-state")
    return hash53(`cost-state ${record.startMs} ${record.totalUsd} ${record.totalMs}`);
  return undefined;
}

/** The number of the row that a copy with a new `uuid` names as its original. Undefined for other rows. */
export function originalKey({ uuid, originalUuid }: TranscriptRecord): number | undefined {
  return originalUuid === undefined || originalUuid === uuid ? undefined : hash53(originalUuid);
}

/**
 * From this version on, a resume writes no earlier row again under another id, and takes no rows from forks (2.1.29
 * does both).
 */
const RESUMES_IN_PLACE = [2, 1, 30] as const;

/** Whether a resume by this client may write rows of other files, or earlier ones under new ids. */
export function writesRowsAgain(version: string | undefined): boolean {
  return isOlder(version, RESUMES_IN_PLACE);
}

/**
 * The keys of what a row says, apart from its own ids: time, response and blocks, or the calls that it answers. A
 * client before 2.1.30 that resumes a session behind a response without streaming, or behind a prompt of several
 * blocks, writes all rows from there on again, under new ids. Undefined for rows of later clients, and where gateways'
 * ids or a text without words tell nothing.
 *
 * A prompt may be written again as a row for each of its blocks. So its keys are its time, and its time together with
 * the row that it follows.
 */
export function contentKeys(record: TranscriptRecord): number[] | undefined {
  const { atMs } = record;
  if (atMs === undefined || (record.type !== "assistant" && record.type !== "user")) return undefined;
  if (!writesRowsAgain(record.version)) return undefined;
  const said = record.type === "user" ? saidByUser(record) : saidInResponse(record);
  return said?.map((part) => hash53(JSON.stringify([atMs, ...part])));
}

function saidByUser(record: UserRecord): string[][] | undefined {
  if (record.toolResults.length > 0) return resultsOf(record);
  const place = placeOf(record);
  return place === undefined ? [["prompt"]] : [["prompt"], place];
}

function resultsOf({ toolResults }: UserRecord): string[][] | undefined {
  const ids = toolResults.map(({ toolUseId }) => toolUseId);
  return ids.length > 0 && ids.every(isNumbered) ? ids.map((id) => ["result", id]) : undefined;
}

/** The row that the prompt follows. If it follows none, its first block, if it has blocks. */
function placeOf({ parentUuid, blockTexts: [first] }: UserRecord): string[] | undefined {
  if (parentUuid !== undefined) return ["prompt behind", parentUuid];
  return first === undefined ? undefined : ["first prompt", beginning(first)];
}

/** From this version on, copies keep their times (2.0.29 and before: the time of the resume). */
const KEEPS_TIMES = [2, 0, 30] as const;

/** Whether rows that this client writes again have the time of the resume. */
export function renewsTimes(version: string | undefined): boolean {
  return isOlder(version, KEEPS_TIMES);
}

/**
 * The keys of what a row says in its own copies, which a client before 2.0.30 gives new ids and times, and no request
 * ids: of a response its blocks, of results their calls, of a prompt of several blocks the row that it follows and the
 * first block. Undefined for other rows and clients.
 */
export function retimedKeys(record: TranscriptRecord): number[] | undefined {
  if (!renewsTimes(record.version)) return undefined;
  const said =
    record.type === "assistant"
      ? saidInResponse(record)
      : record.type === "user"
        ? (resultsOf(record) ?? saidInBlocks(record))
        : undefined;
  const keys = said?.map((part) => hash53(JSON.stringify(["retimed", ...part])));
  if (record.type === "assistant" && record.blocks.length > 1) keys?.push(responsePlaceKey(record));
  return keys;
}

/**
 * The key of a response in one line: the row that it follows. Such a client writes a line for each block of it later,
 * behind the same row.
 */
export function responsePlaceKey({ parentUuid, messageId }: AssistantRecord): number {
  return hash53(JSON.stringify(["retimed", "response behind", parentUuid, messageId]));
}

/**
 * Whether the row is a prompt of one block. It may be a part of a prompt of several, and is itself never written again
 * in another form.
 */
export function isBlock(record: TranscriptRecord): boolean {
  return record.type === "user" && record.toolResults.length === 0 && record.blockTexts.length === 1;
}

function saidInBlocks(record: UserRecord): string[][] | undefined {
  const [first] = record.blockTexts;
  return first === undefined ? undefined : [[...(placeOf(record) ?? []), beginning(first)]];
}

function saidInResponse({ messageId, isApiError, blocks }: AssistantRecord): string[][] | undefined {
  if (isApiError || !isNumbered(messageId) || blocks.length === 0) return undefined;
  const parts = blocks.map((block) =>
    block.type === "tool_use" ? block.id : block.type === "other" ? "" : block.text.slice(0, SAID_CHARACTERS),
  );
  return parts.includes("") ? undefined : parts.map((part) => [messageId, part]);
}

/** Whether the id is not one word for all responses or calls. Together with the time, that is enough. */
function isNumbered(id: string): boolean {
  return isUnique(id) || /^(?:msg|toolu)_\w*\d/.test(id);
}

/** Less than what is kept of a long text where it is cut. */
const SAID_CHARACTERS = 40;

/**
 * The keys that a ledger holds for the ids of a response and of its calls. Of calls, only ids that an API did not make.
 */
export function idKeys(record: TranscriptRecord): number[] {
  if (record.type !== "assistant") return [];
  const calls = record.blocks.flatMap((block) => (block.type === "tool_use" ? [block.id] : []));
  return [
    idKey("message", record.messageId),
    ...calls.filter((id) => !isUnique(id)).map((id) => idKey("tool", id)),
  ];
}

/**
 * A key of what a row of the main conversation says, and of its time, whatever its own id: of a prompt its text, of a
 * line its response and its call. Undefined for other rows. Lines of clients before 2.1.30 have `contentKeys` instead.
 */
export function toldKey(record: TranscriptRecord): number | undefined {
  const { atMs, isSidechain, type } = record;
  if (atMs === undefined || isSidechain) return undefined;
  if (type === "assistant") {
    if (record.isApiError || writesRowsAgain(record.version)) return undefined;
    const [block] = record.blocks;
    return hash53(`told ${atMs} ${record.messageId} ${block?.type === "tool_use" ? block.id : block?.type}`);
  }
  if (type !== "user" || record.toolResults.length > 0) return undefined;
  return hash53(`told ${atMs} ${beginning(record.text)}`);
}

/** The ledger's key of one id: 53 bits, as `rowKey` gives it. */
export function idKey(kind: "message" | "tool", id: string): number {
  return hash53(`${kind} ${id}`);
}

/**
 * Ids of the APIs, also through a cloud, are long and random, and some gateways make UUIDs. Other ids of gateways are
 * counters, words or empty.
 */
export function isUnique(id: string): boolean {
  return (/\d/.test(id) && /[0-9A-Za-z]{18}/.test(id)) || UUID.test(id);
}

/** A random UUID, also behind a word: `chatcmpl-…`. One that begins with zeros is the same for all. */
const UUID = /(?!0{8})[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/i;
