import { checksum } from "../../checksum.ts";
import { tryStat } from "../../disk/stat.ts";
import { listAllAgents } from "../../files/agents/read-agents.ts";
import { openSinceMs } from "../../files/alive.ts";
import type { FoundSession } from "../../files/find-sessions.ts";
import type { KinMemory } from "../../files/kin/known-kin.ts";
import { hasSource } from "../../files/kin/sources.ts";
import { readSession } from "../../files/read-session.ts";
import { newReadState, type ReadState } from "../../files/read-state.ts";
import type { FileFacts } from "../../session/finish/finish.ts";
import type { SessionOptions } from "../../session/options.ts";
import { createSummarizer, type Summary } from "../../session/sums/summary.ts";
import { forgetGrowing, type Growing, loadGrowing, saveGrowing } from "../../state/catalog/growing.ts";
import type { Home } from "../../state/home.ts";

/** What adding up a session that grows depends on. */
interface Look {
  home: Home;
  /** What the summary depends on besides the files. */
  key: string;
  options: SessionOptions;
  /** The identity of the session's files, from before they are read. */
  identity: string;
  /** As `readSession` takes it. */
  kin: KinMemory;
  /** Whether to look again if the files are those of the look that left the state: the catalog has no answer for them. */
  isUnknown?: boolean;
}

/**
 * Adds up a session that has grown since a look that left its state: reads only what is new, and keeps the state for
 * the next look. The summary is that of a reading of the whole session. Puts what is known of its kin into `look.kin`.
 * Undefined if there is no such state, or if it does not fit the files any more.
 */
export function summarizeGrown(session: FoundSession, look: Look): Summary | undefined {
  const { sessionId, path } = session;
  const kept = loadGrowing(look.home, sessionId, look.key);
  if (kept?.path !== path || (kept.identity === look.identity && !look.isUnknown)) return undefined;
  Object.assign(look.kin, kept.kin);
  return isStanding(kept, sessionId, look.kin) ? readOn(session, kept, look) : undefined;
}

/** Adds up a session that is likely to grow, and keeps its state for `summarizeGrown`. */
export function summarizeGrowing(session: FoundSession, look: Look): Summary {
  const start = { read: newReadState(session.sessionId), sums: createSummarizer().state() };
  return readOn(session, start, look) as Summary;
}

/** Undefined if a file is not the one that was read earlier. */
function readOn(
  { sessionId, path }: FoundSession,
  { read, sums }: Pick<Growing, "read" | "sums">,
  { home, key, options, identity, kin }: Look,
): Summary | undefined {
  const summarizer = createSummarizer(sums);
  let isReplaced = false;
  const add = (facts: FileFacts) => {
    const onReplaced = () => {
      isReplaced = true;
    };
    for (const pieces of readSession(path, read, { ...facts, session: options, kin, onReplaced, markHash }))
      summarizer.add(pieces);
  };
  add({ quiet: false, ended: false });
  if (isReplaced) return undefined;
  const { sources } = read;
  // A session with a source is read as a whole each time: whose rows they are depends on other files.
  if (sources === undefined || sources.isEarly || sources.sources.length > 0) forgetGrowing(home, sessionId);
  else {
    const files = filesOf(path, read);
    saveGrowing(home, sessionId, { key, path, identity, kin, files, read, sums: summarizer.state() });
  }
  add({ quiet: true, ended: true, openSinceMs: () => openSinceMs(path, sessionId) });
  return isReplaced ? undefined : summarizer.summary();
}

/** Loads no module of Node, as SHA-256 does. The state only saves work, and inode numbers are compared, too. */
const markHash = (bytes: Buffer) => checksum(bytes).toString(36);

/** Whether the files are still there, and a reading from the start would find no source, either. */
function isStanding({ path, files, read }: Growing, sessionId: string, kin: KinMemory): boolean {
  const { sources = { sources: [], untilMs: 0 } } = read;
  return (
    Object.entries(files).every(([file, inode]) => inodeOf(file) === inode) &&
    !hasSource(path, sessionId, sources, kin)
  );
}

function filesOf(path: string, read: ReadState): Growing["files"] {
  const paths = [path, ...listAllAgents(path, read).map((agent) => agent.path)];
  return Object.fromEntries(paths.map((file) => [file, inodeOf(file)]));
}

function inodeOf(path: string): number {
  return tryStat(path)?.ino ?? 0;
}
