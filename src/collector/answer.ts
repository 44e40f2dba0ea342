import type { ServerResponse } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { type CollectedSignal, logsService, metricsService, traceService } from "./schema.ts";

/** The collector's response. Everything is optional. An empty object accepts everything. */
export interface Answer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  /** Waits this long before the response begins. */
  readonly delayMs?: number;
  /** Waits this long between head and body. */
  readonly bodyDelayMs?: number;
  /** Never responds and keeps the connection open. */
  readonly silent?: boolean;
  /** Resets the connection instead of responding. */
  readonly reset?: boolean;
  /** Responds with 200 and a body that reports a partial rejection. */
  readonly partial?: { readonly rejected: number; readonly message?: string };
}

const ANSWERS = {
  traces: { response: traceService.response, rejectedField: "rejectedSpans" },
  metrics: { response: metricsService.response, rejectedField: "rejectedDataPoints" },
  logs: { response: logsService.response, rejectedField: "rejectedLogRecords" },
} as const;

/** Encodes the body of a success response. With `partial` it says what was rejected. */
export function encodeResponse(signal: CollectedSignal, partial?: Answer["partial"]): Uint8Array {
  const { response, rejectedField } = ANSWERS[signal];
  if (!partial) return response.encode({}).finish();
  const partialSuccess = { [rejectedField]: partial.rejected, errorMessage: partial.message ?? "" };
  return response.encode({ partialSuccess }).finish();
}

/** Sends the response. */
export async function giveAnswer(
  response: ServerResponse,
  signal: CollectedSignal,
  answer: Answer,
): Promise<void> {
  if (answer.silent) return;
  if (answer.delayMs) await sleep(answer.delayMs);
  if (answer.reset) {
    response.socket?.resetAndDestroy();
    return;
  }
  const isDefaultBody = answer.body === undefined && (answer.status ?? 200) === 200;
  const body = isDefaultBody ? encodeResponse(signal, answer.partial) : (answer.body ?? "");
  response.writeHead(answer.status ?? 200, {
    ...(isDefaultBody && { "content-type": "application/x-protobuf" }),
    "content-length": Buffer.byteLength(body),
    ...answer.headers,
  });
  if (answer.bodyDelayMs) {
    response.flushHeaders();
    await sleep(answer.bodyDelayMs);
  }
  response.end(body);
}
