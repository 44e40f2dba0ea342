import { readPriceFile } from "../../cli/price-file.ts";
import type { Config } from "../../config/load.ts";
import { openSinceMs } from "../../files/alive.ts";
import type { FoundSession } from "../../files/find-sessions.ts";
import type { KinMemory } from "../../files/kin/known-kin.ts";
import { readSession } from "../../files/read-session.ts";
import { newReadState } from "../../files/read-state.ts";
import { createAppraiser } from "../../pricing/price-request.ts";
import type { Finished } from "../../session/model.ts";
import type { SessionOptions } from "../../session/options.ts";
import { assessing } from "../../signals/assess.ts";
import { createFamiliar } from "../../state/familiar.ts";
import { homeAt } from "../../state/home.ts";

/** Returns the session options that the configuration sets. */
export function sessionOptionsOf(config: Config): SessionOptions {
  return {
    keep: config.content,
    appraise: createAppraiser(readPriceFile(config.prices)),
    maxSpansPerTrace: config.maxSpansPerTrace,
    idleCloseMs: config.idleCloseMs,
  };
}

/** Assesses a session's calls as an export would, but learns nothing from it. */
export function assessingOf(config: Config, homeDir: string): ReturnType<typeof assessing> {
  return assessing(homeDir, createFamiliar(homeAt(config.home), { learns: false }));
}

/**
 * Yields a session's finished pieces from its first record, without ccotel's state. Treats the end of the file as the
 * end of the session, except for what a running client still works on. With `goesOn`, it yields only what is finished.
 * `kin` holds what an earlier reading found out about sessions with a shared history, and receives what this reading
 * finds.
 */
export function piecesOfSession(
  { sessionId, path, copies = [] }: FoundSession,
  options: SessionOptions,
  { goesOn, kin }: { goesOn: boolean; kin?: KinMemory },
): Generator<Finished[]> {
  return readSession(path, newReadState(sessionId), {
    quiet: !goesOn,
    ended: !goesOn,
    openSinceMs: () => openSinceMs(path, sessionId),
    session: options,
    copies,
    isOneOff: true,
    ...(kin === undefined ? {} : { kin }),
  });
}
