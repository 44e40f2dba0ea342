import type { ClientRequest, IncomingMessage } from "node:http";
import type { ProxyConfig } from "../config/load.ts";
import type { Target } from "../config/sending.ts";
import { basicCredentials, percentDecoded } from "../config/text/percent.ts";
import { keysInPath, MASK } from "../config/text/secret.ts";
import {
  type Agents,
  type Connection,
  firstOf,
  ProxyRefusal,
  ProxyTrouble,
  prepareConnection,
  Timeout,
} from "./connection.ts";
import { isAccepted, type Outcome, outcomeOfStatus } from "./outcome.ts";
import { type HttpAnswer, judgeAnswer } from "./response.ts";

/** Posts encoded messages to one target. */
export interface Transport {
  /** Posts once and never rejects. Does not retry, because the caller limits attempts and time. */
  post(message: Uint8Array): Promise<Outcome>;
  close(): void;
}

const MAX_ANSWER = 64 * 1024;
/** The transport itself sets the headers that describe the body. */
const ownHeaders = ["content-type", "content-length", "content-encoding", "transfer-encoding", "connection"];

interface TransportOptions {
  proxy: ProxyConfig;
  userAgent: string;
  /** Content type of the bodies; the default is protobuf. */
  contentType?: string;
  /** Returns the outcome that an answer means; the default follows the rules of OTLP. */
  judge?: (answer: HttpAnswer, nowMs: number) => Outcome;
  /** The agents that it shares with other transports; the default is none. */
  agents?: Agents;
}

/** Makes the transport for a target. Connects on the first post. */
export function createTransport(target: Target, options: TransportOptions): Transport {
  const { contentType = "application/x-protobuf", judge = judgeAnswer, agents = new Map() } = options;
  let prepared: Promise<Connection> | undefined;
  const fixed = fixedHeaders(target, options.userAgent);
  const mask = maskOf(target, fixed.authorization);
  return {
    async post(message) {
      try {
        prepared ??= prepareConnection(target, options.proxy, agents);
        const connection = await prepared;
        const body = await encode(message, target.compression, contentType);
        const headers = { ...connection.options.headers, ...fixed, ...body.headers } as Record<
          string,
          string
        >;
        const ask = () =>
          exchange(
            connection.open({ ...connection.options, method: "POST", agent: connection.agent, headers }),
            body.bytes,
            { timeoutMs: target.timeoutMs, proxy: connection.proxy, judge, mask },
          );
        const first = await ask();
        // The server had closed the connection after an earlier answer, so it was not about this request.
        const { outcome } = first.isDropped ? await ask() : first;
        return withCircumstances(outcome, target);
      } catch (error) {
        // Errors before there is a request, such as unreadable certificates.
        return withCircumstances(outcomeOfError(error as Error), target);
      }
    },
    close() {
      prepared?.then(
        (connection) => connection.agent.destroy(),
        () => {},
      );
    },
  };
}

interface Exchange {
  timeoutMs: number;
  /** The proxy that the connection goes to, if it goes to one. */
  proxy: URL | undefined;
  judge: (answer: HttpAnswer, nowMs: number) => Outcome;
  mask: NonNullable<HttpAnswer["mask"]>;
}

/** What became of a request. `isDropped`: the connection had been used before and was closed without an answer. */
interface Exchanged {
  outcome: Outcome;
  isDropped?: boolean;
}

const tooEarly = () => new Error("the answer came before the whole request was sent");

/** Sends one request and reads its answer. `timeoutMs` covers name look-up, connection, body and answer. */
function exchange(
  request: ClientRequest,
  body: Uint8Array,
  { timeoutMs, proxy, judge, mask }: Exchange,
): Promise<Exchanged> {
  return new Promise((resolve) => {
    let head: IncomingMessage | undefined;
    let size = 0;
    const chunks: Buffer[] = [];
    let isSent = false;
    const settle = (exchanged: Exchanged) => {
      clearTimeout(timer);
      resolve(exchanged);
    };
    const end = (truncated: boolean) => {
      const { statusCode: status = 0, headers } = head as IncomingMessage;
      const answer = { status, headers, body: Buffer.concat(chunks), truncated, mask };
      if (headers["content-encoding"] === "gzip" && !truncated) void unpacked(answer).then(decide);
      else decide(answer);
    };
    const decide = (answer: HttpAnswer) => {
      const outcome = judge(answer, Date.now());
      if (!isAccepted(outcome) || isSent) settle({ outcome });
      // The server cannot have accepted what it has not read. It may still read the rest; with TLS, Node also sees a
      // fast answer before it sees that the last bytes were sent.
      else if (request.destroyed) fail(tooEarly());
      else request.once("finish", () => (isSent ? settle({ outcome }) : fail(tooEarly())));
    };
    // An incomplete body does not change a rejection, but a success must be complete.
    const fail = (error: Error) => {
      if (head && (head.statusCode ?? 0) >= 300) end(true);
      else settle({ outcome: failure(error), isDropped: isDropped(error) });
    };
    const failure = (error: Error): Outcome => {
      if (isSent) return { ...retryable(error), mayHaveArrived: true };
      if (head) return { ...retryable(head.complete ? tooEarly() : error), mayHaveArrived: true };
      return outcomeOfError(proxy && isUnreached(error) ? new ProxyTrouble(proxy, error) : error);
    };
    const isDropped = (error: Error) =>
      head === undefined && request.reusedSocket && /^(ECONNRESET|EPIPE)$/.test(firstOf(error).code ?? "");
    const timer = setTimeout(
      () => request.destroy(new Timeout(`no answer within ${timeoutMs} ms`)),
      timeoutMs,
    );

    // Node reports this also of a connection that was closed before.
    request.once("finish", () => {
      isSent = request.socket?.destroyed === false;
    });
    request.on("error", fail);
    // 101: the server wants another protocol. Without this, Node closes the connection and reports nothing.
    request.on("upgrade", (response, socket) => {
      socket.destroy();
      head = response;
      end(false);
    });
    request.on("response", (response) => {
      head = response;
      response.on("data", (chunk: Buffer) => {
        chunks.push(chunk);
        size += chunk.length;
        if (size <= MAX_ANSWER) return;
        end(true);
        request.destroy();
      });
      response.on("end", () => end(false));
      response.on("error", fail);
    });
    request.end(body);
  });
}

