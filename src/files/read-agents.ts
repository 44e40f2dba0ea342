import { existsSync, statSync } from "node:fs";
import { isOlder } from "../versions.ts";
import { type AgentArchive, dueAgents, type RestingAgent, wake } from "./agent-archive.ts";
import {
  type AgentFile,
  agentFilesOf,
  agentFoldersOf,
  agentsAddedMs,
  isInOwnFolder,
  listAgentFiles,
  readMeta,
} from "./agent-files.ts";
import { type Feed, lastLine, lineReader } from "./feed.ts";
import { isReadable, readFrom } from "./file-position.ts";
import type { ReadState } from "./read-state.ts";

/** Within so many milliseconds a folder may change again and bear the same time, on the coarsest of file systems. */
const SAME_TIME_MS = 2_000;

/**
 * Reads the agents' files to their ends. Of those that rest: what a call names and a few in passing, or `all` of them.
 */
export function readAgents(feed: Feed, all: boolean): void {
  const { state, reader, archive } = feed;
  const named = reader.namedAgents();
  const { files, due } = all ? allFiles(feed) : filesToRead(feed, named);
  for (const file of files) {
    const resting = due.get(file.agentId);
    if (archive !== undefined && resting !== undefined) {
      if (!named.has(file.agentId) && sizeOf(file) === resting.bytes) continue;
      wake(archive, state, file.agentId, resting);
    }
    if (isHidden(file, state) && !named.has(file.agentId)) continue;
    readMetaOf(file, feed);
    const size = sizeOf(file);
    if (size !== (state.agents[file.agentId] ?? 0)) readAgent(file, size, feed);
  }
}

/** What one reading looks at: files, and those agents among them that rest. */
interface ToRead {
  files: AgentFile[];
  due: ReadonlyMap<string, RestingAgent>;
}

function allFiles(feed: Feed): ToRead {
  return { files: allAgents(feed), due: new Map(feed.archive?.all()) };
}

/**
 * Whether nothing speaks of the agent but its file: the client made it for itself, to compact a conversation or to answer a
 * question beside it. Such a file begins with a copy of the conversation.
 */
function isHidden({ agentId, path, metaPath }: AgentFile, { session, agents }: ReadState): boolean {
  const isKnown = agents[agentId] !== undefined || session.agents[agentId] !== undefined;
  return !isKnown && isInOwnFolder(path) && !existsSync(metaPath);
}

/**
 * Reads the files of hidden agents, which belong to the run that is at its end: by now the main file has been read, and has
 * what they repeat. Where it goes on with another run, only up to the end of this one.
 */
export function readHiddenAgents(feed: Feed): void {
  const { state, archive } = feed;
  const goesOn = state.session.main.items.find((item) => item.type === "cost-state");
  const untilMs = goesOn?.nextMs ?? Number.POSITIVE_INFINITY;
  for (const file of allAgents(feed)) {
    const { agentId, path: agentPath, metaPath } = file;
    if (state.session.doneAgents[agentId] !== undefined || isResting(agentId, archive)) continue;
    if (!isInOwnFolder(agentPath)) continue;
    const size = sizeOf(file);
    if (size !== (state.agents[agentId] ?? 0) && !existsSync(metaPath)) readAgent(file, size, feed, untilMs);
  }
}

/** A meta file says nothing new of an agent that is done or has finished. */
function readMetaOf(file: AgentFile, { state: { session }, reader }: Feed): void {
  const { agentId } = file;
  if (session.doneAgents[agentId] !== undefined || session.agents[agentId]?.finished === true) return;
  reader.readAgentMeta(agentId, readMeta(file));
}

/** The files of the agents that do not rest, and of those that are due; a folder is listed only if something was added. */
function filesToRead({ path, state, archive }: Feed, named: ReadonlySet<string>): ToRead {
  const addedMs = agentsAddedMs(path, state.agentFolders);
  const isOld = isOldLayout(state);
  const isListed = isOld || addedMs === undefined || addedMs !== state.agentsAddedMs;
  const due = archive === undefined ? new Map() : dueAgents(archive, state, named, isListed);
  if (!isListed) {
    const { agents } = state.session;
    const ids = [...Object.keys(agents), ...Object.keys(state.agents), ...due.keys(), ...named];
    return { files: agentFilesOf(path, new Set(ids.sort()), state.agentFolders), due };
  }
  if (addedMs !== undefined && Date.now() - addedMs > SAME_TIME_MS) state.agentsAddedMs = addedMs;
  else delete state.agentsAddedMs;
  const folders = agentFoldersOf(path);
  if (folders === undefined) delete state.agentFolders;
  else state.agentFolders = folders;
  const isLeft = ({ agentId }: AgentFile) => isResting(agentId, archive) && !due.has(agentId);
  return { files: listAllAgents(path, state).filter((file) => !isLeft(file)), due };
}

function isResting(agentId: string, archive: AgentArchive | undefined): boolean {
  return archive?.all().has(agentId) === true;
}

/** The files of all subagents: what is added while the session is read is the next reading's. */
function allAgents(feed: Feed): AgentFile[] {
  const { path, state, options } = feed;
  const withBeside = isOldLayout(state);
  if (feed.listed?.withBeside !== withBeside)
    feed.listed = { withBeside, files: listAllAgents(path, state, options.copies) };
  return feed.listed.files;
}

/** The files of all subagents of a session whose main file has been read; those that lie beside a copy of it, too. */
export function listAllAgents(path: string, state: ReadState, copies: readonly string[] = []): AgentFile[] {
  const { sessionId } = state.session;
  const files = [path, ...copies].flatMap((main) => listAgentFiles(main, sessionId, isOldLayout(state)));
  if (copies.length === 0) return files;
  return [...new Map(files.toReversed().map((file) => [file.agentId, file])).values()].toReversed();
}

/** Clients up to 2.0 put the agents' files beside the main one, where they stay when a later one goes on. */
function isOldLayout({ session }: ReadState): boolean {
  const { oldClient, place } = session.main;
  const { clientVersion = "" } = place;
  return oldClient === true || clientVersion === "" || isOlder(clientVersion, [2, 1, 0]);
}

/** 0 also where it is no file, or nowhere, as at the end of links that lead round in a circle. */
function sizeOf({ path }: AgentFile): number {
  try {
    const stats = statSync(path, { throwIfNoEntry: false });
    return stats?.isFile() ? stats.size : 0;
  } catch {
    return 0;
  }
}

/** `untilMs`: rows from later on are left for another reading. */
function readAgent(
  file: AgentFile,
  size: number,
  { state, options, reader }: Feed,
  untilMs = Number.POSITIVE_INFINITY,
): void {
  // One that cannot be read must not keep back what its session did.
  if (!isReadable(file.path)) return;
  let offset = state.agents[file.agentId] ?? 0;
  if (size < offset) {
    options.onReplaced?.(file.path);
    offset = 0;
  }
  const lines = lineReader(offset, options.session);
  read: for (const piece of readFrom(file.path, offset)) {
    for (const line of lines.push(piece)) {
      if (!reader.readAgent(file.agentId, line, untilMs)) break read;
      offset = line.end;
    }
  }
  for (const line of options.ended ? lastLine(lines) : []) {
    if (reader.readAgent(file.agentId, line, untilMs)) offset = size;
  }
  if (offset > 0) state.agents[file.agentId] = offset;
}
