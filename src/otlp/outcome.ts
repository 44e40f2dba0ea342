/** What may explain a failure: something between ccotel and the backend, or a property of the request. */
interface Circumstances {
  /** The proxy that could not be reached. The backend got no request. */
  proxy?: string;
  /** The body was compressed with gzip. */
  gzip?: true;
  /** The certificate was checked against the authority that the user set. */
  ownCa?: true;
}

/** How a request ended. Only `success` and `partial` mean that the backend has accepted the batch. */
export type Outcome =
  | { kind: "success" }
  /** Accepted, but the backend dropped some items (or, with `rejected` 0, only sent a message). */
  | { kind: "partial"; rejected: number; message: string }
  /** A failed connection, a timeout, 408, 429, 502, 503 or 504. The same batch may be accepted later. */
  | {
      kind: "retryable";
      status?: number;
      retryAfterMs?: number;
      code?: string;
      message: string;
      under?: Circumstances;
      /** The request went out, and its answer is missing or came from a gateway. The backend may have accepted it. */
      mayHaveArrived?: true;
    }
  /** Any other 5xx. Five in a row for the same batch count as `refused`. */
  | { kind: "server_error"; status: number; message: string }
  /** 400 or 422: the backend rejects something in this batch. */
  | { kind: "refused"; status: number; message: string; under?: Circumstances }
  /** 413: the backend may accept a smaller batch. */
  | { kind: "too_large"; status: 413; message: string }
  /** 3xx, any other 4xx, or a 2xx without an OTLP answer. No request can succeed until the user repairs something. */
  | { kind: "blocked"; status: number; message: string; under?: Circumstances };

/** Whether a server answers that it speaks TLS on this port. Go's (a Collector) and nginx's words. */
export function isPlainOnTls(message: string): boolean {
  return /HTTP request (was sent )?to (an )?HTTPS/i.test(message);
}

/** Whether the backend has accepted the batch. */
export function isAccepted(outcome: Outcome): boolean {
  return outcome.kind === "success" || outcome.kind === "partial";
}

/** Whether the backend may have accepted a batch although the request failed. */
export function mayHaveArrived(outcome: Outcome): boolean {
  return outcome.kind === "retryable" && outcome.mayHaveArrived === true;
}

/**
 * The longest wait that is honoured when a backend asks for one. A backend that asks for more may be repaired earlier.
 */
export const LONGEST_HOLD_MS = 3_600_000;

/** The outcome for a status outside 2xx. */
export function outcomeOfStatus(status: number, message: string, retryAfterMs?: number): Outcome {
  if ([408, 429, 502, 503, 504].includes(status)) {
    return {
      kind: "retryable",
      status,
      message,
      ...(retryAfterMs !== undefined && { retryAfterMs }),
      ...((status === 502 || status === 504) && { mayHaveArrived: true }),
    };
  }
  if (status >= 500) return { kind: "server_error", status, message };
  if (status === 400 && isPlainOnTls(message)) return { kind: "blocked", status, message };
  if (status === 400 || status === 422) return { kind: "refused", status, message };
  if (status === 413) return { kind: "too_large", status, message };
  return { kind: "blocked", status, message };
}

/**
 * Parses `Retry-After` (seconds or an HTTP date). Returns milliseconds from now, at least 0; undefined if the value is
 * missing or not valid.
 */
export function parseRetryAfter(header: string | undefined, nowMs: number): number | undefined {
  const value = header?.trim() ?? "";
  if (/^\d+(\.\d+)?$/.test(value)) return Math.round(Number(value) * 1000);
  // `Date.parse` accepts much that is not a date, for example "-5". An HTTP date starts with the name of a day. Its
  // oldest form names no zone (RFC 9110, 5.6.7), and `Date.parse` would take it for local time.
  const zoned = /GMT|UTC|[+-]\d{4}$/i.test(value) ? value : `${value} GMT`;
  const date = /^[a-z]{3,9},? /i.test(value) ? Date.parse(zoned) : Number.NaN;
  return Number.isNaN(date) ? undefined : Math.max(0, date - nowMs);
}
