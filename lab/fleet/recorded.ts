import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { readSession } from "../../src/files/read-session.ts";
import { newReadState } from "../../src/files/read-state.ts";
import { createAppraiser } from "../../src/pricing/price-request.ts";
import type { Finished } from "../../src/session/model.ts";
import { DEFAULT_OPTIONS } from "../../src/session/options.ts";

/** A recorded session, split into the parts that the hook sends at the end of each turn and of the session. */
export interface RecordedSession {
  sessionId: string;
  /** The latest time in the session, in ms since the epoch. */
  endMs: number;
  deliveries: Finished[][];
}

/** All sessions with content in a folder of recordings. */
export function recordedSessions(folder: string): RecordedSession[] {
  const options = { ...DEFAULT_OPTIONS, appraise: createAppraiser() };
  return mainTranscripts(folder).flatMap((path) => {
    const sessionId = basename(path, ".jsonl");
    const state = newReadState(sessionId);
    const pieces = [...readSession(path, state, { quiet: true, ended: true, session: options })].flat();
    if (pieces.length === 0) return [];
    return [{ sessionId, endMs: latestTime(path), deliveries: byTurn(pieces) }];
  });
}

/** Splits a session by turns: a turn is sent as soon as it ends, with everything else that is final by then. */
function byTurn(pieces: Finished[]): Finished[][] {
  const deliveries: Finished[][] = [];
  let open: Finished[] = [];
  for (const piece of pieces) {
    open.push(piece);
    if (piece.type !== "turn") continue;
    deliveries.push(open);
    open = [];
  }
  return open.length === 0 ? deliveries : [...deliveries, open];
}

function mainTranscripts(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((path) => /[/\\]projects[/\\]/.test(path) && path.endsWith(".jsonl"))
    .filter((path) => !/[/\\]subagents[/\\]|(^|[/\\])agent-[^/\\]*$/.test(path))
    .sort()
    .map((path) => join(folder, path));
}

function latestTime(path: string): number {
  const times = readFileSync(path, "utf8").matchAll(/"timestamp":"([^"]+)"/g);
  return Math.max(...[...times].map(([, time]) => Date.parse(time ?? "")));
}
