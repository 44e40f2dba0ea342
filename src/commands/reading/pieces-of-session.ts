import { readPriceFile } from "../../cli/price-file.ts";
import type { Config } from "../../config/load.ts";
import type { FoundSession } from "../../files/find-sessions.ts";
import type { KinMemory } from "../../files/known-kin.ts";
import { readSession } from "../../files/read-session.ts";
import { newReadState } from "../../files/read-state.ts";
import { createAppraiser } from "../../pricing/price-request.ts";
import type { Finished } from "../../session/model.ts";
import type { SessionOptions } from "../../session/options.ts";

/** What decides how a session is read, from the configuration. */
export function sessionOptionsOf(config: Config): SessionOptions {
  return {
    keep: config.content,
    appraise: createAppraiser(readPriceFile(config.prices)),
    maxSpansPerTrace: config.maxSpansPerTrace,
    idleCloseMs: config.idleCloseMs,
  };
}

/**
 * A session's finished pieces, from its first record on and without any state of ours. The end of the file is taken for
 * the end of the session, unless it `goesOn`: then only what is finished comes out. `kin`: what an earlier reading has
 * found of the sessions whose history it shares, and where this one leaves what it finds.
 */
export function piecesOfSession(
  { sessionId, path, copies = [] }: FoundSession,
  options: SessionOptions,
  { goesOn, kin }: { goesOn: boolean; kin?: KinMemory },
): Generator<Finished[]> {
  return readSession(path, newReadState(sessionId), {
    quiet: !goesOn,
    ended: !goesOn,
    session: options,
    copies,
    isOneOff: true,
    ...(kin === undefined ? {} : { kin }),
  });
}
