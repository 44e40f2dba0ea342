import type { Io } from "../../cli/io.ts";
import { sayLeftOut } from "../../cli/left-out.ts";
import { createProgress } from "../../cli/progress.ts";
import { searchOf } from "../../cli/search.ts";
import type { Config } from "../../config/load.ts";
import { isFileTrouble } from "../../files/file-trouble.ts";
import { listAllSessions } from "../../files/find-sessions.ts";
import { searchedCandidates } from "../../search/search-sessions.ts";
import type { Listable } from "./newest.ts";
import { openSummaries } from "./summaries.ts";

/** All sessions that hold the words of the query. Shows the progress on a terminal. */
export function searchedSessions(query: string, config: Config, io: Io): Listable {
  const found = listAllSessions(searchOf(io));
  const ids = new Set(found.map(({ sessionId }) => sessionId));
  const summaries = openSummaries(config);
  const progress = createProgress(io);
  let read = 0;
  const summaryOf: typeof summaries.of = (session) => {
    progress.show(++read / found.length, "reading");
    return summaries.of(session);
  };
  return {
    candidates: searchedCandidates(found, summaryOf, query).map((candidate) => ({
      ...candidate,
      row: () => readable(candidate.row, io),
    })),
    has: (sessionId) => ids.has(sessionId),
    close() {
      progress.clear();
      summaries.save();
    },
  };
}

/** A session that cannot be read is reported, and does not hide the others. */
function readable<T>(row: () => T, io: Io): T | undefined {
  try {
    return row();
  } catch (error) {
    if (!isFileTrouble(error)) throw error;
    void sayLeftOut(error, io);
    return undefined;
  }
}
