import { existsSync } from "node:fs";
import { tryStat } from "../../disk/stat.ts";
import { hiddenKind } from "../../session/agents/hidden.ts";
import { type Feed, lastLine, lineReader } from "../feed.ts";
import type { ReadState } from "../read-state.ts";
import { isReadable, readFrom } from "../transcript-file.ts";
import {
  type AgentFile,
  agentFilesOf,
  agentFoldersOf,
  agentsAddedMs,
  isAgentFolder,
  isInOwnFolder,
  listAgentFiles,
  readMeta,
} from "./agent-files.ts";
import { type AgentArchive, dueAgents, type RestingAgent, wake } from "./archive.ts";
import { foldersElsewhere } from "./folders-elsewhere.ts";

/** A folder may change again within this many milliseconds and keep the same time, on the coarsest file systems. */
const SAME_TIME_MS = 2_000;

/**
 * Reads the agents' files to their ends. Of the resting agents, it reads those that a call names and a few in passing,
 * or `all` of them.
 */
export function readAgents(feed: Feed, all: boolean): void {
  const { state, options, reader, archive } = feed;
  const named = reader.namedAgents();
  const { files, due } = all ? allFiles(feed) : filesToRead(feed, named);
  for (const file of files) {
    const resting = due.get(file.agentId);
    const size = sizeFor(file, feed);
    if (size === 0 && options.until !== undefined) continue;
    if (archive !== undefined && resting !== undefined) {
      if (!named.has(file.agentId) && size === resting.bytes) continue;
      wake(archive, state, file.agentId, resting);
    }
    if (isHidden(file, state) && !named.has(file.agentId)) continue;
    readMetaOf(file, feed);
    if (size !== (state.agents[file.agentId] ?? 0)) readAgent(file, size, feed);
  }
}

/**
 * Whether rows since the last call name a working folder whose project has agents of this session. The list of the files
 * is then out of date.
 */
export function findsNewFolder(feed: Feed): boolean {
  const { path, state } = feed;
  const { cwds = [] } = state.session.main;
  if (cwds.length === feed.cwds) return false;
  const elsewhere = foldersElsewhere(path, cwds.slice(feed.cwds));
  feed.cwds = cwds.length;
  if (!elsewhere.some((folder) => isAgentFolder(path, folder))) return false;
  delete feed.listed;
  delete state.agentsAddedMs;
  return true;
}

/** What one reading looks at: files, and which of their agents rest. */
interface ToRead {
  files: AgentFile[];
  due: ReadonlyMap<string, RestingAgent>;
}

function allFiles(feed: Feed): ToRead {
  return { files: allAgents(feed), due: new Map(feed.archive?.all()) };
}

/**
 * Whether only its file shows that the agent exists, and its id names a purpose. The client made such an agent for
 * itself, to compact a conversation or to answer a question beside it. The file begins with a copy of the conversation.
 */
function isHidden(file: AgentFile, { session, agents }: ReadState): boolean {
  const { agentId } = file;
  return agents[agentId] === undefined && session.agents[agentId] === undefined && isOfClient(file);
}

/** Without a meta file, an agent that a call started may also go on in a session that a window has changed to. */
function isOfClient({ agentId, path, metaPath }: AgentFile): boolean {
  return hiddenKind(agentId) !== undefined && isInOwnFolder(path) && !existsSync(metaPath);
}

/**
 * Reads the files of hidden agents, which belong to the run that ends now. By now the main file has been read, so the
 * rows that these files repeat are known. When the main file continues with another run, the files are read only up to
 * the end of this run.
 */
export function readHiddenAgents(feed: Feed): void {
  const { state, archive } = feed;
  const goesOn = state.session.main.items.find((item) => item.type === "cost-state");
  const untilMs = goesOn?.nextMs ?? Number.POSITIVE_INFINITY;
  for (const file of allAgents(feed)) {
    const { agentId } = file;
    if (state.session.doneAgents[agentId] !== undefined || isResting(agentId, archive)) continue;
    const size = sizeFor(file, feed);
    if (size !== (state.agents[agentId] ?? 0) && isOfClient(file)) readAgent(file, size, feed, untilMs);
  }
}

