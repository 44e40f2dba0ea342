import type { ServerResponse } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { type CollectedSignal, logsService, metricsService, traceService } from "./schema.ts";

/** What the collector answers. Everything is optional; an empty answer is a full success. */
export interface Answer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  /** Waits this long before the answer begins. */
  readonly delayMs?: number;
  /** Waits this long between head and body. */
  readonly bodyDelayMs?: number;
  /** Never answers; the connection stays open. */
  readonly silent?: boolean;
  /** Breaks the connection off instead of answering. */
  readonly reset?: boolean;
  /** A 200 whose body says that some of what was sent was rejected. */
  readonly partial?: { readonly rejected: number; readonly message?: string };
}

const ANSWERS = {
  traces: { response: traceService.response, rejectedField: "rejectedSpans" },
  metrics: { response: metricsService.response, rejectedField: "rejectedDataPoints" },
  logs: { response: logsService.response, rejectedField: "rejectedLogRecords" },
} as const;

/** The body of a successful answer; with `partial` it says what was rejected. */
export function encodeResponse(signal: CollectedSignal, partial?: Answer["partial"]): Uint8Array {
  const { response, rejectedField } = ANSWERS[signal];
  if (!partial) return response.encode({}).finish();
  const partialSuccess = { [rejectedField]: partial.rejected, errorMessage: partial.message ?? "" };
  return response.encode({ partialSuccess }).finish();
}

/** Carries an answer out. */
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
