import type { FoundSession } from "../files/find-sessions.ts";
import { defined } from "../objects.ts";
import { countsOf } from "../session/sums/rows.ts";
import type { Summary } from "../session/sums/summary.ts";

/** What a list says of a session, without anything from the conversation. Plain JSON. */
export interface SessionFacts {
  sessionId: string;
  path: string;
  project?: string;
  branch?: string;
  /** Times of the first and the last record, in epoch ms. */
  firstMs?: number;
  lastMs: number;
  /** Its last turn has no end: a running client still works on it, or it was cut off. */
  end?: "unfinished" | "cut_off";
  turns: number;
  requests: number;
  costUsd: number;
  forkedFrom?: string;
}

/** The facts from a session's summary. Undefined if the session has no record with a time. */
export function factsOf({ sessionId, path }: FoundSession, summary: Summary): SessionFacts | undefined {
  const { firstMs, lastMs, place, forkedFrom, outcome } = summary;
  if (lastMs === undefined) return undefined;
  const { turns, requests, costUsd } = countsOf(summary.rows);
  return defined({
    sessionId,
    path,
    project: place.project,
    branch: place.branch,
    firstMs,
    lastMs,
    end: outcome === "unfinished" || outcome === "cut_off" ? outcome : undefined,
    turns,
    requests,
    costUsd,
    forkedFrom,
  });
}
