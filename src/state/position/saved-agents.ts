import { existsSync, statSync } from "node:fs";
import { UserError } from "../../config/user-error.ts";
import { moveAside } from "../../disk/private.ts";
import { MAX_BYTES, readText } from "../../disk/read.ts";
import { type AgentArchive, createAgentArchive, type RestingAgent } from "../../files/agents/archive.ts";
import type { ReadState } from "../../files/read-state.ts";
import type { Change } from "../commit.ts";
import { savedAgentsShape } from "./position-shape.ts";

/**
 * The agents of a session that finished long ago, in a file beside its position: a list of agent id, bytes read and
 * what is kept. It is committed together with the position, which records the file's size.
 */
interface SavedAgents {
  /** The agents as known now. */
  archive(): AgentArchive;
  /** Starts a reading and returns its archive. */
  open(): AgentArchive;
  /** The file to commit with the position; undefined if nothing has changed. Call it before the position is written. */
  change(): Change | undefined;
}

/** Path of the file with the agents at rest that belongs to a position file. */
export function agentsFile(positionFile: string): string {
  return positionFile.replace(/\.json$/, ".agents");
}

/** Whether the file has the size that the position records. */
export function hasSavedAgents(file: string, { archive }: ReadState): boolean {
  if (archive === undefined || archive.bytes === 0) return true;
  return statSync(file, { throwIfNoEntry: false })?.size === archive.bytes;
}

/**
 * Opens the agents beside a position. If the file is damaged, it is moved aside and the reading throws a `UserError`.
 * The next reading finds the position without it and starts at the session's start.
 */
export function openSavedAgents(file: string, read: ReadState): SavedAgents {
  let archive = createAgentArchive(load);
  let { session } = read;

  function load(): ReadonlyMap<string, RestingAgent> {
    const agents = readAgents(file, read);
    if (agents !== undefined) return agents;
    if (existsSync(file)) moveAside(file);
    throw new UserError(`${file} was damaged and has been moved aside.`, {
      hint: "The session is sent from its start again when ccotel next looks at it.",
    });
  }

  return {
    archive: () => archive,
    open() {
      const before = archive;
      const isGoingOn = session === read.session;
      session = read.session;
      archive = createAgentArchive(isGoingOn && before.isLoaded ? before.all : load);
      archive.isChanged = isGoingOn && before.isChanged;
      return archive;
    },
    change() {
      const { archive: kept } = read;
      if (kept === undefined || !archive.isChanged) return undefined;
      const agents = [...archive.all()].map(([agentId, { bytes, done }]) => [agentId, bytes, done]);
      const content = JSON.stringify(agents);
      kept.bytes = Buffer.byteLength(content);
      archive.isChanged = false;
      return { path: file, content };
    },
  };
}

/** Like `openSavedAgents`, but changes nothing on disk. If the file cannot be read, the archive is empty. */
export function peekSavedAgents(file: string, read: ReadState): AgentArchive {
  return createAgentArchive(() => readAgents(file, read) ?? new Map());
}

/** Undefined if the file cannot be read or is damaged. */
function readAgents(file: string, { archive }: ReadState): Map<string, RestingAgent> | undefined {
  if (archive === undefined || archive.bytes === 0) return new Map();
  try {
    const saved: unknown = JSON.parse(readText(file, MAX_BYTES.state));
    if (!savedAgentsShape(saved)) return undefined;
    const agents = saved as [agentId: string, bytes: number, done: RestingAgent["done"]][];
    return new Map(agents.map(([agentId, bytes, done]) => [agentId, { bytes, done }]));
  } catch {
    return undefined;
  }
}
