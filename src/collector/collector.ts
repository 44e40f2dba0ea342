import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type RequestListener,
} from "node:http";
import type { AddressInfo } from "node:net";
import { gunzipSync, inflateSync } from "node:zlib";
import { type Answer, encodeResponse, giveAnswer } from "./answer.ts";
import { decodeMetrics, decodeTraces, type ReceivedMetrics, type ReceivedTraces } from "./decode.ts";
import { decodeLogs, type ReceivedLogs } from "./decode-logs.ts";
import type { CollectedSignal } from "./schema.ts";

export type { Answer } from "./answer.ts";
export type * from "./decode.ts";
export type * from "./decode-logs.ts";
export { decodeLogs, decodeMetrics, decodeTraces, encodeResponse };

/** One received request. */
export interface CollectorRequest {
  readonly index: number;
  readonly signal: CollectedSignal;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  /** The body as sent, which may be compressed. */
  readonly body: Buffer;
  /** The protobuf message. */
  readonly message: Buffer;
  /** Empty for other signals. */
  readonly traces: readonly ReceivedTraces[];
  readonly metrics: readonly ReceivedMetrics[];
  readonly logs: readonly ReceivedLogs[];
}

export interface CollectorOptions {
  readonly onTraces?: (traces: readonly ReceivedTraces[], request: CollectorRequest) => void;
  readonly onMetrics?: (metrics: readonly ReceivedMetrics[], request: CollectorRequest) => void;
  readonly onLogs?: (logs: readonly ReceivedLogs[], request: CollectorRequest) => void;
  /** Returns the response to a request. Without it, or if it returns nothing, the collector accepts everything. */
  readonly respond?: (
    request: CollectorRequest,
    index: number,
  ) => Answer | undefined | Promise<Answer | undefined>;
}

export interface Collector {
  /** The base endpoint, without `/v1/traces`. */
  readonly url: string;
  /** Every request that could be decoded, in order of arrival, with any response. */
  readonly requests: readonly CollectorRequest[];
  /** Closes all connections at once. */
  close(): Promise<void>;
}

/**
 * Starts an OTLP/HTTP collector in this process on a free port of 127.0.0.1. Decodes protobuf with the official schema
 * into plain objects. `onTraces` and the other callbacks get only what a 2xx response accepted.
 */
export async function startCollector(options: CollectorOptions = {}): Promise<Collector> {
  const { handler, requests } = createCollectorHandler(options);
  const server = createServer(handler);
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** Returns the request handler without a server, for use with another server (TLS, a proxy). */
export function createCollectorHandler(options: CollectorOptions): {
  handler: RequestListener;
  requests: readonly CollectorRequest[];
} {
  const requests: CollectorRequest[] = [];
  const handler: RequestListener = async (incoming, response) => {
    const refuse = (status: number, message: string) =>
      response.writeHead(status, { "content-type": "text/plain" }).end(message);
    try {
      const body = await readBody(incoming);
      const path = (incoming.url ?? "").replace(/\?.*$/s, "");
      const signal = signalOf(path);
      if (!signal) return void refuse(404, "404 page not found");
      if (incoming.method !== "POST") return void refuse(405, "405 method not allowed");
      if (!incoming.headers["content-type"]?.startsWith("application/x-protobuf")) {
        return void refuse(415, "415 unsupported media type: only application/x-protobuf");
      }
      const decoded = decode(signal, body, incoming);
      if (!decoded) return void refuse(400, `the body is no OTLP ${signal} request`);

      const request = {
        index: requests.length,
        signal,
        path: incoming.url ?? "",
        headers: incoming.headers,
        ...decoded,
      };
      requests.push(request);
      const answer = (await options.respond?.(request, request.index)) ?? {};
      if (isAccepted(answer)) {
        if (signal === "traces") options.onTraces?.(request.traces, request);
        else if (signal === "metrics") options.onMetrics?.(request.metrics, request);
        else options.onLogs?.(request.logs, request);
      }
      await giveAnswer(response, signal, answer);
    } catch (error) {
      // A client that disconnected early needs no response. The sender should notice an error in a callback.
      if (!incoming.complete || response.headersSent) response.destroy();
      else refuse(500, String(error));
    }
  };
  return { handler, requests };
}

function decode(signal: CollectedSignal, body: Buffer, incoming: IncomingMessage) {
  try {
    const encoding = incoming.headers["content-encoding"];
    const message =
      encoding === "gzip" ? gunzipSync(body) : encoding === "deflate" ? inflateSync(body) : body;
    const traces = signal === "traces" ? decodeTraces(message) : [];
    const metrics = signal === "metrics" ? decodeMetrics(message) : [];
    const logs = signal === "logs" ? decodeLogs(message) : [];
    return { body, message, traces, metrics, logs };
  } catch {
    return undefined;
  }
}

function signalOf(path: string): CollectedSignal | undefined {
  return (["traces", "metrics", "logs"] as const).find((signal) => path.endsWith(`/v1/${signal}`));
}

function isAccepted(answer: Answer): boolean {
  const status = answer.status ?? 200;
  return status >= 200 && status < 300 && !answer.silent && !answer.reset;
}

async function readBody(incoming: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