/** The meta file of an agent that is done or has finished contains nothing new. */
function readMetaOf(file: AgentFile, { state: { session }, reader }: Feed): void {
  const { agentId } = file;
  if (session.doneAgents[agentId] !== undefined || session.agents[agentId]?.finished === true) return;
  reader.readAgentMeta(agentId, readMeta(file));
}

/** The files of the agents that do not rest, and of those that are due. A folder is listed only if a file was added. */
function filesToRead({ path, state, archive }: Feed, named: ReadonlySet<string>): ToRead {
  const elsewhere = elsewhereOf(path, state);
  const addedMs = agentsAddedMs(path, state.agentFolders, elsewhere);
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
  const folders = agentFoldersOf(path, elsewhere);
  if (folders === undefined) delete state.agentFolders;
  else state.agentFolders = folders;
  const isLeft = ({ agentId }: AgentFile) => isResting(agentId, archive) && !due.has(agentId);
  return { files: listAllAgents(path, state).filter((file) => !isLeft(file)), due };
}

function isResting(agentId: string, archive: AgentArchive | undefined): boolean {
  return archive?.all().has(agentId) === true;
}

/** The files of all subagents. The next reading handles files that are added while the session is read. */
function allAgents(feed: Feed): AgentFile[] {
  const { path, state, options } = feed;
  const withBeside = isOldLayout(state);
  if (feed.listed?.withBeside !== withBeside)
    feed.listed = { withBeside, files: listAllAgents(path, state, options.copies) };
  return feed.listed.files;
}

/** The files of all subagents of a session whose main file has been read, with those that belong to a copy of it. */
export function listAllAgents(path: string, state: ReadState, copies: readonly string[] = []): AgentFile[] {
  const { sessionId } = state.session;
  const files = [path, ...copies].flatMap((main) =>
    listAgentFiles(main, sessionId, isOldLayout(state), elsewhereOf(main, state)),
  );
  if (copies.length === 0) return files;
  return [...new Map(files.toReversed().map((file) => [file.agentId, file])).values()].toReversed();
}

function elsewhereOf(path: string, { session }: ReadState): string[] {
  return foldersElsewhere(path, session.main.cwds);
}

/**
 * Clients up to 2.1.1 put the agents' files beside the main one. They stay there when a later client continues the
 * session.
 */
function isOldLayout({ session }: ReadState): boolean {
  const { oldClient, place } = session.main;
  const { clientVersion = "" } = place;
  return oldClient === true || clientVersion === "";
}

/** How much of the agent's file a reading may read, in bytes. */
function sizeFor(file: AgentFile, { options: { until } }: Feed): number {
  const size = sizeOf(file);
  if (until === undefined) return size;
  return Object.hasOwn(until.agents, file.agentId) ? Math.min(size, until.agents[file.agentId] ?? 0) : 0;
}

/** Also 0 when the path is not a file or does not exist, for example when links form a circle. */
function sizeOf({ path }: AgentFile): number {
  const stats = tryStat(path);
  return stats?.isFile() ? stats.size : 0;
}

/** `untilMs`: rows from this time on are left for another reading. */
function readAgent(
  file: AgentFile,
  size: number,
  { state, options, reader }: Feed,
  untilMs = Number.POSITIVE_INFINITY,
): void {
  // An unreadable agent file must not hold back the rest of the session.
  if (!isReadable(file.path)) return;
  let offset = state.agents[file.agentId] ?? 0;
  if (size < offset) {
    options.onReplaced?.(file.path);
    offset = 0;
  }
  const lines = lineReader(offset, options.session);
  read: for (const piece of readFrom(file.path, offset, options.until && size)) {
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
