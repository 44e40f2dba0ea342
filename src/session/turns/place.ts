import type { TranscriptRecord } from "../../transcript/record.ts";
import type { Place } from "../model.ts";
import type { MainState } from "../state.ts";

/**
 * Where the session is at a row. `HEAD` is not the name of a branch: the client writes it where none is checked out,
 * and from 2.1.100 on also in a folder without git.
 */
export function placeAt({ place }: MainState, { gitBranch }: TranscriptRecord): Place {
  return gitBranch && gitBranch !== "HEAD" ? { ...place, branch: gitBranch } : { ...place };
}
