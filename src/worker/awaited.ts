import { statSync } from "node:fs";
import type { AgentArchive } from "../files/agent-archive.ts";
import { type AgentFile, agentFilesOf, agentsAddedMs, listAgentFiles } from "../files/agent-files.ts";
import type { HookEvent } from "../hook/inbox.ts";
import type { Position } from "../state/position/position.ts";

/** Why a session is looked at, and until when the worker waits for what is about to be written. Times are ticks. */
export interface Awaited {
  sessionId: string;
  events: HookEvent[];
  /** Prompts whose Stop hook ran: their turns are about to be over on disk. Old clients name none. */
  stoppedPrompts: Set<string | undefined>;
  /** SessionEnd ran: the run's cost is about to be written. */
  ending: boolean;
  until: number;
  /** Nobody attends any more: an event that comes now needs an awaited of its own. */
  closed: boolean;
}

/** Other Stop hooks may take long, and may send the turn back to work. */
const WAIT_FOR_STOP_MS = 60_000;

/** `cost-state` is written right after the SessionEnd hooks. */
const WAIT_FOR_END_MS = 5_000;

/** Files that have not grown for so long have been written out: the client's buffers take 100 ms. */
export const QUIET_MS = 300;

export function newAwaited(sessionId: string): Awaited {
  return { sessionId, events: [], stoppedPrompts: new Set(), ending: false, until: 0, closed: false };
}

/** Adds an event that came in, also while the session is already being attended. */
export function addEvent(awaited: Awaited, event: HookEvent, ticks: number): void {
  awaited.events.push(event);
  // Where the session has ended, no Stop hook runs any more; where it goes on, its end is not near.
  awaited.ending = event.name === "SessionEnd";
  if (event.name === "SessionEnd") awaited.until = ticks + WAIT_FOR_END_MS;
  if (event.name !== "Stop") return;
  awaited.stoppedPrompts.add(event.promptId);
  awaited.until = ticks + WAIT_FOR_STOP_MS;
}

/** Whether what the events announced has been delivered. */
export function isSettled(awaited: Awaited, position: Position, quiet: boolean): boolean {
  const { main, run } = position.read.session;
  if (main.items.length > 0) return false;
  if (awaited.ending) return main.turn === undefined && (run === undefined || run.closed === true);
  return [...awaited.stoppedPrompts].every((promptId) =>
    // The whole tail of a turn may be unwritten: only the end of this very turn says that it is there.
    promptId === undefined ? main.turn === undefined && quiet : main.endedPrompts.includes(promptId),
  );
}

/**
 * Whether the Stop event, and not a record, is what ends the turn: clients up to 2.1.100 do not mark the end in time. The
 * file must be quiet by then, and what it says last must be an end.
 */
export function endsByQuiet(awaited: Awaited, position: Position): boolean {
  const { main } = position.read.session;
  if (main.turn === undefined || main.knowsTurnOrigin || awaited.stoppedPrompts.size === 0) return false;
  const { last } = main.turn.thread;
  return last === "answer" || last === "error";
}

/** The state of a session's files: changes whenever one of them does. */
export interface Look {
  key: string;
  /** When the last of them was written. */
  writtenMs: number;
}

export function look(position: Position, archive: AgentArchive): Look {
  const open = openAgents(position, archive);
  const stats = [position.path, ...open.flatMap((file) => [file.path, file.metaPath])].map(sizeAndTime);
  return {
    key: stats.map(({ size }) => size).join(","),
    writtenMs: Math.max(...stats.map(({ mtimeMs }) => mtimeMs)),
  };
}

/** The files of the agents that are not done; of a folder to which nothing was added, those that are known. */
function openAgents({ path, read }: Position, archive: AgentArchive): AgentFile[] {
  const { session } = read;
  const addedMs = agentsAddedMs(path, read.agentFolders);
  if (addedMs === undefined) return [];
  if (addedMs === read.agentsAddedMs)
    return agentFilesOf(path, Object.keys(session.agents), read.agentFolders);
  return listAgentFiles(path, session.sessionId, false).filter(
    ({ agentId }) => session.doneAgents[agentId] === undefined && !archive.all().has(agentId),
  );
}

function sizeAndTime(path: string): { size: number; mtimeMs: number } {
  try {
    return statSync(path);
  } catch {
    return { size: -1, mtimeMs: 0 };
  }
}
