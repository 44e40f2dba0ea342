import { createHash } from "node:crypto";
import { type AnyObject, maybeText, milliseconds } from "./json.ts";

/** What a line is recognized by. */
export interface LineKeys {
  /** The message id, as an API or a gateway wrote it. It may be empty. */
  id: string;
  /** The line's uuid. Without one, its content. */
  row: string;
  content: string;
  /** `timelessKey`. */
  timeless: string | undefined;
  /** Message id and request id. Undefined without a request id. */
  request: string | undefined;
  /** Conversation and message id. */
  place: string;
}

/** `chain`: the conversation of the line. */
export function keysOf(record: AnyObject, message: AnyObject, chain: string): LineKeys {
  const id = maybeText(message.id) ?? "";
  const content = contentKey(record, message);
  const request = requestOf(record);
  return {
    id,
    row: maybeText(record.uuid) ?? content,
    content,
    timeless: timelessKey(record, message),
    request: request === undefined ? undefined : `${id}|${request}`,
    place: `${chain}|${id}`,
  };
}

const IDS_OF_APIS = /[A-Za-z0-9]{16}|[1-9a-f][0-9a-f]{7}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/;

/** Whether the id looks as if an API made it, and is therefore unique. */
export function isOfApi(id: string): boolean {
  return IDS_OF_APIS.test(id);
}

/** An id that is unique to the request. Some gateways write the same word as the id of every request. */
function requestOf(record: AnyObject): string | undefined {
  const requestId = maybeText(record.requestId);
  if (requestId !== undefined && /[0-9]/.test(requestId)) return requestId;
  return maybeText(record.requestRef);
}

/**
 * Clients up to 1.0.95 give the lines that they copy new uuids and the time of the copy, and leave out the request id.
 */
const RENEWS_LINES = /^(?:0|1\.0\.(?:\d|[1-8]\d|9[0-5]))(?!\d)/;

/**
 * Whether the line may be a copy in the same file, under a new uuid: resumes by clients up to 2.1.29 make such copies.
 */
export function mayRenew({ version }: AnyObject): boolean {
  return /^[01]\.|^2\.(?:0\.|1\.(?:\d|[12]\d)$)/.test(String(version));
}

/** Whether the response has an API's id, or another one with a number. Together with its content, that is enough. */
function isNumbered({ id }: AnyObject): boolean {
  return isOfApi(String(id)) || /^msg_\w*\d/.test(String(id));
}

/**
 * The same without the time, for a line of a client up to 2.0.29 with a numbered id: forks that it makes may contain
 * the line with their own time, a new uuid and no request id.
 */
function timelessKey({ version }: AnyObject, message: AnyObject): string | undefined {
  if (!/^(?:[01]\.|2\.0\.(?:\d|[12]\d)$)/.test(String(version))) return undefined;
  if (!isNumbered(message)) return undefined;
  return JSON.stringify([message.id, message.content, message.usage]);
}

/**
 * A hash of what a copied line keeps when its own ids change: message id, time, content and usage. The request id is
 * part of it only if the message id is not an API's. Of the oldest clients, neither is.
 */
function contentKey(record: AnyObject, message: AnyObject): string {
  if (RENEWS_LINES.test(String(record.version)) && maybeText(message.id) !== undefined) {
    const content = JSON.stringify([message.id, message.content, message.usage]);
    return createHash("sha1").update(content).digest("base64");
  }
  const atMs = milliseconds(record.timestamp);
  const isCertain = mayRenew(record) ? isNumbered(message) : isOfApi(String(message.id));
  const requestId = isCertain ? undefined : record.requestId;
  const content = JSON.stringify([message.id, requestId, atMs, message.content, message.usage]);
  return createHash("sha1").update(content).digest("base64");
}
