import type { Io } from "../../cli/io.ts";
import { createProgress } from "../../cli/progress.ts";
import type { Config } from "../../config/load.ts";
import type { FoundSession } from "../../files/find-sessions.ts";
import type { SessionSummary } from "../../stats/stats.ts";
import { plural } from "../../units.ts";
import { openSummaries } from "./summaries.ts";

/** Yields the summaries of many sessions, one after the other. Shows the progress on a terminal. */
export function* summariesOf(
  sessions: readonly FoundSession[],
  config: Config,
  io: Io,
): Generator<SessionSummary & { session: FoundSession }> {
  const summaries = openSummaries(config);
  const progress = createProgress(io);
  try {
    for (const [done, session] of sessions.entries()) {
      progress.show(done / sessions.length, `${done} of ${plural(sessions.length, "session")}`);
      yield { session, sessionId: session.sessionId, summary: summaries.of(session) };
    }
  } finally {
    progress.clear();
    summaries.save();
  }
}
