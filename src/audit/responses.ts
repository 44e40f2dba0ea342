import { type AnyObject, maybeText, object } from "./json.ts";
import { isOfApi, keysOf, type LineKeys, mayRenew } from "./line-keys.ts";
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

/** The last line of a response in a conversation, to compare the next line with. */
interface Line {
  response: Response;
  /** Number of prompts and tool results above it. */
  breaks: number;
  block: number;
  ref: string | undefined;
  promptTokens: number;
  stopReason: string | undefined;
  model: string | undefined;
}

/** The last line of a conversation. */
interface NewestLine extends Pick<Line, "response" | "breaks" | "stopReason"> {
  requestId: string | undefined;
  /** Another request was sent after it. */
  isFollowed?: true;
}

/** A line that was counted, and the file in which it was. */
interface CountedRow {
  response: Response;
  file: string;
}

/**
 * Groups lines into responses and counts each line once, also if several files hold it. A line is identified by its
 * uuid, which copies keep, or by its content. A response is identified by its message id and request id. Without a
 * request id, its lines follow each other in a conversation. A prompt or tool result may come between them only if the
 * message id is an API's and the prompt size is the same.
 */
export function createResponses() {
  const rows = new Map<string, CountedRow>();
  const byIds = new Map<string, Response>();
  /** By `timelessKey`. At most one of the line and its copy has a request id, in one file the earlier one. */
  const timelessLines = new Map<string, CountedRow & { isSent: boolean }>();
  const byContent = new Map<string, CountedRow>();
  const lastLines = new Map<string, Line>();
  const breaks = new Map<string, number>();
  const newest = new Map<string, NewestLine>();
  const all: Response[] = [];

  /** Finds or creates the response of a line. `isNew`: the line has not been counted yet. */
  function responseOf(record: AnyObject, message: AnyObject, source: Source, atMs: number) {
    const chain = chainOf(record, source);
    const keys = keysOf(record, message, chain);
    const line = lineOf(record, message, breaks.get(chain) ?? 0);
    const known = knownRow(record, keys, source);
    if (known !== undefined) {
      rows.set(keys.row, known);
      // The copy may lack the request id. Only the original then shows it for the response's next line.
      if (keys.request !== undefined && !byIds.has(keys.request)) byIds.set(keys.request, known.response);
      // A copy may end within a response. Only this file then holds the response's next line.
      if (known.file !== source.file) lastLines.set(keys.place, { ...line, response: known.response });
      return { response: known.response, isNew: false };
    }
    const begun = begunResponse(record, keys, line);
    const response = begun ?? newResponse(atMs);
    if (begun === undefined) all.push(response);
    response.indexes.add(line.block);
    const row = { response, file: source.file };
    rows.set(keys.row, row);
    byContent.set(keys.content, row);
    if (keys.timeless !== undefined && !timelessLines.has(keys.timeless))
      timelessLines.set(keys.timeless, { ...row, isSent: keys.request !== undefined });
    if (keys.request !== undefined) byIds.set(keys.request, response);
    lastLines.set(keys.place, { ...line, response });
    return { response, isNew: true };
  }

  /** The row that was counted, of the same line or of the one that this line is a copy of. */
  function knownRow(record: AnyObject, keys: LineKeys, { file }: Source): CountedRow | undefined {
    const { id, request } = keys;
    const retimed = timelessLines.get(keys.timeless ?? "");
    const isRetimed =
      retimed !== undefined &&
      !(request !== undefined && retimed.isSent) &&
      (retimed.file !== file || retimed.isSent);
    const copied = byContent.get(keys.content) ?? (isRetimed ? retimed : undefined);
    const isOfRequest = request === undefined || byIds.get(request) === copied?.response;
    const isCopy =
      copied !== undefined && (copied.file !== file || mayRenew(record) || (isOfApi(id) && isOfRequest));
    return rows.get(keys.row) ?? (isCopy ? copied : undefined);
  }

  /** The response that the line continues. Undefined: the line begins one. */
  function begunResponse(
    record: AnyObject,
    { id, request, place }: LineKeys,
    line: Omit<Line, "response">,
  ): Response | undefined {
    if (record.isApiErrorMessage === true) return undefined;
    const last = lastLines.get(place);
    const isNext = () =>
      last !== undefined && !isOther(last, line, isOfApi(id)) && mayGoOn(record, id, last, line);
    const begun = request !== undefined ? byIds.get(request) : isNext() ? last?.response : undefined;
    if (last === undefined || begun !== last.response) return begun;
    return beginsAnew(last, line, request !== undefined) ? undefined : begun;
  }

  /**
   * Whether a line without a request id may continue the last line's response, by what stands between the two lines.
   */
  function mayGoOn(record: AnyObject, id: string, last: Line, line: Omit<Line, "response">): boolean {
    if (last.breaks === line.breaks || rows.get(String(record.parentUuid))?.response === last.response)
      return true;
    return isOfApi(id) && line.promptTokens > 0 && line.promptTokens === last.promptTokens;
  }

  return {
    all: () => all,
    /** Notes a prompt or a tool result. */
    breakAt(record: AnyObject, source: Source): void {
      const chain = chainOf(record, source);
      breaks.set(chain, (breaks.get(chain) ?? 0) + 1);
      if (isCutOff(record)) cutOff(newest.get(chain)?.response);
      if (record.isMeta !== true && !holdsToolResult(record)) newest.delete(chain);
    },
    /** Notes that the client sends a request. Call it for each `api-request` record. */
    attemptAt(record: AnyObject, source: Source): void {
      const above = newest.get(chainOf(record, source));
      if (above !== undefined) above.isFollowed = true;
    },
    /** Adds an `assistant` line. Returns its response if this is the response's first line, otherwise undefined. */
    add(record: AnyObject, source: Source, atMs: number): Response | undefined {
      const message = object(record.message) ?? {};
      const chain = chainOf(record, source);
      const broken = breaks.get(chain) ?? 0;
      const above = newest.get(chain);
      if (above !== undefined && !above.response.failed && record.isApiErrorMessage === true) {
        if (says(message, INCOMPLETE)) {
          cutOff(above.response);
          return undefined;
        }
        if (isAboutAnswer(above, record, message, broken)) return undefined;
      }
      const size = all.length;
      const { response, isNew } = responseOf(record, message, source, atMs);
      const stopReason = maybeText(message.stop_reason);
      newest.set(chain, { response, breaks: broken, stopReason, requestId: maybeText(record.requestId) });
      noteOwner(response, record, source);
      // A line that is written again changes a response only while nothing follows it.
      if (isNew || response === above?.response) addUsage(response, record, message);
      if (isNew) {
        addBlocks(response, message);
        noteFirstToken(response, record, message);
      }
      return all.length > size ? response : undefined;
    },
  };
}

