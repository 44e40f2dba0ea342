import { createHash } from "node:crypto";
import { type AnyObject, maybeText, milliseconds, object } from "./json.ts";
import {
  addBlocks,
  addUsage,
  newResponse,
  noteFirstToken,
  noteOwner,
  type Response,
  type Source,
  tokensOf,
} from "./response.ts";

/** The last line of a response in a conversation, by which the next one is judged. */
interface Line {
  response: Response;
  /** Prompts and tool results before it. */
  breaks: number;
  block: number;
  ref: string | undefined;
  promptTokens: number;
  stopReason: string | undefined;
  model: string | undefined;
}

/** Ids that look as if an API had made them, and never gave the same one twice. */
const IDS_OF_APIS = /[A-Za-z0-9]{16}/;

/** An id by which a request is told from others; gateways have one word for all. */
function requestOf(record: AnyObject): string | undefined {
  const requestId = maybeText(record.requestId);
  if (requestId !== undefined && /[0-9]/.test(requestId)) return requestId;
  return maybeText(record.requestRef);
}

/**
 * Groups lines to responses, each line once wherever it stands. A line is known by its uuid, which no copy changes, or by
 * all that it says. A response is known by its request id; where there is none, its lines stand together in a
 * conversation, and no prompt or tool result comes in between unless its message id and the size of its prompt agree.
 */
export function createResponses() {
  const rows = new Map<string, { response: Response; file: string }>();
  const byIds = new Map<string, Response>();
  const byContent = new Map<string, { response: Response; file: string }>();
  const lastLines = new Map<string, Line>();
  const breaks = new Map<string, number>();
  const all: Response[] = [];

  /** The response that the line is of, made if there is none; `isNew`: the line has not been counted. */
  function responseOf(record: AnyObject, message: AnyObject, source: Source, atMs: number) {
    const content = contentKey(record, message);
    const rowKey = maybeText(record.uuid) ?? content;
    const id = maybeText(message.id) ?? "";
    const place = `${chainOf(record, source)}|${id}`;
    const line = lineOf(record, message, breaks.get(chainOf(record, source)) ?? 0);
    const copied = byContent.get(content);
    const known = rows.get(rowKey) ?? (copied?.file === source.file ? undefined : copied);
    if (known !== undefined) {
      rows.set(rowKey, known);
      // Where a copy ends within a response, its next line stands here alone.
      if (known.file !== source.file) lastLines.set(place, { ...line, response: known.response });
      return { response: known.response, isNew: false };
    }
    const request = requestOf(record);
    const last = lastLines.get(place);
    let found: Response | undefined;
    if (record.isApiErrorMessage === true) found = undefined;
    else if (request !== undefined) found = byIds.get(`${id}|${request}`);
    else if (
      last !== undefined &&
      !isOther(last, line, IDS_OF_APIS.test(id)) &&
      mayGoOn(record, id, last, line)
    )
      found = last.response;
    if (found !== undefined && found === last?.response && beginsAnew(last, line)) found = undefined;
    const response = found ?? newResponse(atMs);
    if (found === undefined) all.push(response);
    rows.set(rowKey, { response, file: source.file });
    byContent.set(content, { response, file: source.file });
    if (request !== undefined) byIds.set(`${id}|${request}`, response);
    lastLines.set(place, { ...line, response });
    return { response, isNew: true };
  }

  /** What stands between two lines of one response without a request id. */
  function mayGoOn(record: AnyObject, id: string, last: Line, line: Omit<Line, "response">): boolean {
    if (last.breaks === line.breaks || rows.get(String(record.parentUuid))?.response === last.response)
      return true;
    return IDS_OF_APIS.test(id) && line.promptTokens > 0 && line.promptTokens === last.promptTokens;
  }

  return {
    all: () => all,
    /** A prompt or a tool result. */
    breakAt(record: AnyObject, source: Source): void {
      const chain = chainOf(record, source);
      breaks.set(chain, (breaks.get(chain) ?? 0) + 1);
    },
    /** Adds an `assistant` line. Returns its response when the line is the first of it. */
    add(record: AnyObject, source: Source, atMs: number): Response | undefined {
      const message = object(record.message) ?? {};
      const size = all.length;
      const { response, isNew } = responseOf(record, message, source, atMs);
      noteOwner(response, record, source);
      addUsage(response, record, message);
      if (isNew) {
        addBlocks(response, message);
        noteFirstToken(response, record, message);
      }
      return all.length > size ? response : undefined;
    },
  };
}

/** Agents of 1.0 clients stand among the lines of the main conversation. */
function chainOf(record: AnyObject, { file }: Source): string {
  return record.isSidechain === true ? `${file}/side` : file;
}

function lineOf(record: AnyObject, message: AnyObject, breaks: number): Omit<Line, "response"> {
  const { input, cacheRead, cacheWrite5m, cacheWrite1h } = tokensOf(object(message.usage) ?? {});
  return {
    breaks,
    block: Number.isInteger(record.apiBlockIndex) ? Number(record.apiBlockIndex) : Number.NaN,
    ref: maybeText(record.requestRef),
    promptTokens: input + cacheRead + cacheWrite5m + cacheWrite1h,
    stopReason: maybeText(message.stop_reason),
    model: maybeText(message.model),
  };
}

/** Whether the line cannot go on with the response, whatever its ids say. */
function beginsAnew(last: Line, line: Omit<Line, "response">): boolean {
  return (line.block >= 0 && line.block <= last.block) || differ(last.ref, line.ref);
}

/**
 * Whether they say different things of one response. Lines in a row under an API's own id, or before a stop reason, may
 * differ in the prompt's size.
 */
function isOther(last: Line, line: Omit<Line, "response">, isOwnId: boolean): boolean {
  const isOtherSize =
    last.promptTokens > 0 && line.promptTokens > 0 && last.promptTokens !== line.promptTokens;
  const mayDiffer = last.breaks === line.breaks && (isOwnId || last.stopReason === undefined);
  const isOfOther = isOtherSize && !mayDiffer;
  return isOfOther || differ(last.stopReason, line.stopReason) || differ(last.model, line.model);
}

function differ(a: string | undefined, b: string | undefined): boolean {
  return a !== undefined && b !== undefined && a !== b;
}

/** What a copy of a line under other ids has in common with it: the API's id of the response, or that of the request. */
function contentKey(record: AnyObject, message: AnyObject): string {
  const atMs = milliseconds(record.timestamp);
  const requestId = IDS_OF_APIS.test(String(message.id)) ? undefined : record.requestId;
  const content = JSON.stringify([message.id, requestId, atMs, message.content, message.usage]);
  return createHash("sha1").update(content).digest("base64");
}
