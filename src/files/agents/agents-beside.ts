import type { Dirent } from "node:fs";
import { join } from "node:path";
import { entriesIn } from "../../disk/folder.ts";
import { sizeOf, tryStat } from "../../disk/stat.ts";
import { beginningOf } from "../transcript-file.ts";

const AGENT_FILE = /^agent-(.+?)(\.jsonl|\.meta\.json)$/;

/** The ids of the agents with a file in a folder, sorted. The transcript and the meta file appear in any order. */
export function agentIdsAmong(entries: readonly Dirent[]): string[] {
  return [...new Set(entries.flatMap(({ name }) => AGENT_FILE.exec(name)?.[1] ?? []))].sort();
}

/**
 * The ids of the agents of a session whose files are beside the main files in a project's folder, as clients of version
 * 2.0 write them. Hundreds of sessions may be in one folder, so what it has is kept until it changes.
 */
export function agentIdsBeside(folder: string, sessionId: string): readonly string[] {
  const beside = keptOf(folder);
  return beside === undefined ? [] : idsOf(folder, beside, sessionId);
}

/** Returns the same function for one look at many sessions: it lists each folder once, even if it changes meanwhile. */
export function lookBeside(): typeof agentIdsBeside {
  const looked = new Map<string, Beside | undefined>();
  return (folder, sessionId) => {
    if (!looked.has(folder)) looked.set(folder, keptOf(folder));
    const beside = looked.get(folder);
    return beside === undefined ? [] : idsOf(folder, beside, sessionId);
  };
}

function idsOf(folder: string, beside: Beside, sessionId: string): readonly string[] {
  for (const [agentId, seen] of beside.unsettled) lookAgain(folder, beside, agentId, seen);
  return [...(beside.sessions.get(sessionId) ?? [])].sort();
}

/** What a folder has. */
interface Beside {
  /** When an entry was last added to it, in epoch ms. */
  changedMs: number;
  listedMs: number;
  /** Ids of agents by the session that their files name. */
  sessions: Map<string, Set<string>>;
  /** The agents whose files may name another session when they grow. */
  unsettled: Map<string, Seen>;
}

/** A file at the last look: its size, and the session that it named. */
interface Seen {
  bytes: number;
  sessionId?: string | undefined;
}

const kept = new Map<string, Beside>();

/** More folders than this are not kept: a worker may run for days. */
const MAX_KEPT = 200;

/** A change of a folder within this time after another one may leave it with the same time. */
const SAME_TIME_MS = 2_000;

/** Undefined when there is no such folder. */
function keptOf(folder: string): Beside | undefined {
  const changedMs = tryStat(folder)?.mtimeMs;
  if (changedMs === undefined) return undefined;
  const known = kept.get(folder);
  if (known?.changedMs === changedMs && known.listedMs - changedMs > SAME_TIME_MS) return known;
  const listedMs = Date.now();
  const ids = agentIdsAmong(entriesIn(folder));
  const unsettled = new Map(ids.map((agentId) => [agentId, { bytes: -1 }]));
  const beside: Beside = { changedMs, listedMs, sessions: new Map(), unsettled };
  if (kept.size >= MAX_KEPT) kept.clear();
  kept.set(folder, beside);
  return beside;
}

function lookAgain(folder: string, { sessions, unsettled }: Beside, agentId: string, seen: Seen): void {
  const path = join(folder, `agent-${agentId}.jsonl`);
  const bytes = sizeOf(path);
  if (bytes === seen.bytes) return;
  const { sessionId, isSettled } = sessionNamedIn(path);
  if (isSettled) unsettled.delete(agentId);
  else unsettled.set(agentId, { bytes, sessionId });
  if (sessionId === seen.sessionId) return;
  if (seen.sessionId !== undefined) sessions.get(seen.sessionId)?.delete(agentId);
  if (sessionId !== undefined) sessions.set(sessionId, (sessions.get(sessionId) ?? new Set()).add(agentId));
}

const HEAD_BYTES = 4096;

/**
 * The session that an agent's file is of, and whether that stays so when the file grows. Records begin with the
 * session's id, before the text. So the beginning of a file is enough, however large the file is.
 */
function sessionNamedIn(path: string): { sessionId: string | undefined; isSettled: boolean } {
  const head = beginningOf(path, HEAD_BYTES, "latin1");
  // The first record of a warm-up names a session that was never created. The answer names the real one.
  const [prompt = "", ...others] = head.split("\n");
  const behind = others.filter((line) => line !== prompt && line.trim() !== "");
  const answer = [...behind, prompt].find((line) => /"type":\s*"assistant"/.test(line));
  // `{` is excluded: it shows that a record was cut within the id, and that another record follows.
  const sessionId = /"sessionId"\s*:\s*"([^"{]*)"/.exec(answer ?? behind[0] ?? prompt)?.[1];
  return {
    sessionId,
    isSettled: head.length === HEAD_BYTES || (answer !== undefined && sessionId !== undefined),
  };
}
