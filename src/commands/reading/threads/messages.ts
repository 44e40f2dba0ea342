import type { FoundSession } from "../../../files/find-sessions.ts";
import type { KinMemory } from "../../../files/kin/known-kin.ts";
import type { Summary } from "../../../session/sums/summary.ts";

/** The argument that makes the program run as a thread that adds up sessions. It is not the name of any command. */
export const SUMMING_THREAD = "summing-thread";

/** A session that a thread is to add up, with what is known of its kin. */
export interface AddThis {
  session: FoundSession;
  kin: KinMemory;
}

/** The summary of a session, and what is known of its kin now. */
export interface Added {
  summary: Summary;
  kin: KinMemory;
}
