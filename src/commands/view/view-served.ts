import type { Audit } from "../../audit/audit.ts";
import { describeDifference, wordsOf } from "../../audit/describe.ts";
import type { ContentLevel } from "../../choices.ts";
import type { Io } from "../../cli/io.ts";
import { readPriceFile } from "../../cli/price-file.ts";
import { searchOf } from "../../cli/search.ts";
import type { Config } from "../../config/load.ts";
import { UserError } from "../../config/user-error.ts";
import { type FoundSession, findSessions } from "../../files/find-sessions.ts";
import { isSessionId } from "../../files/session-id.ts";
import type { PageAudit } from "../../page/audit.ts";
import type { PageInsight } from "../../page/insight.ts";
import { costPartsOf } from "../../pricing/cost.ts";
import { parsePriceFile } from "../../pricing/price-file.ts";
import type { Served } from "../../serve/routes.ts";
import { type Home, homeAt } from "../../state/home.ts";
import { readStatusLines } from "../../state/statusline.ts";
import { type Limit, limitsSaid } from "../../telemetry/status-line.ts";
import { runOwnCommand } from "../own-command.ts";
import { assessingOf, sessionOptionsOf } from "../reading/pieces-of-session.ts";
import { openSummaries } from "../reading/summaries.ts";

/** How long to reuse insights before running `ccotel insights` again. */
const INSIGHTS_FOR_MS = 10 * 60_000;

/**
 * Returns what the server needs for the page. `list` returns the sessions to list; `targets` are the arguments that
 * named them.
 */
export function servedBy(
  list: () => FoundSession[],
  targets: readonly string[],
  config: Config,
  io: Io,
): Served {
  const summaries = openSummaries(config);
  return {
    list,
    find: (sessionId) => findById(sessionId, list, io),
    forksOf: (sessionId) => summaries.forksOf(sessionId),
    audit: (session, closed) => auditOf(session, io, closed),
    insights: remembered((closed) => insightsOf(targets, io, closed), io.now),
    configDir: searchOf(io).configDir,
    summaryOf: (session) => summaries.of(session),
    save: () => summaries.save(),
    now: io.now,
    limits: () => limitsInEffect(homeAt(config.home), io.now()),
    ...pageReading(config, "full", io),
  };
}

/** How to read a session for its page. `keep`: the content that the page may show. */
export function pageReading(
  config: Config,
  keep: ContentLevel,
  io: Io,
): Pick<Served, "options" | "costParts"> {
  const file = readPriceFile(config.prices);
  const own = file === undefined ? {} : (parsePriceFile(file).rows ?? {});
  return {
    options: { ...sessionOptionsOf(config), keep, ...assessingOf(config, io.homeDir) },
    costParts: (request) => costPartsOf(request, own),
  };
}

/** Returns what `ccotel audit` says about the session's cost. */
export async function auditOf({ path }: FoundSession, io: Io, closed: AbortSignal): Promise<PageAudit> {
  const [audit] = (await runOwnCommand(["audit", path], io, closed)) as Pick<Audit, "cost" | "differences">[];
  if (audit === undefined) throw new Error("The audit said nothing.");
  const { cost, differences } = audit;
  return {
    ...(cost === undefined ? {} : { claudeUsd: cost.claudeUsd, ownUsd: cost.ownUsd }),
    reasons: (cost?.reasons ?? []).map((reason) => ({ usd: reason.usd, why: wordsOf(reason) })),
    differences: differences.map(describeDifference),
  };
}

async function insightsOf(targets: readonly string[], io: Io, closed: AbortSignal): Promise<PageInsight[]> {
  return (await runOwnCommand(["insights", ...targets], io, closed)) as PageInsight[];
}

/** Keeps the answer for `INSIGHTS_FOR_MS`, so that later requests do not ask again. */
function remembered<T>(
  ask: (closed: AbortSignal) => Promise<T>,
  now: () => number,
): (closed: AbortSignal) => Promise<T> {
  let answer: { atMs: number; value: T } | undefined;
  return async (closed) => {
    if (answer === undefined || now() - answer.atMs > INSIGHTS_FOR_MS)
      answer = { atMs: now(), value: await ask(closed) };
    return answer.value;
  };
}

function findById(sessionId: string, list: () => FoundSession[], io: Io): FoundSession | undefined {
  const listed = list().find((session) => session.sessionId === sessionId);
  // What is no id could be a path.
  if (listed !== undefined || !isSessionId(sessionId)) return listed;
  try {
    return findSessions([sessionId], searchOf(io))[0];
  } catch (error) {
    if (error instanceof UserError) return undefined;
    throw error;
  }
}

/** Returns the limits in the newest status line whose windows have not ended yet. */
function limitsInEffect(home: Pick<Home, "root">, nowMs: number): Limit[] {
  const said = readStatusLines(home, 0).findLast(({ raw }) => limitsSaid(raw).length > 0);
  return limitsSaid(said?.raw).filter(({ resetMs = 0 }) => resetMs > nowMs);
}
