import type { PriceRows } from "../pricing/resolve.ts";
import type { Summary } from "../session/sums/summary.ts";
import { compare, type Difference, turnsOf } from "./compare.ts";
import { type CostAudit, explainCost } from "./explain.ts";
import { createRecounter } from "./recount.ts";
import type { Recount } from "./recount-session.ts";
import { addSums, noSums, type Sums, sumsOfSummary } from "./sums.ts";

/** Lines of one of the session's files. */
export interface AuditFile {
  /** The file's path, or another name that is unique among the files. */
  file: string;
  isMain: boolean;
  lines: Iterable<string> | AsyncIterable<string>;
}

/** A session to audit. */
export interface AuditedSession {
  sessionId: string;
  /** The main file first. */
  files: Iterable<AuditFile>;
  /** ccotel's summary of the session. Undefined: the recount is compared with nothing. */
  read?: Summary;
  /** How many requests have an exact time to the first token, as ccotel reads them. */
  exactFirstTokens?: number;
}

/** The result of an audit of one session. */
export interface Audit {
  recount: Recount;
  /** Where the recount and ccotel's summary disagree. Each difference is a fault of ccotel. */
  differences: Difference[];
  /** Undefined where Claude Code wrote no sum. */
  cost?: CostAudit;
}

/** Audits a session that has no lines in common with another one. `own`: rows of the user's price file. */
export async function auditSession(session: AuditedSession, own: PriceRows = {}): Promise<Audit> {
  const [audit] = await auditSessions([session], own);
  return audit as Audit;
}

/**
 * Audits sessions that may have lines in common, for example a fork and its source. Recounts the lines of their files
 * and compares the result with ccotel's summaries and with Claude Code's own sums. Returns one audit per session, in
 * the order of `sessions`. The owner of a common line can be unclear, so sessions with common lines have differences
 * only where their sums together differ. `own`: rows of the user's price file.
 */
export async function auditSessions(
  sessions: readonly AuditedSession[],
  own: PriceRows = {},
): Promise<Audit[]> {
  const recounter = createRecounter(own);
  for (const { sessionId, files } of sessions) {
    for (const { file, isMain, lines } of files) {
      for await (const line of lines) recounter.add(line, { sessionId, file, isMain });
    }
  }
  const counted = sessions.map(({ sessionId, read, exactFirstTokens }) => ({
    recount: recounter.result(sessionId),
    read: read === undefined ? undefined : sumsOfSummary(read, exactFirstTokens),
  }));
  const together = compareTogether(counted);
  return counted.map(({ recount, read }) => {
    const alone = read === undefined ? [] : compare(recount.own, read);
    const isOpen = alone.length > 0 && recount.sharedWith.length > 0 && together !== undefined;
    const cost = explainCost(recount);
    const isSameTogether = isOpen && together.length === 0;
    return {
      recount:
        read === undefined
          ? recount
          : { ...recount, own: isSameTogether ? read : withTurns(recount.own, read) },
      differences: isOpen ? together : alone,
      ...(cost === undefined ? {} : { cost }),
    };
  });
}

/** A recount knows bounds for the turns. Where what is read is between them, that is the number. */
function withTurns(own: Sums, read: Sums): Sums {
  return { ...own, turns: turnsOf(own, read) };
}

/** The differences between the sums over all sessions; undefined if a session has no summary to compare with. */
function compareTogether(counted: { recount: Recount; read: Sums | undefined }[]): Difference[] | undefined {
  const [all, allRead] = [noSums(), noSums()];
  for (const { recount, read } of counted) {
    if (read === undefined) return undefined;
    addSums(all, recount.own);
    addSums(allRead, read);
  }
  return compare(all, allRead);
}
