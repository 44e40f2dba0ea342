import { closeSync, existsSync, fstatSync, statSync } from "node:fs";
import type { FileFacts } from "../session/finish.ts";
import { createRowKeys, type RowLedger } from "../session/known-rows.ts";
import type { Finished } from "../session/model.ts";
import type { SessionOptions } from "../session/options.ts";
import { createReader, type SessionReader } from "../session/reader.ts";
import {
  createLineReader,
  type LineReader,
  MAX_STRING_BYTES,
  MIN_STRING_BYTES,
} from "../transcript/lines.ts";
import {
  type AgentFile,
  agentFilesOf,
  agentFoldersOf,
  agentsAddedMs,
  isInOwnFolder,
  listAgentFiles,
  readMeta,
} from "./agent-files.ts";
import {
  chunks,
  findPosition,
  isReadable,
  isSameBeginning,
  openIfThere,
  positionAt,
  readFrom,
} from "./file-position.ts";
import { newReadState, type ReadState } from "./read-state.ts";
import { dueAgents, layToRest, openEntry, restingAgents, wake } from "./resting-agents.ts";
import { scanRowKeys } from "./row-scan.ts";
import { createOwners, type PeekSession } from "./sources.ts";
import { keepHeapSmall } from "./v8-heap.ts";

/** So much to read is worth a smaller heap. */
const LARGE_BYTES = 16_000_000;

/** Within so many milliseconds a folder may change again and bear the same time, on the coarsest of file systems. */
const SAME_TIME_MS = 2_000;

/** What the caller knows about the files; `quiet` and `ended` as in `finish`. */
export interface ReadOptions extends FileFacts {
  session: SessionOptions;
  /** Told when a file is not the one that was read before; it is then read from its start. */
  onReplaced?: (path: string) => void;
  /** Where the rows are remembered that have been read; without it, the files are read once more to know them. */
  openLedger?: (scan: () => Float64Array) => RowLedger;
  /** Copies of the main file in other folders: what one of them went on with is read behind the main file. */
  copies?: readonly string[];
  /** What an earlier reading has found out about another session, where readings are remembered. */
  peek?: PeekSession;
  /** How many agents that are done stay at hand; the others are laid to rest. */
  awakeAgents?: number;
}

/** A session's reader, and where in its files it is. */
interface Feed {
  path: string;
  state: ReadState;
  options: ReadOptions;
  reader: SessionReader;
}

/**
 * Reads what is new in a session's files and gives what has become final, piece by piece. Whenever it has given a piece,
 * `state` is exactly what a later reading needs to go on behind that piece; so a saved copy of it acknowledges the piece.
 */
export function* readSession(path: string, state: ReadState, options: ReadOptions): Generator<Finished[]> {
  const fd = openIfThere(path);
  try {
    const from = fd === undefined ? undefined : startIn(fd, path, state, options);
    const rows = {
      ledger: (options.openLedger ?? createRowKeys)(rowsReadBefore(path, state)),
      ownerOf: createOwners(path, state, options.peek ?? (() => undefined)),
    };
    const feed = { path, state, options, reader: createReader(state.session, options.session, rows) };
    yield* readFiles(feed, fd, from);
  } finally {
    if (fd !== undefined) closeSync(fd);
  }
}

/** The rows that earlier readings of the session have seen, as its files still say. */
function rowsReadBefore(path: string, state: ReadState): () => Float64Array {
  const mainBytes = state.main?.offset ?? 0;
  const agents = { ...state.agents };
  const { resting } = state;
  return () => {
    const restingBytes = [...restingAgents({ resting })].map(
      ([agentId, entry]) => [agentId, openEntry(entry).bytes] as const,
    );
    const bytes = new Map([...restingBytes, ...Object.entries(agents)]);
    const files = listAllAgents(path, state).map((file) => ({
      path: file.path,
      bytes: bytes.get(file.agentId) ?? 0,
    }));
    return scanRowKeys([{ path, bytes: mainBytes }, ...files]);
  };
}

/** Where to read on in the main file. A file that is not the one that was read before is read from its start. */
function startIn(fd: number, path: string, state: ReadState, options: ReadOptions): number {
  const { position, replaced } = findPosition(fd, state.main);
  if (replaced) {
    options.onReplaced?.(path);
    delete state.resting;
    delete state.agentsAddedMs;
    delete state.agentFolders;
    delete state.sources;
    delete state.copies;
    delete state.rows;
    Object.assign(state, newReadState(state.session.sessionId));
  }
  state.main = position;
  return position.offset;
}

