/** A pattern that wastes money in many sessions, as `ccotel insights --json` prints it. */
export interface PageInsight {
  rule: string;
  subject: string;
  project?: string;
  times: number;
  tokens?: number;
  ms?: number;
  microUsd?: number;
  sessions: { sessionId: string; times: number }[];
}
