import type { Finished } from "../session/model.ts";
import type { SessionOptions } from "../session/options.ts";
import { agentOf, readAgentMeta, readAgentRecord } from "../session/read-agent.ts";
import { readMainRecord } from "../session/read-main.ts";
import { release } from "../session/release.ts";
import { newSession, type SessionState } from "../session/state.ts";
import { createLineReader } from "../transcript/lines.ts";
import { parseLine } from "../transcript/parse.ts";
import { listAgentFiles, readMeta } from "./agent-files.ts";
import { chunks, type FilePosition, withFile } from "./file-position.ts";

/** How far a session has been read: plain JSON, to be saved as one. */
export interface ReadState {
  session: SessionState;
  main?: FilePosition;
  agents: Record<string, FilePosition>;
}

/** What the caller knows about the files; `quiet` and `ended` as in `release`. */
export interface ReadOptions {
  quiet: boolean;
  ended: boolean;
  session: SessionOptions;
  /** Told when the main file is not the one that was read before; its new content is read from the start. */
  onReplaced?: () => void;
}

export function newReadState(sessionId: string): ReadState {
  return { session: newSession(sessionId), agents: {} };
}

/**
 * Reads what is new in a session's files and gives what has become final, piece by piece. Whenever it has given a piece,
 * `state` is exactly what a later reading needs to go on behind that piece; so a saved copy of it acknowledges the piece.
 */
export function* readSession(path: string, state: ReadState, options: ReadOptions): Generator<Finished[]> {
  const { session } = state;
  let agentsRead = false;
  const releaseNow = (facts: { quiet: boolean; ended: boolean }): Finished[] => {
    // A pass over files that nobody writes needs to read them once; a live one looks again before each release.
    if (!agentsRead) readAgents(path, state, options.session);
    agentsRead = true;
    return release(session, facts, options.session);
  };
  for (const _ of readMain(path, state, options)) {
    const pieces = releaseNow({ quiet: options.quiet, ended: false });
    if (pieces.length > 0) yield pieces;
  }
  const rest = releaseNow({ quiet: options.quiet, ended: options.ended });
  if (rest.length > 0) yield rest;
}

/** Reads on in the main file; yields whenever something in it has become final. */
function* readMain(path: string, state: ReadState, options: ReadOptions): Generator<void> {
  const opened = openMain(path, state, options);
  if (opened === undefined) return;
  const { main } = state.session;
  const lines = createLineReader(opened.offset);
  state.main = opened;
  // The file stays open over yields: `withFile` would close it, so each chunk is read by its own opening.
  for (let from = opened.offset; ; ) {
    const piece = readChunk(path, from);
    if (piece === undefined || piece.length === 0) return;
    from += piece.length;
    for (const line of lines.push(piece)) {
      const parsed = parseLine(line);
      if (parsed.kind === "record") readMainRecord(state.session, parsed.record, options.session);
      if (parsed.kind === "issue") main.issues++;
      state.main = { ...opened, offset: line.end };
      if (main.items.length > 0) yield;
    }
  }
}

function openMain(path: string, state: ReadState, options: ReadOptions): FilePosition | undefined {
  return withFile(path, state.main, (_, file) => {
    if (file.replaced) {
      options.onReplaced?.();
      Object.assign(state, newReadState(state.session.sessionId));
    }
    return file.position;
  });
}

function readChunk(path: string, from: number): Buffer | undefined {
  return withFile(path, undefined, (fd) => chunks(fd, from).next().value as Buffer | undefined);
}

/** Reads every agent's file to its end. */
function readAgents(path: string, state: ReadState, options: SessionOptions): void {
  const { session } = state;
  const { clientVersion } = session.main.place;
  const oldLayout = clientVersion === undefined || /^([01]\.|2\.0\.)/.test(clientVersion);
  for (const file of listAgentFiles(path, session.sessionId, session.main.firstMs ?? 0, oldLayout)) {
    if (session.agents[file.agentId]?.finished !== true) readAgentMeta(session, file.agentId, readMeta(file));
    withFile(file.path, state.agents[file.agentId], (fd, opened) => {
      if (opened.size === state.agents[file.agentId]?.offset) return;
      const lines = createLineReader(opened.position.offset);
      let offset = opened.position.offset;
      for (const piece of chunks(fd, offset)) {
        for (const line of lines.push(piece)) {
          const parsed = parseLine(line);
          if (parsed.kind === "record")
            readAgentRecord(session, agentOf(session, file.agentId).agentId, parsed.record, options);
          offset = line.end;
        }
      }
      state.agents[file.agentId] = { ...opened.position, offset };
    });
  }
}