/** `from`: where to read on in the main file; undefined when there is none. */
function* readFiles(feed: Feed, fd: number | undefined, from: number | undefined): Generator<Finished[]> {
  const { state, options, reader } = feed;
  let agentsRead: "none" | "due" | "all" = "none";
  const finishNow = (facts: FileFacts): Finished[] => {
    // One pass reads the agents once: what they write meanwhile is the next pass's. But a run is over only behind all.
    const all = options.ended || reader.awaitsAgents();
    if (agentsRead === "none" || (all && agentsRead === "due")) readAgents(feed, all);
    if (agentsRead !== "all") agentsRead = all ? "all" : "due";
    if (facts.ended || reader.awaitsAgents()) readHiddenAgents(feed);
    const pieces = reader.finished(facts);
    layToRest(state, options.awakeAgents);
    return pieces;
  };
  if (fd !== undefined && from !== undefined) {
    for (const _ of readMain(feed, fd, from)) {
      const pieces = finishNow({ quiet: options.quiet, ended: false });
      if (pieces.length > 0) yield pieces;
    }
    for (const copy of options.copies ?? []) {
      for (const _ of readCopy(feed, fd, copy)) {
        const pieces = finishNow({ quiet: options.quiet, ended: false });
        if (pieces.length > 0) yield pieces;
      }
    }
  }
  const rest = finishNow(options);
  if (rest.length > 0) yield rest;
}

/** Reads on in the main file; yields whenever something in it has become final. */
function* readMain({ state, options, reader }: Feed, fd: number, from: number): Generator<void> {
  const lines = lineReader(from, options.session);
  let offset = from;
  // The agents are read behind this; what is written from now on may speak of agents that have not been read.
  const { size } = fstatSync(fd);
  if (size - from > LARGE_BYTES) keepHeapSmall();
  for (const piece of chunks(fd, from, size)) {
    for (const line of lines.push(piece)) {
      const isFinal = reader.readMain(line);
      offset = line.end;
      if (!isFinal) continue;
      state.main = positionAt(fd, offset, state.main);
      yield;
    }
  }
  if (offset !== state.main?.offset) state.main = positionAt(fd, offset, state.main);
}

/**
 * Reads on in a copy of the main file, of which every row that both have is known; yields as `readMain` does. One that is
 * no more than the main file's beginning is not read.
 */
function* readCopy({ state, options, reader }: Feed, mainFd: number, path: string): Generator<void> {
  const size = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  const from = state.copies?.[path] ?? 0;
  if (size <= from || isSameBeginning(mainFd, path, size)) return;
  const lines = lineReader(from, options.session);
  for (const piece of readFrom(path, from)) {
    for (const line of lines.push(piece)) {
      const isFinal = reader.readMain(line);
      state.copies = { ...state.copies, [path]: line.end };
      if (isFinal) yield;
    }
  }
}

function lineReader(offset: number, options: SessionOptions): LineReader {
  return createLineReader(offset, options.keep === "none" ? MIN_STRING_BYTES : MAX_STRING_BYTES);
}

/**
 * Reads the agents' files to their ends. Of those that rest: what a call names and a few in passing, or `all` of them.
 */
function readAgents(feed: Feed, all: boolean): void {
  const { path, state, reader } = feed;
  const named = reader.namedAgents();
  const due = all ? restingAgents(state) : dueAgents(state, named);
  for (const file of all
    ? listAllAgents(path, state, feed.options.copies)
    : filesToRead(path, state, due, named)) {
    const entry = due.get(file.agentId);
    if (entry !== undefined) {
      if (!named.has(file.agentId) && sizeOf(file) === openEntry(entry).bytes) continue;
      wake(state, file.agentId, entry);
    }
    if (isHidden(file, state) && !named.has(file.agentId)) continue;
    readMetaOf(file, feed);
    const size = sizeOf(file);
    if (size !== (state.agents[file.agentId] ?? 0)) readAgent(file, size, feed);
  }
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
function readHiddenAgents(feed: Feed): void {
  const { path, state } = feed;
  const goesOn = state.session.main.items.find((item) => item.type === "cost-state");
  const untilMs = goesOn?.nextMs ?? Number.POSITIVE_INFINITY;
  for (const file of listAllAgents(path, state, feed.options.copies)) {
    const { agentId, path: agentPath, metaPath } = file;
    if (state.session.doneAgents[agentId] !== undefined || !isInOwnFolder(agentPath)) continue;
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
function filesToRead(
  path: string,
  state: ReadState,
  due: Map<string, string>,
  named: Set<string>,
): AgentFile[] {
  const addedMs = agentsAddedMs(path, state.agentFolders);
  const isOld = isOldLayout(state);
  if (!isOld && addedMs !== undefined && addedMs === state.agentsAddedMs) {
    const { agents } = state.session;
    const ids = [...Object.keys(agents), ...Object.keys(state.agents), ...due.keys(), ...named];
    return agentFilesOf(path, new Set(ids.sort()), state.agentFolders);
  }
  if (addedMs !== undefined && Date.now() - addedMs > SAME_TIME_MS) state.agentsAddedMs = addedMs;
  else delete state.agentsAddedMs;
  const folders = agentFoldersOf(path);
  if (folders === undefined) delete state.agentFolders;
  else state.agentFolders = folders;
  const resting = restingAgents(state);
  return listAllAgents(path, state).filter(({ agentId }) => !resting.has(agentId) || due.has(agentId));
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
  return oldClient === true || /^(?:[01]\.|2\.0\.|$)/.test(place.clientVersion ?? "");
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

function readAgent(file: AgentFile, size: number, { state, options, reader }: Feed, untilMs?: number): void {
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
  if (offset > 0) state.agents[file.agentId] = offset;
}
