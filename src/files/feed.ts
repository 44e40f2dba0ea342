import { parseJson } from "../objects.ts";
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
import type { AgentFile } from "./agents/agent-files.ts";
import type { AgentArchive } from "./agents/archive.ts";
import type { MarkHash } from "./file-position.ts";
import type { KinMemory } from "./kin/known-kin.ts";
import type { ReadEnd } from "./read-end.ts";
import type { PeekSession, ReadState } from "./read-state.ts";

/** What the caller knows about the files. `quiet` and `ended` as in `finish`. */
export interface ReadOptions extends FileFacts {
  session: SessionOptions;
  /** Called when a file is not the one that was read earlier. The file is then read from its start. */
  onReplaced?: (path: string) => void;
  /** Opens the store of the rows that have been read. Without it, the files are read again to find these rows. */
  openLedger?: (scan: () => Float64Array) => RowLedger;
  /** Copies of the main file in other folders. Rows that only a copy has are read after the main file. */
  copies?: readonly string[];
  /** Returns what an earlier reading found out about another session, when readings are stored. */
  peek?: PeekSession;
  /** Where a reading from the start finds and stores what is known of the session's kin. */
  kin?: KinMemory;
  /** The state of this reading is not used again, so positions in the files are not stored. */
  isOneOff?: true;
  /** Makes the hashes that identify what was read of the main file. SHA-256 if not set, as in all saved positions. */
  markHash?: MarkHash;
  /** Where agents that finished long ago are stored. Without it, the state keeps all agents. */
  openArchive?: () => AgentArchive;
  /** How many finished agents stay at hand. The others move to the archive. */
  agentsAtHand?: number;
  /** Reads each file only up to there. Nothing is read if the main file is another one by now. */
  until?: ReadEnd;
}

/** A session's reader and its position in the session's files. */
export interface Feed {
  path: string;
  state: ReadState;
  options: ReadOptions;
  reader: SessionReader;
  archive: AgentArchive | undefined;
  /** The files of all agents, and whether those beside the main file are included. Listed once per reading. */
  listed?: { withBeside: boolean; files: AgentFile[] };
  /** How many of the session's working folders were known when the agents' files were last looked for. */
  cwds: number;
}

/** A line reader that starts at `offset`, in bytes. It keeps more of each string when the options need the texts. */
export function lineReader(offset: number, options: SessionOptions): LineReader {
  const needsTexts = options.keep !== "none" || options.assess !== undefined;
  return createLineReader(offset, needsTexts ? MAX_STRING_BYTES : MIN_STRING_BYTES);
}

/**
 * The text after the last line feed of a file that has ended, if it is a whole record: an editor may remove the final
 * line feed.
 */
export function lastLine(lines: LineReader): Line[] {
  return [...lines.push(Buffer.from("\n"))].filter(
    ({ text = "" }) => text.trimEnd().endsWith("}") && parseJson(text) !== undefined,
  );
}
