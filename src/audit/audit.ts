import type { PriceRows } from "../pricing/resolve.ts";
import type { Summary } from "../session/summary.ts";
import { compare, type Difference } from "./compare.ts";
import { type CostAudit, explainCost } from "./explain.ts";
import { createRecounter, type Recount } from "./recount.ts";
import { sumsOfSummary } from "./sums.ts";

/** Lines of one of the session's files. */
export interface AuditFile {
  kind: "main" | "subagent";
  lines: Iterable<string> | AsyncIterable<string>;
}

export interface Audit {
  recount: Recount;
  /** What the recount and what ccotel reads disagree on: each is a fault of ccotel. */
  differences: Difference[];
  /** Undefined where Claude Code wrote no sum. */
  cost?: CostAudit;
}

/**
 * Audits one session: recounts the lines of its files (the main one first), compares that with what ccotel reads of them
 * (`read`, its summary) and with Claude Code's own sum. `own`: rows of the user's price file.
 */
export async function auditSession(
  sessionId: string,
  files: Iterable<AuditFile>,
  read: Summary | undefined,
  own: PriceRows = {},
): Promise<Audit> {
  const recounter = createRecounter(sessionId, own);
  for (const { kind, lines } of files) {
    for await (const line of lines) recounter.add(line, kind);
  }
  const recount = recounter.result();
  const cost = explainCost(recount);
  return {
    recount,
    differences: read === undefined ? [] : compare(recount.own, sumsOfSummary(read)),
    ...(cost === undefined ? {} : { cost }),
  };
}
