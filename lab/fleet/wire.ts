import { gzipSync } from "node:zlib";
import { postsOf } from "./machine.ts";
import type { RecordedSession } from "./recorded.ts";

/** Requests, bytes and counts that a session sends on average. */
export interface WireUse {
  sessions: number;
  turns: number;
  spans: number;
  traceRequests: number;
  /** Bodies of requests, before and after gzip. */
  traceRaw: number;
  traceBytes: number;
  metricRequests: number;
  metricRaw: number;
  metricBytes: number;
  points: number;
}

/** Encodes each recorded session once and compresses it as ccotel does. Counts bodies of requests, without headers. */
export function wireUse(sessions: RecordedSession[]): WireUse {
  const sum = {
    turns: 0,
    spans: 0,
    traceRequests: 0,
    traceRaw: 0,
    traceBytes: 0,
    metricRequests: 0,
    metricRaw: 0,
    metricBytes: 0,
    points: 0,
  };
  for (const [number, session] of sessions.entries()) {
    sum.turns += session.deliveries.flat().filter(({ type }) => type === "turn").length;
    for (const post of postsOf({ number, sessions: [session] })) {
      const bytes = gzipSync(post.body, { level: 1 }).length;
      if (post.signal === "traces") {
        sum.traceRequests++;
        sum.traceRaw += post.body.length;
        sum.traceBytes += bytes;
        sum.spans += post.spans.length;
      } else {
        sum.metricRequests++;
        sum.metricRaw += post.body.length;
        sum.metricBytes += bytes;
        sum.points += post.points;
      }
    }
  }
  return { sessions: sessions.length, ...sum };
}
