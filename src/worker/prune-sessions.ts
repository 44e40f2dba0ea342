import { existsSync, rmSync } from "node:fs";
import { writeAtomic } from "../disk/atomic-write.ts";
import { MAX_BYTES, tryReadText } from "../disk/read.ts";
import { knownPlaces, noticesPlace } from "../state/destinations/destination-place.ts";
import type { Home } from "../state/home.ts";
import { parseHookFacts } from "../state/position/hook-facts.ts";
import { parsePosition } from "../state/position/position.ts";
import { ledgerFile } from "../state/position/row-ledger.ts";
import { agentsFile } from "../state/position/saved-agents.ts";
import { type FORMAT, isOfNewerVersion } from "../state/state-file.ts";
import { stateFiles, touch } from "./state-files.ts";

/** A session's state is removed this long after its transcript disappeared. */
const PRUNE_AFTER_MS = 60 * 24 * 3_600_000;

/** Removes the state of sessions whose transcripts disappeared long ago. */
export function pruneSessions(home: Home, nowMs: number): void {
  const folders = [
    home.sessions,
    ...[...knownPlaces(home), noticesPlace(home)].map(({ sessions }) => sessions),
  ];
  for (const { path, mtimeMs } of folders.flatMap(stateFiles)) {
    if (nowMs - mtimeMs > PRUNE_AFTER_MS) prune(path, nowMs);
  }
}

/**
 * Removes the state 60 days after the transcript was first found missing, because the transcript may come back before
 * that.
 */
function prune(path: string, nowMs: number): void {
  const content = tryReadText(path, MAX_BYTES.state);
  if (content === undefined || isOfNewerVersion(content)) return;
  const state: { format: typeof FORMAT; path: string; vanishedMs?: number } | undefined =
    parsePosition(content) ?? parseHookFacts(content);
  if (state === undefined || (state.vanishedMs !== undefined && !existsSync(state.path))) {
    rmSync(path, { force: true });
    for (const beside of [ledgerFile(path), agentsFile(path)]) rmSync(beside, { force: true });
  } else if (existsSync(state.path)) {
    touch(path, nowMs);
  } else {
    writeAtomic(path, JSON.stringify({ ...state, vanishedMs: nowMs }));
  }
}
