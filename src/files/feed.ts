import type { FileFacts } from "../session/finish/finish.ts";
import type { RowLedger } from "../session/known-rows.ts";
import type { SessionOptions } from "../session/options.ts";
import type { SessionReader } from "../session/reader.ts";
import {
  createLineReader,
  type Line,
  type LineReader,
  MAX_STRING_BYTES,
  MIN_STRING_BYTES,
} from "../transcript/lines.ts";
import type { AgentArchive } from "./agent-archive.ts";
import type { AgentFile } from "./agent-files.ts";
import type { KinMemory } from "./known-kin.ts";
import type { ReadState } from "./read-state.ts";
import type { PeekSession } from "./sources.ts";

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
  /** Where a reading from the start finds, and leaves, what is known of the session's kin. */
  kin?: KinMemory;
  /** Nobody goes on from the state that the reading leaves: where it is in the files is not noted. */
  isOneOff?: true;
  /** Where agents are kept that were done long ago; without it, the state keeps them all. */
  openArchive?: () => AgentArchive;
  /** How many agents that are done stay at hand; the others are laid to rest. */
  agentsAtHand?: number;
}

/** A session's reader, and where in its files it is. */
export interface Feed {
  path: string;
  state: ReadState;
  options: ReadOptions;
  reader: SessionReader;
  archive: AgentArchive | undefined;
  /** The files of all agents, and whether those beside the main file are among them: looked for once in a reading. */
  listed?: { withBeside: boolean; files: AgentFile[] };
}

export function lineReader(offset: number, options: SessionOptions): LineReader {
  const needsTexts = options.keep !== "none" || options.assess !== undefined;
  return createLineReader(offset, needsTexts ? MAX_STRING_BYTES : MIN_STRING_BYTES);
}

/** What stands behind the last line feed of a file that has ended: a whole record that an editor has left without one. */
export function lastLine(lines: LineReader): Line[] {
  return [...lines.push(Buffer.from("\n"))].filter(
    ({ text = "" }) => text.trimEnd().endsWith("}") && isJson(text),
  );
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