/** Whether the record is a result of a tool call, and not what a person wrote. */
export function holdsToolResult(record: AnyObject): boolean {
  const content = object(record.message)?.content;
  return Array.isArray(content) && content.some((block) => object(block)?.type === "tool_result");
}

/** Records that the stream of the response broke: its stop reason was never sent, unless its usage is final. */
function cutOff(response: Response | undefined): void {
  if (response !== undefined && response.tokens.output <= 1) response.hasStopReason = false;
}

function says({ content }: AnyObject, text: RegExp): boolean {
  return Array.isArray(content) && content.some((block) => text.test(String(object(block)?.text)));
}

/**
 * Whether an error of the client is about the answer above, which was refused or reached a limit. Old clients write
 * neither its request id nor a stop reason.
 */
function isAboutAnswer(above: NewestLine, record: AnyObject, message: AnyObject, breaks: number): boolean {
  const requestId = maybeText(record.requestId);
  if (requestId !== undefined && requestId !== above.requestId) return false;
  // Some gateways give all requests the same id.
  if (requestId !== undefined && isOfApi(requestId)) return true;
  if (above.isFollowed || breaks !== above.breaks) return false;
  return UNFIT.has(above.stopReason ?? "") || says(message, OVER);
}

const UNFIT = new Set(["refusal", "max_tokens", "model_context_window_exceeded"]);

const OVER =
  /^API Error: (?:Claude's response exceeded the|Claude Code is unable to respond to this request|The model has reached its context window)/;

/** Whether the client's error says that the stream of the response above broke. */
const INCOMPLETE = /^API Error: .*(?:response above may be incomplete|partial response received)/;

/** Whether the client asks the model to go on behind a broken stream. The stop reason above was never sent. */
function isCutOff(record: AnyObject): boolean {
  const content = object(record.message)?.content;
  return record.isMeta === true && typeof content === "string" && content.startsWith(CUT_OFF);
}

const CUT_OFF = "Your response above was cut off mid-stream";

/** The conversation of a line. 1.0 clients write agents' lines into the main file, marked `isSidechain`. */
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

/**
 * Whether the line begins another response although the ids agree. With an id of the request, a line may stand above
 * the line of the block before.
 */
function beginsAnew(
  { response, block, ref }: Line,
  line: Omit<Line, "response">,
  hasRequest: boolean,
): boolean {
  const isBack = line.block >= 0 && line.block <= block;
  return (isBack && (!hasRequest || response.indexes.has(line.block))) || differ(ref, line.ref);
}

/**
 * Whether the two lines contradict each other, so that they belong to different responses. The prompt size may differ
 * between consecutive lines if the message id is an API's or the last line has no stop reason.
 */
function isOther(last: Line, line: Omit<Line, "response">, isOwnId: boolean): boolean {
  const isOtherSize =
    last.promptTokens > 0 && line.promptTokens > 0 && last.promptTokens !== line.promptTokens;
  const mayDiffer = last.breaks === line.breaks && (isOwnId || last.stopReason === undefined);
  const isOfOther = isOtherSize && !mayDiffer;
  const isOtherModel = differ(last.model, line.model) && !(isOwnId && last.breaks === line.breaks);
  return isOfOther || differ(last.stopReason, line.stopReason) || isOtherModel;
}

function differ(a: string | undefined, b: string | undefined): boolean {
  return a !== undefined && b !== undefined && a !== b;
}
