import { closeSync, fstatSync, statSync } from "node:fs";
import { UnfitFileError } from "../disk/read.ts";
import type { FileFacts } from "../session/finish/finish.ts";
import type { Finished } from "../session/model.ts";
import { createReader } from "../session/reader.ts";
import { createRowKeys } from "../session/row-keys.ts";
import { type AgentArchive, layToRest } from "./agents/archive.ts";
import { findsNewFolder, listAllAgents, readAgents, readHiddenAgents } from "./agents/read-agents.ts";
import { type Feed, lastLine, lineReader, type ReadOptions } from "./feed.ts";
import { refuseOddForm } from "./file-form.ts";
import { findPosition, isSameBeginning, positionAt } from "./file-position.ts";
import { createOwners } from "./kin/sources.ts";
import { type ReadState, resetReadState } from "./read-state.ts";
import { scanRowKeys } from "./row-scan.ts";
import { chunks, openIfThere, readFrom } from "./transcript-file.ts";
import { keepHeapSmall } from "./v8-flags.ts";

/** From this many bytes on, a smaller heap is worth its cost. */
const LARGE_BYTES = 16_000_000;

/**
 * Reads what is new in a session's files and yields what has become final, piece by piece. After each piece, `state` is
 * exactly what a later reading needs to continue after that piece. A saved copy of it therefore acknowledges the piece.
 */
export function* readSession(path: string, state: ReadState, options: ReadOptions): Generator<Finished[]> {
  const fd = openIfThere(path);
  try {
    if (options.until !== undefined && (fd === undefined || findPosition(fd, options.until.main).replaced))
      return;
    const from = fd === undefined ? undefined : startIn(fd, path, state, options);
    const archive = options.openArchive?.();
    const rows = {
      ledger: (options.openLedger ?? createRowKeys)(rowsReadBefore(path, state, archive)),
      ownerOf: createOwners(path, state, options.peek ?? (() => undefined), options.kin),
    };
    const feed: Feed = {
      path,
      state,
      options,
      reader: createReader(state.session, options.session, rows),
      archive,
      cwds: state.session.main.cwds?.length ?? 0,
    };
    yield* readFiles(feed, fd, from);
  } finally {
    if (fd !== undefined) closeSync(fd);
  }
}

/** The keys of the rows that earlier readings have seen, from the session's files. */
function rowsReadBefore(path: string, state: ReadState, archive?: AgentArchive): () => Float64Array {
  const mainBytes = state.main?.offset ?? 0;
  const agents = { ...state.agents };
  // On a reading from the start there are no earlier rows.
  if (mainBytes === 0 && archive === undefined && Object.keys(agents).length === 0)
    return () => new Float64Array();
  return () => {
    const resting = [...(archive?.earlier() ?? [])].map(([agentId, { bytes }]) => [agentId, bytes] as const);
    const bytes = new Map([...resting, ...Object.entries(agents)]);
    const files = listAllAgents(path, state).map((file) => ({
      path: file.path,
      bytes: bytes.get(file.agentId) ?? 0,
    }));
    return scanRowKeys([{ path, bytes: mainBytes }, ...files]);
  };
}

/** Where to continue in the main file. A file that was replaced since the last reading is read from its start. */
function startIn(fd: number, path: string, state: ReadState, options: ReadOptions): number {
  const { position, replaced } = findPosition(fd, state.main, options.markHash);
  if (replaced) {
    options.onReplaced?.(path);
    resetReadState(state);
  }
  state.main = position;
  return position.offset;
}

/** `from`: where to continue in the main file. Undefined when the file is missing. */
function* readFiles(feed: Feed, fd: number | undefined, from: number | undefined): Generator<Finished[]> {
  const { state, options, reader, archive } = feed;
  let agentsRead: "none" | "due" | "all" = "none";
  const finishNow = (facts: FileFacts): Finished[] => {
    // A pass reads the agents once; what they write meanwhile is left for the next pass. There are two exceptions: all
    // agents must be read before the end of a run, and those in a folder that only a later row shows.
    const all = options.ended || reader.awaitsAgents();
    const isNewFolder = findsNewFolder(feed);
    if (agentsRead === "none" || (all && agentsRead === "due") || isNewFolder) readAgents(feed, all);
    if (agentsRead !== "all") agentsRead = all ? "all" : "due";
    if (facts.ended || reader.awaitsAgents()) readHiddenAgents(feed);
    const pieces = reader.finished(facts);
    if (archive !== undefined) layToRest(archive, state, options.agentsAtHand);
    return pieces;
  };
  if (fd !== undefined && from !== undefined) {
    for (const _ of readMainAndCopies(feed, fd, from)) {
      const pieces = finishNow({ quiet: options.quiet, ended: false });
      if (pieces.length > 0) yield pieces;
    }
    if (from === 0 && state.session.main.lastMs === undefined) refuseTimeless(feed);
  }
  const rest = finishNow(options);
  if (rest.length > 0) yield rest;
}

/** Throws if other programs have left no row that has its place in time. */
function refuseTimeless({ path, state, options }: Feed): void {
  refuseOddForm(path);
  if (options.ended && state.session.main.undated !== undefined)
    throw new UnfitFileError(path, "has no time between the years 2000 and 2200 in any row");
}

function* readMainAndCopies(feed: Feed, fd: number, from: number): Generator<void> {
  yield* readMain(feed, fd, from);
  for (const copy of feed.options.copies ?? []) yield* readCopy(feed, fd, copy);
}

/** Continues in the main file. Yields whenever something in it has become final. */
function* readMain({ state, options, reader }: Feed, fd: number, from: number): Generator<void> {
  const lines = lineReader(from, options.session);
  let offset = from;
  // The agents are read after this size is taken. Rows written later may name agents that have not been read.
  const size = options.until?.main.offset ?? fstatSync(fd).size;
  if (size - from > LARGE_BYTES) keepHeapSmall();
  for (const piece of chunks(fd, from, size)) {
    for (const line of lines.push(piece)) {
      const isFinal = reader.readMain(line);
      offset = line.end;
      if (!isFinal) continue;
      if (options.isOneOff === undefined) state.main = positionAt(fd, offset, state.main, options.markHash);
      yield;
    }
  }
  for (const line of options.ended ? lastLine(lines) : []) {
    reader.readMain(line);
    offset = size;
  }
  if (options.isOneOff === undefined && offset !== state.main?.offset)
    state.main = positionAt(fd, offset, state.main, options.markHash);
}

/**
 * Continues in a copy of the main file. Rows that both files have are known already. Yields as `readMain` does. A copy
 * that is only the beginning of the main file is not read.
 */
function* readCopy({ state, options, reader }: Feed, mainFd: number, path: string): Generator<void> {
  const { until } = options;
  const size =
    until === undefined
      ? (statSync(path, { throwIfNoEntry: false })?.size ?? 0)
      : (until.copies?.[path] ?? 0);
  const from = state.copies?.[path] ?? 0;
  if (size <= from || isSameBeginning(mainFd, path, size)) return;
  const lines = lineReader(from, options.session);
  for (const piece of readFrom(path, from, until && size)) {
    for (const line of lines.push(piece)) {
      const isFinal = reader.readMain(line);
      state.copies = { ...state.copies, [path]: line.end };
      if (isFinal) yield;
    }
  }
}
