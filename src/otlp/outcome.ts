/** What was between us and the backend, or about the request, that a fault may be due to. */
export interface Circumstances {
  /** The proxy that could not be reached: the backend has not been asked at all. */
  proxy?: string;
  /** The body was compressed with gzip. */
  gzip?: true;
  /** The certificate was checked against the user's own authority. */
  ownCa?: true;
}

/** How a send ended. Only `success` and `partial` mean that the backend has taken the batch over. */
export type Outcome =
  | { kind: "success" }
  /** Taken over, but the backend threw some away (or, with `rejected` 0, only had a remark). */
  | { kind: "partial"; rejected: number; message: string }
  /** Connection trouble, a timeout, 408, 429, 502, 503, 504: the same batch may work later. */
  | {
      kind: "retryable";
      status?: number;
      retryAfterMs?: number;
      code?: string;
      message: string;
      under?: Circumstances;
    }
  /** Any other 5xx. Five in a row for the same batch count as refused. */
  | { kind: "server_error"; status: number; message: string }
  /** 400, 422: something in this batch is not wanted. */
  | { kind: "refused"; status: number; message: string; under?: Circumstances }
  /** 413: a smaller batch may be welcome. */
  | { kind: "too_large"; status: 413; message: string }
  /** 3xx, other 4xx, or a 2xx that is no OTLP answer: nothing will work until somebody repairs something. */
  | { kind: "blocked"; status: number; message: string; under?: Circumstances };

/** Whether the backend has taken the batch over. */
export function isAccepted(outcome: Outcome): boolean {
  return outcome.kind === "success" || outcome.kind === "partial";
}

/** The outcome that a status outside 2xx stands for. */
export function outcomeOfStatus(status: number, message: string, retryAfterMs?: number): Outcome {
  if ([408, 429, 502, 503, 504].includes(status)) {
    return { kind: "retryable", status, message, ...(retryAfterMs !== undefined && { retryAfterMs }) };
  }
  if (status >= 500) return { kind: "server_error", status, message };
  if (status === 400 || status === 422) return { kind: "refused", status, message };
  if (status === 413) return { kind: "too_large", status, message };
  return { kind: "blocked", status, message };
}

/** `Retry-After` (seconds or an HTTP date) as milliseconds from now, never negative; undefined when it says nothing. */
export function parseRetryAfter(header: string | undefined, nowMs: number): number | undefined {
  const value = header?.trim() ?? "";
  if (/^\d+(\.\d+)?$/.test(value)) return Math.round(Number(value) * 1000);
  // Date.parse takes many things for a date, "-5" among them; an HTTP date starts with the name of a day.
  const date = /^[a-z]{3,9},? /i.test(value) ? Date.parse(value) : Number.NaN;
  return Number.isNaN(date) ? undefined : Math.max(0, date - nowMs);
}