/**
 * The answer with its body as it was before it was compressed. No request asks for that, but some proxies do it. An
 * answer that cannot be unpacked, or is large, stays as it is.
 */
async function unpacked(answer: HttpAnswer): Promise<HttpAnswer> {
  const { gunzipSync } = await import("node:zlib");
  try {
    const body = gunzipSync(answer.body, { maxOutputLength: MAX_ANSWER });
    return { ...answer, body, headers: { ...answer.headers, "content-encoding": undefined } };
  } catch {
    return answer;
  }
}

function outcomeOfError(error: Error): Outcome {
  if (error instanceof ProxyRefusal) {
    // The proxy has not seen the spans, so its answer is not about them.
    const outcome = outcomeOfStatus(error.status, error.message);
    return outcome.kind === "retryable"
      ? outcome
      : { kind: "blocked", status: error.status, message: error.message };
  }
  return {
    ...retryable(error),
    ...(error instanceof ProxyTrouble ? { under: { proxy: error.proxy.host } } : {}),
  };
}

function retryable(error: Error): Extract<Outcome, { kind: "retryable" }> {
  const { code, message } = firstOf(error);
  return {
    kind: "retryable",
    ...(code && { code }),
    message: message || code || "the connection failed",
  };
}

/** Whether no connection was made, so that the host at its other end is not at fault. */
function isUnreached(error: Error): boolean {
  const { code } = firstOf(error);
  return /^(ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|ETIMEDOUT)$/.test(code ?? "");
}

/** Adds the circumstances of the request that may explain a failure. */
function withCircumstances(outcome: Outcome, { compression, tls }: Target): Outcome {
  if (outcome.kind === "retryable" && tls.ca !== undefined && outcome.code !== undefined)
    return { ...outcome, under: { ...outcome.under, ownCa: true } };
  const isRefusal = outcome.kind === "refused" || (outcome.kind === "blocked" && outcome.status === 415);
  return isRefusal && compression === "gzip" ? { ...outcome, under: { gzip: true } } : outcome;
}

async function encode(message: Uint8Array, compression: "gzip" | "none", contentType: string) {
  const type = { "content-type": contentType };
  if (compression === "none")
    return { bytes: message, headers: { ...type, "content-length": String(message.length) } };
  const { gzipSync } = await import("node:zlib");
  // Level 1 takes a third of the time, and its ratio on spans is less than a tenth worse.
  const bytes = gzipSync(message, { level: 1 });
  return { bytes, headers: { ...type, "content-encoding": "gzip", "content-length": String(bytes.length) } };
}

function fixedHeaders(target: Target, userAgent: string): Record<string, string> {
  const credentials = basicCredentials(new URL(target.url));
  const given = Object.entries(target.headers).filter(([name]) => !ownHeaders.includes(name));
  return {
    "user-agent": userAgent,
    ...(credentials === undefined ? {} : { authorization: credentials }),
    ...Object.fromEntries(given),
  };
}

/** Shorter values are too common to be masked wherever they stand. */
const SHORTEST_SECRET = 6;

/**
 * Masks the values of headers and of the address: some servers repeat a request that they reject. Few requests are
 * rejected, so the values are only gathered at the first call.
 */
function maskOf(target: Target, authorization?: string): (text: string) => string {
  let known: readonly string[] | undefined;
  return (text) => {
    known ??= secretsOf(target, authorization);
    return known.reduce((masked, secret) => masked.replaceAll(secret, MASK), text);
  };
}

/** The values that must not be shown, the longest first: a value may contain another one. */
function secretsOf({ url, headers }: Target, authorization = ""): string[] {
  const { username, password, pathname, searchParams, search } = new URL(url);
  const queries = search.slice(1).split("&");
  const secrets = [
    ...[...Object.values(headers), authorization].flatMap((value) => [value, value.replace(/^\S+\s+/, "")]),
    ...[username, password, ...keysInPath(pathname)].flatMap((part) => [part, percentDecoded(part)]),
    ...searchParams.values(),
    ...queries.map((query) => query.slice(query.indexOf("=") + 1)),
  ];
  const long = secrets.filter((secret) => secret.length >= SHORTEST_SECRET);
  return [...new Set(long)].sort((a, b) => b.length - a.length);
}
