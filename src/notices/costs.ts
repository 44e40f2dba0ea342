import type { Finished } from "../session/model.ts";
import { addUsd } from "../session/sums/usage.ts";
import { walk } from "../session/walk.ts";
import type { Notice, NoticeSettings } from "./notice.ts";

/** The cost of sessions and of the day, and the limits with an alert already sent. Plain JSON. */
export interface Costs {
  /** By session id, the newest last. */
  sessions: Record<string, Spent>;
  day?: Spent & { date: string };
}

interface Spent {
  usd: number;
  /** The highest limit with an alert. */
  told?: number;
}

/** How many sessions to remember: more than a machine runs at once. */
const MAX_SESSIONS = 300;

/** The session of the pieces, and the current day. */
interface NoticeContext {
  sessionId: string;
  /** Returns the local date of a time in epoch ms: `2026-11-29`. */
  dayOf: (ms: number) => string;
  nowMs: number;
}

/**
 * Adds new pieces of a session to the costs, in place. Returns an alert for each total that has exceeded a limit: once
 * for each session and limit, and once for each day and limit. If a total exceeds several limits at once, only the
 * highest one gives an alert.
 */
export function addCosts(
  costs: Costs,
  pieces: readonly Finished[],
  { sessionUsd, dayUsd }: Pick<NoticeSettings, "sessionUsd" | "dayUsd">,
  { sessionId, dayOf, nowMs }: NoticeContext,
): Notice[] {
  const today = dayOf(nowMs);
  const session = costs.sessions[sessionId] ?? { usd: 0 };
  const day = costs.day?.date === today ? costs.day : { date: today, usd: 0 };
  let project: string | undefined;
  walk(pieces, {
    request({ costUsd = 0, endMs }, { place }) {
      project = place.project ?? project;
      session.usd = addUsd(session.usd, costUsd);
      if (dayOf(endMs) === today) day.usd = addUsd(day.usd, costUsd);
    },
  });
  remember(costs, sessionId, session);
  costs.day = day;
  const notices: Notice[] = [];
  const ofSession = passed(session, sessionUsd);
  if (ofSession !== undefined) {
    const alert = { type: "session_cost" as const, limitUsd: ofSession, costUsd: session.usd, sessionId };
    notices.push({ ...alert, ...(project === undefined ? {} : { project }) });
  }
  const ofDay = passed(day, dayUsd);
  if (ofDay !== undefined) notices.push({ type: "day_cost", limitUsd: ofDay, costUsd: day.usd, day: today });
  return notices;
}

/** Returns the highest exceeded limit that had no alert, and records it as having one. */
function passed(spent: Spent, limits: readonly number[]): number | undefined {
  const highest = limits.filter((limit) => spent.usd > limit && limit > (spent.told ?? 0)).at(-1);
  if (highest !== undefined) spent.told = highest;
  return highest;
}

function remember(costs: Costs, sessionId: string, session: Spent): void {
  delete costs.sessions[sessionId];
  costs.sessions[sessionId] = session;
  const ids = Object.keys(costs.sessions);
  for (const id of ids.slice(0, Math.max(0, ids.length - MAX_SESSIONS))) delete costs.sessions[id];
}
