import { parseJson } from "../objects.ts";
import { printable } from "../printable.ts";
import { type Outcome, outcomeOfStatus, parseRetryAfter } from "./outcome.ts";
import { type PartialSuccess, readCountAndText, readPartialSuccess } from "./partial-success.ts";

/** An HTTP answer, as far as it was read. */
export interface HttpAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Buffer;
  /** Whether the body was longer than what was read. */
  readonly truncated: boolean;
  /** Masks what the server repeats of the request's secrets. Its words go to terminals, the log and the state. */
  readonly mask?: (text: string) => string;
}

/** Returns the outcome that an OTLP answer means, for any signal. */
export function judgeAnswer(answer: HttpAnswer, nowMs: number): Outcome {
  return answer.status >= 200 && answer.status < 300 ? judgeSuccess(answer) : judgeRefusal(answer, nowMs);
}

function judgeRefusal(answer: HttpAnswer, nowMs: number): Outcome {
  const { status, headers } = answer;
  const location = text(headers.location);
  const said = status >= 300 && status < 400 ? `to ${originAndPath(location, answer)}` : errorText(answer);
  return outcomeOfStatus(status, said, retryAfterOf(answer, nowMs));
}

/** The `Retry-After` of an answer in milliseconds from now (see `parseRetryAfter`). */
export function retryAfterOf({ headers }: HttpAnswer, nowMs: number): number | undefined {
  return parseRetryAfter(text(headers["retry-after"]), nowMs);
}

/**
 * A 2xx counts as success only if its body is empty, protobuf or JSON. Portals and proxies answer a POST with a login
 * page and status 200, and data "delivered" there would be lost.
 */
function judgeSuccess(answer: HttpAnswer): Outcome {
  const { status, headers, body, truncated } = answer;
  const type = text(headers["content-type"]).toLowerCase();
  if (body.length === 0) return { kind: "success" };
  if (truncated || text(headers["content-encoding"]).replace("identity", "") !== "") {
    // The request did not ask for compression, and a body this long is not expected. Only the type can be checked.
    return /protobuf|json/.test(type) ? { kind: "success" } : noOtlpAnswer(status, type, "");
  }
  if (!type.includes("html")) {
    // A lenient parser reads almost any short text as protobuf, so a body of type text/* is only parsed as JSON.
    const partial = fromJson(body, type) ?? (type.startsWith("text/") ? undefined : fromProtobuf(body));
    if (partial) return judgePartial(partial, answer);
  }
  const content = body.toString("utf8");
  if (type.includes("json") && /^\s*\{/.test(content) && !hasEnd(answer))
    return { kind: "retryable", message: "the answer is incomplete", mayHaveArrived: true };
  return noOtlpAnswer(status, type, /^\s*</.test(content) ? "" : excerpt(content, answer));
}

/** Whether the answer says where its body ends. Else the connection's end is its end, also if the connection broke. */
function hasEnd({ headers }: HttpAnswer): boolean {
  return headers["content-length"] !== undefined || text(headers["transfer-encoding"]) !== "";
}

function judgePartial({ rejected: count, message: said }: PartialSuccess, answer: HttpAnswer): Outcome {
  const rejected = Number.isSafeInteger(count) && count > 0 ? count : 0;
  const message = excerpt(said, answer);
  return rejected > 0 || message ? { kind: "partial", rejected, message } : { kind: "success" };
}

function noOtlpAnswer(status: number, type: string, body: string): Outcome {
  return { kind: "blocked", status, message: [type || "no content type", body].filter(Boolean).join(": ") };
}

/** The partial success in a JSON body; undefined if the body is not JSON. */
function fromJson(body: Buffer, type: string): PartialSuccess | undefined {
  // No OTLP message starts with "{" (field 15, a group), so a body that starts with it is JSON, whatever its type says.
  if (!type.includes("json") && !/^\s*\{/.test(body.toString("latin1", 0, 64))) return undefined;
  try {
    const partial = member(JSON.parse(body.toString("utf8")), "partialSuccess", "partial_success");
    const count = member(
      partial,
      "rejectedSpans",
      "rejected_spans",
      "rejectedDataPoints",
      "rejected_data_points",
      "rejectedLogRecords",
      "rejected_log_records",
    );
    return {
      rejected: Number(count ?? 0),
      message: String(member(partial, "errorMessage", "error_message") ?? ""),
    };
  } catch {
    return undefined;
  }
}

/** The first of the named members that the value has; undefined if it has none. */
function member(value: unknown, ...names: readonly string[]): unknown {
  if (typeof value !== "object" || value === null) return undefined;
  return names.map((name) => (value as Record<string, unknown>)[name]).find((found) => found !== undefined);
}

function fromProtobuf(body: Buffer): PartialSuccess | undefined {
  try {
    return readPartialSuccess(body);
  } catch {
    return undefined;
  }
}

/**
 * The text of an error answer as one short line: the title of an HTML page, the message of a google.rpc.Status or JSON
 * object, or the start of the text.
 */
export function errorText(answer: HttpAnswer): string {
  const { headers, body } = answer;
  const type = text(headers["content-type"]).toLowerCase();
  if (type.includes("html") || /^\s*<(?:!doctype|html)/i.test(body.toString("latin1", 0, 200)))
    return titleOf(body.toString("utf8"), answer);
  if (type.includes("protobuf")) return excerpt(statusMessage(body), answer);
  const content = body.toString("utf8");
  const found = member(parseJson(content), "message", "error", "detail");
  return excerpt(typeof found === "string" ? found : content, answer);
}

/** The title of an HTML page. For an error page of a proxy or gateway, it is often the only clue. */
function titleOf(page: string, answer: HttpAnswer): string {
  const [, title] = /<(?:title|h1)[^>]*>([\s\S]*?)<\/(?:title|h1)>/i.exec(page) ?? [];
  return excerpt((title ?? "").replace(/<[^>]*>/g, " "), answer);
}

/** `google.rpc.Status` has its message in the same field as OTLP's partial success. */
function statusMessage(body: Buffer): string {
  try {
    return readCountAndText(body).message;
  } catch {
    return "";
  }
}

function excerpt(content: string, { mask = (text) => text }: Pick<HttpAnswer, "mask">): string {
  // The text of a server goes to terminals and logs. It is masked before it is cut, so no part of a secret remains.
  const line = printable(
    mask(content)
      .replace(/[\s\p{Cc}]+/gu, " ")
      .trim(),
  );
  return line.length > 300 ? `${line.slice(0, 299)}…` : line;
}

/** A redirect's target without its query, because login pages carry tokens there. */
function originAndPath(location: string, answer: HttpAnswer): string {
  return excerpt(location.replace(/[?#].*$/s, "").replace(/\/\/[^/@]*@/, "//"), answer) || "nowhere";
}

function text(header: string | string[] | undefined): string {
  return (Array.isArray(header) ? header[0] : header) ?? "";
}
