import type { Config } from "../../config/load.ts";
import type { FoundSession } from "../../files/find-sessions.ts";
import type { KinMemory } from "../../files/kin/known-kin.ts";
import type { SessionOptions } from "../../session/options.ts";
import { createSummarizer, type Summary } from "../../session/sums/summary.ts";
import { piecesOfSession, sessionOptionsOf } from "./pieces-of-session.ts";

/** The options for reading a session only to add it up. Throws a `UserError` for a faulty price file. */
export function summaryOptionsOf(config: Config): SessionOptions {
  return { ...sessionOptionsOf(config), keep: "none" };
}

/** Reads the whole session and adds it up. `kin` as `piecesOfSession` takes it. */
export function summarizeWhole(session: FoundSession, options: SessionOptions, kin: KinMemory): Summary {
  const summarizer = createSummarizer();
  for (const pieces of piecesOfSession(session, options, { goesOn: false, kin })) summarizer.add(pieces);
  return summarizer.summary();
}
